"""The JSON itself: a document, one document a line, or the beginning of one too large to read."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile

TYPES = frozenset(
    {
        "FeatureCollection", "Feature", "Point", "MultiPoint", "LineString", "MultiLineString",
        "Polygon", "MultiPolygon", "GeometryCollection",
    }
)  # fmt: skip
OTHER_TYPES = TYPES | {"Topology"}
TYPE_MEMBER = re.compile(rb'"type"\s{0,9}:\s{0,9}"([A-Za-z]{5,18})"')
# Among the members of the document, not of anything within.
NAMES_TOPOLOGY = re.compile(rb'\s{0,99}\{[^{}\[\]]{0,999}?"type"\s{0,9}:\s{0,9}"Topology"')
FEATURES = re.compile(r'"features"\s{0,99}:\s{0,99}\[')
BBOX = re.compile(r'"bbox"\s{0,9}:\s{0,9}(\[[-+0-9eE.,\s]{3,200}\])')
SEPARATORS = " \t\r\n,\x1e"
BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Document:
    """Features and the members beside them. `is_whole` is False where only the head was read."""

    features: list[Any]
    members: dict[str, Any]
    is_lines: bool = False
    is_whole: bool = True


def starts_like_json(head: bytes) -> bool:
    """Whether the first sign of it is a brace, after white space and record separators."""
    return head.removeprefix(BOM).lstrip(b" \t\r\n\x1e")[:1] == b"{"


def names_a_type(head: bytes) -> bool:
    """Whether a GeoJSON type is named near its beginning."""
    return any(match[1].decode() in TYPES for match in TYPE_MEMBER.finditer(head))


def is_record(head: bytes) -> bool:
    """Whether its first line is an object that is neither GeoJSON, nor TopoJSON, nor STAC."""
    try:
        record = orjson.loads(head.removeprefix(BOM).strip().partition(b"\n")[0])
    except orjson.JSONDecodeError:
        return False
    is_object = isinstance(record, dict) and "stac_version" not in record
    return is_object and record.get("type") not in OTHER_TYPES


def read_document(file: SparseFile) -> Document:
    """Raises Malformed where it is not JSON."""
    whole = file.whole()
    if whole is None:
        return _beginning(file.head())
    text = whole.removeprefix(BOM)
    try:
        members = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        lines = _lines(text)
        if lines is None:
            raise Malformed(f"It is not JSON: {error}") from error
        return Document(lines, {"type": "FeatureCollection"}, is_lines=True)
    if not isinstance(members, dict):
        raise Malformed("It is JSON, but not an object.")
    return Document(_features(members), members)


def _features(members: dict[str, Any]) -> list[Any]:
    if members.get("type") == "Feature":
        return [members]
    features = members.get("features", [])
    if members.get("type") == "FeatureCollection" and not isinstance(features, list):
        raise Malformed("Its features are not a list.")
    return features if isinstance(features, list) else []


def _lines(text: bytes) -> list[Any] | None:
    """One document a line (RFC 8142, or without its separators); None where they are not."""
    rows = [row for row in re.split(rb"[\r\n\x1e]+", text) if row.strip()]
    if len(rows) < 2:
        return None
    try:
        return [orjson.loads(row) for row in rows]
    except orjson.JSONDecodeError:
        return None


def _beginning(head: bytes) -> Document:
    """The features that are whole within the first bytes, and a box if it is stated there."""
    text = head.removeprefix(BOM).decode("utf-8", "ignore")
    opened = FEATURES.search(text)
    start = opened.end() if opened else 0
    members: dict[str, Any] = {"type": "FeatureCollection"}
    stated = BBOX.search(text[: opened.start()]) if opened else None
    if stated:
        members["bbox"] = orjson.loads(stated[1])
    features = list(_decoded(text, start))
    return Document(features, members, is_lines=opened is None, is_whole=False)


def _decoded(text: str, place: int) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    while True:
        while place < len(text) and text[place] in SEPARATORS:
            place += 1
        try:
            value, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError):
            return
        yield value
