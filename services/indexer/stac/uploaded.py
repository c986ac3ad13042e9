"""STAC that somebody wrote: brought to 1.1, judged, and told in the terms of its repository."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import orjson
from pystac.errors import STACTypeError
from pystac.serialization import identify_stac_object, migrate_to_latest

from services.indexer.models.counted import CountedItem
from services.indexer.models.extents import Extent
from services.indexer.models.placed import placed_of
from services.indexer.models.stored import Stored
from services.indexer.settings import StacSettings
from services.indexer.stac.cql2.values import moment_of
from services.indexer.stac.names import collection_id, key_reference, told_id
from services.indexer.stac.references import reference
from services.indexer.stac.shapes import must_be_comparable
from services.indexer.stac.validation import faults_of, unchecked

Document = dict[str, Any]

ITEM, COLLECTION = "Feature", "Collection"
READ_VERSIONS = re.compile(r"(0\.[89]|1\.[01])\.\d+(-[\w.]+)?")
SOURCE = "via"
# What says how documents hang together: they are told with links of ours in place of these.
STRUCTURE = frozenset(
    (
        *("self", "root", "parent", "collection", "child", "children", "item", "items"),
        *("next", "prev", "first", "last", "data", "search", "conformance", SOURCE),
    )
)
OURS = "coop:"
OWN_ID = "coop:id"
TIMES = ("datetime", "start_datetime", "end_datetime")
CODE = re.compile(r"EPSG:\d{4,5}")
MOST_LETTERS = 300


@dataclass(slots=True)
class Uploaded:
    """One document, as it is told where it has no `faults`, which say where and why.

    `keys` are of the objects that its assets name. `own_id` and `version` are those that it was
    written with. Extensions that are `unchecked` have no schema here.
    """

    document: Document
    own_id: str
    version: str
    keys: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    counted: CountedItem | None = None


def read_uploaded(written: Document, stored: Stored, limits: StacSettings) -> Uploaded:
    """One document of the object. It depends on nothing else, so a rebuild gives the same."""
    own_id, version = (str(written.get(name))[:MOST_LETTERS] for name in ("id", "stac_version"))
    found = Uploaded(written, own_id, version)
    try:
        _must_be_readable(written, found.version, limits)
        found.document = _migrated(written)
    except ValueError as error:
        found.faults = [str(error)[:MOST_LETTERS]]
        return found
    found.faults = faults_of(found.document)
    if not found.faults:
        found.unchecked = unchecked(found.document)
        _tell(found, stored)
    return found


def _must_be_readable(written: Document, version: str, limits: StacSettings) -> None:
    size = len(orjson.dumps(written))
    if size > limits.max_item_bytes:
        raise ValueError(f"It has {size:,} bytes; more than {limits.max_item_bytes:,} are not kept")
    if _is_deeper(written, limits.max_depth):
        raise ValueError(f"It has more than {limits.max_depth} levels")
    if not READ_VERSIONS.fullmatch(version):
        raise ValueError(f"stac_version: {version!r} is none that is read here (0.8 to 1.1)")


def _is_deeper(document: Document, most: int) -> bool:
    level: list[Any] = [document]
    for _ in range(most):
        nested = (one.values() if isinstance(one, dict) else one for one in level)
        level = [below for one in nested for below in one if isinstance(below, dict | list)]
    return bool(level)


def _migrated(written: Document) -> Document:
    """As STAC 1.1 says it. ValueError says why that cannot be."""
    try:
        return migrate_to_latest(written, identify_stac_object(written))
    except STACTypeError:
        raise ValueError(f"type: {written.get('type')!r} is no type of STAC") from None
    except Exception as error:
        # It takes for granted that members are of the types they should be.
        said = f"{type(error).__name__}: {error}"
        raise ValueError(f"It cannot be read as STAC 1.1 ({said})") from error


def _tell(found: Uploaded, stored: Stored) -> None:
    """References as they are kept; of an item all that makes it one of its repository's."""
    document = found.document
    document["links"] = [one for link in document["links"] for one in _kept(link, stored.key)]
    for name, asset in document.get("assets", {}).items():
        try:
            leads = reference(asset["href"], stored.key)
        except ValueError as error:
            found.faults.append(f"assets/{name}/href: {error}")
        else:
            asset["href"] = leads.href
            found.keys |= {leads.key} - {"", stored.key}
    if document["type"] == ITEM and not found.faults:
        _tell_item(found, stored)


def _kept(link: Document, key: str) -> list[Document]:
    """A link that is told beside ours; none where it says what ours say, or leads nowhere."""
    if link["rel"] in STRUCTURE:
        return []
    try:
        return [link | {"href": reference(link["href"], key).href}]
    except ValueError:
        return []


def _tell_item(found: Uploaded, stored: Stored) -> None:
    document, properties = found.document, found.document["properties"]
    try:
        start, end = _span(properties)
        must_be_comparable(document)
    except ValueError as error:
        found.faults.append(str(error))
        return
    own, collection = document["id"], document.get("collection")
    # What an item of ours said of another file is not true of this one.
    properties = {name: said for name, said in properties.items() if not name.startswith(OURS)}
    properties[OWN_ID] = own
    if collection is not None:
        properties["coop:collection"] = collection
    document["properties"] = properties
    document["id"] = told_id(own, stored.object_uid)
    document["collection"] = collection_id(stored.account_id, stored.repository_id)
    document["links"].append(_source(stored))
    found.counted = _counted(document, start, end)


def _source(stored: Stored) -> Document:
    """The document as it was uploaded."""
    return {"rel": SOURCE, "href": key_reference(stored.key), "title": "As it was uploaded"}


def source_of(item: Document) -> str:
    """The key of the document that an item was uploaded in; empty for one that nobody wrote."""
    found = (one["href"] for one in item.get("links", ()) if one["rel"] == SOURCE)
    return unquote(next(found, ""))


def _span(properties: Document) -> tuple[str, str]:
    """First and last moment, as extents have them. ValueError says what is wrong with which."""
    moments: dict[str, datetime] = {}
    for name in TIMES:
        said = properties.get(name)
        if said is None:
            continue
        moment = moment_of(said)
        if moment is None:
            raise ValueError(f"properties/{name}: {said!r} is no moment that can be compared")
        properties[name], moments[name] = said.upper(), moment
    start = moments.get("start_datetime") or moments.get("datetime")
    end = moments.get("end_datetime") or moments.get("datetime")
    if start is None or end is None:
        raise ValueError("properties/datetime: is missing")
    if end < start:
        raise ValueError("properties/end_datetime: is before the start")
    return _second(start), _second(end)


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _counted(document: Document, start: str, end: str) -> CountedItem:
    bbox, extent = _flat(document), None
    if bbox:
        extent = Extent.of(bbox, start, end)
    return CountedItem(
        item_id=document["id"],
        bbox=bbox,
        extent=extent,
        code=_code(document),
        placed=placed_of(document),
    )


def _flat(document: Document) -> list[float]:
    """Its box without heights; empty where it is nowhere."""
    bbox: list[float] = document.get("bbox") or []
    if document["geometry"] is None or not bbox:
        return []
    half = len(bbox) // 2
    return [bbox[place] for place in (0, 1, half, half + 1)]


def _code(document: Document) -> str:
    """The system that it, or the first asset that says so, is in."""
    told: list[Mapping[str, Any]] = [document["properties"], *document["assets"].values()]
    codes = (one.get("proj:code") for one in told)
    return next((one for one in codes if isinstance(one, str) and CODE.fullmatch(one)), "")
