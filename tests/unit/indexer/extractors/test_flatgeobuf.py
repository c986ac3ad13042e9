"""FlatGeobuf from its header, held against GDAL."""

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from services.indexer.extractors.facts import Malformed
from tests.extraction import EXPECTED, SAMPLE, extracted, facts_of, line, sample_facts

PLACE = "natural-earth/countries/countries.fgb"


def flatgeobuf(folder: Path, shapes: list[Any], *, crs: str | None, **options: Any) -> bytes:
    """A file that GDAL writes, with one column of each kind that is common."""
    many = len(shapes)
    columns = {
        "count": np.arange(many, dtype="int32"),
        "level": np.arange(many, dtype="float64"),
        "name": np.array(["é"] * many, dtype=object),
        "seen": np.array(["2020-01-01T00:00:00"] * many, dtype="datetime64[ms]"),
    }
    pyogrio.raw.write(
        folder / "a.fgb",
        shapely.to_wkb(np.array(shapes, dtype=object)),
        list(columns.values()),
        list(columns),
        driver="FlatGeobuf",
        geometry_type=options.pop("geometry_type", "Point"),
        crs=crs,
        **options,
    )
    return (folder / "a.fgb").read_bytes()


def test_sample_is_as_gdal_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    assert (facts.format, facts.summary) == ("FlatGeobuf", "FlatGeobuf, 177 features")
    assert facts.table.row_count == expected["features"]
    assert [column.name for column in facts.table.columns] == expected["fields"]
    assert line(facts, "Geometry") == expected["geometry"]
    assert line(facts, "Spatial index") == "yes"
    assert facts.projection.code == expected["crs"]
    assert facts.projection.bbox == expected["bounds"]
    assert facts.place.bbox == pytest.approx(expected["bounds"], abs=1e-12)


def test_one_read_is_enough() -> None:
    found = extracted(PLACE, (SAMPLE / PLACE).read_bytes())
    assert (found.requests, found.bytes_read) == (1, 64 * 1024)


def test_columns_and_a_projected_system(tmp_path: Path) -> None:
    data = flatgeobuf(
        tmp_path, [shapely.Point(500_000, 5_000_000), shapely.Point(510_000, 5_020_000)],
        crs="EPSG:32633",
    )  # fmt: skip
    facts = facts_of("a.fgb", data)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    kinds = [(column.name, column.type) for column in facts.table.columns]
    assert kinds == [
        ("count", "int32"), ("level", "float64"), ("name", "string"), ("seen", "datetime"),
    ]  # fmt: skip
    assert facts.projection.code == "EPSG:32633"
    assert facts.place.bbox == pytest.approx((15.0, 45.153, 15.128, 45.333), abs=0.001)


def test_without_a_system_it_has_no_place(tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        data = flatgeobuf(tmp_path, [shapely.Point(1, 2)], crs=None)
    facts = facts_of("a.fgb", data)
    assert (facts.place, facts.projection) == (None, None)
    assert line(facts, "Projection") == "not stated"
    assert line(facts, "Bounding box") == "1.000, 2.000, 1.000, 2.000"


def test_a_system_that_only_wkt_tells(tmp_path: Path) -> None:
    wanted = "+proj=laea +lat_0=45 +lon_0=-100 +ellps=WGS84 +type=crs"
    facts = facts_of("a.fgb", flatgeobuf(tmp_path, [shapely.Point(0, 0)], crs=wanted))
    assert facts.projection is not None
    assert facts.place is not None
    assert facts.projection.code is None
    assert "Lambert" in (facts.projection.wkt2 or "")
    assert facts.place.bbox == pytest.approx((-100, 45, -100, 45), abs=1e-6)


def test_without_an_index(tmp_path: Path) -> None:
    data = flatgeobuf(tmp_path, [shapely.Point(1, 2)], crs="EPSG:4326", SPATIAL_INDEX="NO")
    assert line(facts_of("a.fgb", data), "Spatial index") == "no"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"fgb\x03fgb\x01" + b"\xff\xff\xff\x7f" + bytes(100), "Its header is said to be"),
        (b"fgb\x03fgb\x01" + b"\x02\0\0\0" + bytes(100), "Its header is too short."),
        (b"fgb\x03fgb\x01" + b"\x40\0\0\0" + b"\xff" * 100, "points outside of itself"),
        (b"fgb\x03fgb\x01" + b"\x40\0\0\0", "ends too early"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.fgb", data)
