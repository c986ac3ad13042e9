"""Extractors run in the test's own process, fed as the sandbox feeds them."""

from dataclasses import dataclass
from pathlib import Path

import orjson

from services.indexer.extractors.facts import Facts
from services.indexer.extractors.registry import extract
from services.indexer.extractors.sparse_file import HEAD_BYTES, NeedBytes, SparseFile

ROOT = Path(__file__).parents[1]
SAMPLE = ROOT / "infra" / "sample" / "data"
EXPECTED = orjson.loads((ROOT / "tests" / "data" / "expected.json").read_bytes())


@dataclass(frozen=True)
class Extracted:
    """The facts, and what it took to have them."""

    facts: Facts
    requests: int
    bytes_read: int


def extracted(name: str, data: bytes, *, most: int = 100) -> Extracted:
    """The facts of these bytes; raises Malformed as the extractors do."""
    file = SparseFile(name, len(data))
    file.add(0, data[:HEAD_BYTES])
    requests, bytes_read = 1, min(len(data), HEAD_BYTES)
    while True:
        try:
            return Extracted(extract(file), requests, bytes_read)
        except NeedBytes as need:
            span = data[need.start : max(need.end, need.start + HEAD_BYTES)]
            requests += 1
            bytes_read += len(span)
            file.add(need.start, span)
            file.is_final = requests >= most


def facts_of(name: str, data: bytes) -> Facts:
    """The facts alone."""
    return extracted(name, data).facts


def sample_facts(place: str) -> Facts:
    """Of a file of the sample, by its place under `infra/sample/data`."""
    return facts_of(place, (SAMPLE / place).read_bytes())


def line(facts: Facts, name: str) -> str:
    """What the page says under this name; empty where it says nothing."""
    lines = (one for group in facts.groups for one in group.lines)
    return next((value for key, value in lines if key == name), "")
