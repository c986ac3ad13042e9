"""Point clouds from their headers, held against laspy."""

import struct
from typing import Any

import laspy
import pytest

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.las.dimensions import FORMATS, dimensions_of
from tests.extraction import extracted, facts_of, line
from tests.formats import cloud


@pytest.mark.parametrize("is_packed", [False, True], ids=["LAS", "LAZ"])
@pytest.mark.parametrize(("version", "point_format"), [("1.2", 3), ("1.4", 6)])
def test_what_it_says(version: str, point_format: int, *, is_packed: bool) -> None:
    data = cloud(version=version, point_format=point_format, is_packed=is_packed)
    facts = facts_of("a.las", data)
    name = "LAZ" if is_packed else "LAS"
    assert (facts.format, facts.summary) == (name, f"{name}, 10 points")
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.point_cloud is not None
    assert facts.moment is not None
    assert facts.projection.code == "EPSG:32633"
    assert facts.projection.bbox == pytest.approx([500_000, 5_000_000, 500_090, 5_000_180])
    assert facts.place.bbox == pytest.approx((15.0, 45.1535, 15.0011, 45.1551), abs=0.001)
    assert facts.point_cloud.count == 10
    assert facts.point_cloud.encoding == ("LASzip" if is_packed else "LAS")
    assert line(facts, "Z") == "0 to 4.5"
    assert line(facts, "LAS version") == version


def test_a_cloud_optimised_one() -> None:
    info = laspy.VLR(user_id="copc", record_id=1, description="", record_data=bytes(160))
    options: dict[str, Any] = {"version": "1.4", "point_format": 6, "is_packed": True}
    facts = facts_of("a.laz", cloud(vlrs=[info], crs=None, **options))
    assert (facts.format, facts.media_type) == ("COPC", "application/vnd.laszip+copc")
    # The standard wants its record to be the first.
    other = laspy.VLR(user_id="other", record_id=1, description="", record_data=b"")
    assert facts_of("a.laz", cloud(vlrs=[other, info], crs=None, **options)).format == "LAZ"


def test_a_compound_system_is_where_its_horizontal_part_is() -> None:
    data = cloud(version="1.4", point_format=6, crs="EPSG:25832+7837")
    facts = facts_of("a.las", data)
    assert facts.projection is not None
    assert facts.projection.code == "EPSG:25832"


def test_without_a_system_it_has_no_place() -> None:
    facts = facts_of("a.las", cloud(crs=None))
    assert (facts.place, facts.projection) == (None, None)
    assert line(facts, "Projection") == "not stated"


def test_without_points_it_has_no_place() -> None:
    assert facts_of("a.las", cloud(points=0)).place is None


def test_one_read_is_enough() -> None:
    found = extracted("a.las", cloud(points=100_000))
    assert (found.requests, found.bytes_read) == (1, 64 * 1024)


@pytest.mark.parametrize("number", range(len(FORMATS)))
def test_dimensions_are_as_long_as_the_standard_has_them(number: int) -> None:
    assert sum(one.size for one in dimensions_of(number)) == laspy.PointFormat(number).size


def test_a_format_that_there_is_not() -> None:
    assert dimensions_of(63) == []


@pytest.mark.parametrize(
    ("place", "form", "value", "said"),
    [
        (25, "<B", 5, r"It is LAS 1\.5"),
        (24, "<B", 9, r"It is LAS 9\."),
        (100, "<I", 0xFFFFFFFF, "ends too early|is said to be"),
        (94, "<H", 0xFFFF, "ends too early"),
    ],
)
def test_broken(place: int, form: str, value: int, said: str) -> None:
    wrong = bytearray(cloud())
    struct.pack_into(form, wrong, place, value)
    with pytest.raises(Malformed, match=said):
        facts_of("a.las", bytes(wrong))


def test_a_record_too_long_to_be_true() -> None:
    wkt = laspy.VLR(user_id="LASF_Projection", record_id=2112, description="", record_data=b"x")
    data = bytearray(cloud(vlrs=[wkt], crs=None))
    struct.pack_into("<H", data, data.index(b"LASF_Projection") + 18, 0xFFFF)
    with pytest.raises(Malformed, match="ends too early"):
        facts_of("a.las", bytes(data))


def test_an_extended_record_too_long_to_be_read() -> None:
    data = bytearray(cloud(version="1.4", point_format=6, crs=None))
    record = struct.pack("<2x16sHQ32x", b"LASF_Projection", 2112, 2 * 1024**2)
    struct.pack_into("<QI", data, 235, len(data), 1)
    with pytest.raises(Malformed, match="One of its records is said to be 2,097,152 bytes long"):
        facts_of("a.las", bytes(data) + record + bytes(2 * 1024**2))


def test_infinite_bounds_are_no_place() -> None:
    wrong = bytearray(cloud())
    struct.pack_into("<d", wrong, 179, float("inf"))
    facts = facts_of("a.las", bytes(wrong))
    assert facts.place is None
    assert facts.projection is not None
    assert facts.projection.bbox is None
