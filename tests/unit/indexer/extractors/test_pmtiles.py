"""PMTiles from header and metadata, after the specification's own layout."""

import gzip

import orjson
import pytest

from services.indexer.extractors.facts import Malformed
from tests.effort import costing
from tests.extraction import extracted, facts_of, line
from tests.formats import METADATA, packed, pmtiles


def test_what_it_says() -> None:
    found = extracted("a.pmtiles", pmtiles(packed(METADATA)))
    facts = found.facts
    assert facts.place is not None
    assert found.requests == 1
    assert facts.media_type == "application/vnd.pmtiles"
    assert facts.summary == "PMTiles, Mapbox vector tiles, zoom 0 to 4"
    assert facts.place.bbox == (5.5, 47.0, 15.0, 55.0)
    shown = {name: line(facts, name) for name in ("Name", "Tiles", "water", "area", "Clustered")}
    assert shown == {
        "Name": "Rivers", "Tiles": "85", "water": "zoom 0 to 4", "area": "Number",
        "Clustered": "yes",
    }  # fmt: skip


def test_metadata_that_is_not_packed() -> None:
    assert line(facts_of("a", pmtiles(orjson.dumps(METADATA), compression=1)), "Name") == "Rivers"


@pytest.mark.parametrize("compression", [0, 3, 4, 99])
def test_metadata_that_nobody_can_unpack_is_left_out(compression: int) -> None:
    assert line(facts_of("a", pmtiles(b"\x00" * 10, compression=compression)), "Name") == ""


def test_a_box_of_nothing_is_no_place() -> None:
    assert facts_of("a", pmtiles(b"", compression=1, box=(0, 0, 0, 0))).place is None


def test_over_the_antimeridian() -> None:
    facts = facts_of("a", pmtiles(b"{}", compression=1, box=(170, -20, -170, -10)))
    assert facts.place is not None
    assert facts.place.bbox == (170, -20, -170, -10)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (pmtiles(b"", version=2), "It is PMTiles 2"),
        (pmtiles(packed([1])), "not an object"),
        (pmtiles(b"{", compression=1), "not as PMTiles should be"),
        (pmtiles(b"not packed"), "cannot be unpacked"),
        (pmtiles(b"", length=2**40), "is said to be"),
        (pmtiles(b"", length=100), "ends too early"),
        (pmtiles(b"{}", compression=1, box=(0, -99, 1, 99)), "beyond the poles"),
        (b"PMTiles\x03", "ends too early"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.pmtiles", data)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    with costing(), pytest.raises(Malformed, match=r"unpacks to more than 8\.4 MB"):
        facts_of("a.pmtiles", pmtiles(bomb))
