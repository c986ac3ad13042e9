"""Rasters that say nothing of their place, with a world file beside them, held against GDAL."""

from pathlib import Path

import pytest
import rasterio
from pyproj import CRS

from services.indexer.extractors.facts import Malformed
from tests.extraction import extracted, facts_of
from tests.rasters import quiet, tiff

WORLD = b"0.5\n0.0\n0.0\n-0.25\n10.25\n49.875\n"
TURNED = b"0.5\n0.1\n0.2\n-0.25\n10.25\n49.875\n"
BARE = tiff(crs=None, bounds=None)
SYSTEM = CRS.from_epsg(4326).to_wkt("WKT1_ESRI").encode()


@pytest.mark.parametrize("world", [WORLD, TURNED])
@pytest.mark.parametrize("ending", ["tfw", "tifw", "wld"])
def test_as_gdal_reads_it(tmp_path: Path, world: bytes, ending: str) -> None:
    data = tiff(bounds=None)
    (tmp_path / "a.tif").write_bytes(data)
    # The second of these names is of programs other than GDAL.
    (tmp_path / f"a.{ending}".replace("tifw", "tfw")).write_bytes(world)
    with quiet(), rasterio.open(tmp_path / "a.tif") as dataset:
        transform, bounds = list(dataset.transform)[:6], dataset.bounds
    facts = facts_of("a.tif", data, {f"a.{ending}": world})
    assert facts.projection is not None
    assert facts.place is not None
    assert facts.projection.code == "EPSG:4326"
    assert facts.projection.transform == pytest.approx(transform)
    if world == WORLD:
        assert facts.place.bbox == pytest.approx(bounds)
    assert [part.name for part in facts.parts] == [f"a.{ending}"]


def test_the_system_may_stand_beside_it_too() -> None:
    assert facts_of("a.tif", BARE, {"a.prj": SYSTEM}).place is None
    assert facts_of("a.tif", BARE, {"a.tfw": WORLD}).place is None
    facts = facts_of("A.TIF", BARE, {"A.TFW": WORLD, "A.PRJ": SYSTEM})
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((10, 38, 42, 50))
    assert [part.name for part in facts.parts] == ["A.TFW", "A.PRJ"]


def test_what_the_file_itself_says_comes_first() -> None:
    data = tiff()
    found = extracted("a.tif", data, beside={"a.tfw": WORLD, "a.prj": SYSTEM})
    assert found.facts.place == facts_of("a.tif", data).place
    assert (found.facts.parts, found.requests) == ([], 1)


@pytest.mark.parametrize("world", [b"", b"1 2 3", b"a b c d e f", b"nan 0 0 1 0 0", b"0 0 0 0 0 0"])
def test_worlds_that_are_none(world: bytes) -> None:
    facts = facts_of("a.tif", BARE, {"a.tfw": world, "a.prj": SYSTEM})
    assert (facts.place, facts.parts, facts.format) == (None, [], "TIFF")


def test_a_system_that_is_none() -> None:
    with pytest.raises(Malformed, match="coordinate system is not known"):
        facts_of("a.tif", BARE, {"a.tfw": WORLD, "a.prj": b"nonsense"})


def test_where_no_more_bytes_come_the_rest_is_told() -> None:
    assert extracted("a.tif", BARE, most=1).facts.format == "TIFF"
