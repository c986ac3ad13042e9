"""Extractors run in the test's own process, fed as the sandbox feeds them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import orjson

from services.indexer.extractors.facts import Facts
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.registry import extract, preview
from services.indexer.extractors.sparse_file import (
    HEAD_BYTES,
    NeedBytes,
    NeedFiles,
    SparseFile,
    is_within_reach,
)
from services.indexer.extractors.zarr.names import is_listing
from services.indexer.operations.beside import listings_with

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "infra" / "sample" / "data"
NOTHING: Mapping[str, bytes] = {}
EXPECTED = orjson.loads((ROOT / "tests" / "data" / "expected.json").read_bytes())


Found = TypeVar("Found")


@dataclass(frozen=True)
class Extracted(Generic[Found]):
    """The facts, or what else was asked for, and what it took to have them."""

    facts: Found
    requests: int
    bytes_read: int


def extracted(
    name: str, data: bytes, *, most: int = 100, beside: Mapping[str, bytes] = NOTHING
) -> Extracted[Facts]:
    """The facts of these bytes; raises Malformed as the extractors do.

    `beside` are other files by their whole names.
    """
    return fed(extract, name, data, most=most, beside=beside)


def previewed(name: str, data: bytes, *, most: int = 100) -> Extracted[Preview]:
    """What these bytes show of themselves; raises likewise."""
    return fed(preview, name, data, most=most)


def sample_preview(place: str) -> Preview:
    """Of a file of the sample."""
    return previewed(place, (SAMPLE / place).read_bytes()).facts


def fed(
    read: Callable[[SparseFile], Found],
    name: str,
    data: bytes,
    *,
    most: int,
    beside: Mapping[str, bytes] = NOTHING,
) -> Extracted[Found]:
    """What `read` makes of these bytes, which it is given as it asks for them."""
    file, content = SparseFile(name, len(data)), {**beside, name: data}
    file.add(0, data[:HEAD_BYTES])
    requests, bytes_read = 1, min(len(data), HEAD_BYTES)
    while True:
        try:
            return Extracted(read(file), requests, bytes_read)
        except NeedFiles as need:
            lists = {one: _listed(one, beside) for one in need.names if is_listing(one)}
            content |= lists
            known = {**beside, **lists}
            file.others |= {one: _other(name, one, known) for one in need.names}
        except NeedBytes as need:
            span = content[need.name][need.start : max(need.end, need.start + HEAD_BYTES)]
            requests += 1
            bytes_read += len(span)
            files = [one for one in (file, *file.others.values()) if one]
            for one in files:
                if one.name == need.name:
                    one.add(need.start, span)
                one.is_final = requests >= most


def _listed(listing: str, beside: Mapping[str, bytes]) -> bytes:
    """The names that this one stands for, as the indexer tells them."""
    return orjson.dumps(sorted(key for key in beside if listing in listings_with(key)))


def _other(name: str, other: str, beside: Mapping[str, bytes]) -> SparseFile | None:
    if other not in beside:
        return None
    return SparseFile(other, len(beside[other]) if is_within_reach(name, other) else 0)


def facts_of(name: str, data: bytes, beside: Mapping[str, bytes] = NOTHING) -> Facts:
    """The facts alone."""
    return extracted(name, data, beside=beside).facts


def sample_facts(place: str) -> Facts:
    """Of a file of the sample, by its place under `infra/sample/data`, with those beside it."""
    return facts_of(place, (SAMPLE / place).read_bytes(), sample_beside(place))


def sample_beside(place: str) -> dict[str, bytes]:
    """All files of the sample that are in the same folder."""
    folder = (SAMPLE / place).parent
    return {
        str(path.relative_to(SAMPLE)): path.read_bytes()
        for path in folder.iterdir()
        if path.is_file() and path.name != (SAMPLE / place).name
    }


def line(facts: Facts, name: str) -> str:
    """What the page says under this name; empty where it says nothing."""
    lines = (one for group in facts.groups for one in group.lines)
    return next((value for key, value in lines if key == name), "")
