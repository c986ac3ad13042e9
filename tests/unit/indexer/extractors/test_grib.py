"""GRIB of both editions, beside what GDAL says of the same file."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import rasterio  # type: ignore[import-untyped]
from rasterio.warp import transform_bounds  # type: ignore[import-untyped]

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.grib.parameters import parameter_of
from services.indexer.extractors.sparse_file import WHOLE_BYTES
from tests.extraction import extracted, facts_of
from tests.gribs import LAMBERT, MERCATOR, POLAR, WGS84, first_edition, written

# rasterio multiplies in a way that its own dependency is about to give up.
pytestmark = pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")


def read(data: bytes) -> Facts:
    return facts_of("a.grib2", data)


@pytest.mark.parametrize(
    ("crs", "west", "north", "step"),
    [
        pytest.param(WGS84, -10, 60, 0.5, id="degrees"),
        pytest.param(WGS84, 170, 10, 0.5, id="across the antimeridian"),
        pytest.param(LAMBERT, -2_000_000, 1_500_000, 20_000, id="Lambert"),
        pytest.param(POLAR, -2_000_000, 1_500_000, 20_000, id="polar"),
        pytest.param(MERCATOR, -2_000_000, 1_500_000, 20_000, id="Mercator"),
    ],
)
def test_bounds_are_as_gdal_has_them(
    tmp_path: Path, crs: str, west: float, north: float, step: float
) -> None:
    path = tmp_path / "a.grib2"
    facts = read(written(path, crs=crs, west=west, north=north, step=step))
    with rasterio.open(path) as said:
        bounds = transform_bounds(said.crs, WGS84, *said.bounds)
    assert facts.place is not None
    assert facts.projection is not None
    west, east = ((edge + 180) % 360 - 180 for edge in bounds[::2])
    assert facts.place.bbox == pytest.approx((west, bounds[1], east, bounds[3]), abs=1e-3)
    assert facts.projection.shape == [60, 120]


def test_across_the_antimeridian(tmp_path: Path) -> None:
    facts = read(written(tmp_path / "a.grib2", west=170, north=10))
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((170, -20, -130, 10), abs=1e-4)


def test_the_whole_earth_from_zero_on(tmp_path: Path) -> None:
    facts = read(written(tmp_path / "a.grib2", west=0, north=90, step=3, size=(120, 60)))
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((-180, -90, 180, 90), abs=1e-4)


def test_times_parameters_and_levels(tmp_path: Path) -> None:
    facts = read(written(tmp_path / "a.grib2", hours=(0, 6, 12)))
    assert facts.moment is not None
    assert (facts.moment.start, facts.moment.end) == (
        "2024-02-28T18:00:00Z",
        "2024-02-29T06:00:00Z",
    )
    assert facts.cube is not None
    (variable,) = facts.cube.variables
    assert (variable.name, variable.unit) == ("Temperature", "K")
    assert variable.description == "2 m above ground"
    assert [(one.name, one.size) for one in facts.cube.dimensions] == [
        ("time", 3), ("y", 60), ("x", 120),
    ]  # fmt: skip
    assert facts.summary == "GRIB, 3 fields, 120 × 60, Temperature"


def test_times_are_as_gdal_has_them(tmp_path: Path) -> None:
    facts = read(written(tmp_path / "a.grib2", hours=(9,)))
    with rasterio.open(tmp_path / "a.grib2") as said:
        valid = datetime.fromtimestamp(int(said.tags(1)["GRIB_VALID_TIME"].split()[0]), UTC)
    assert facts.moment is not None
    assert facts.moment.start == valid.isoformat().replace("+00:00", "Z")


def test_the_first_edition(tmp_path: Path) -> None:
    data = first_edition()
    facts = facts_of("a.grb", data)
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.cube is not None
    assert facts.place.bbox == pytest.approx((-2, 47, 4, 51))
    assert facts.moment.start == "2024-02-29T00:00:00Z"
    assert facts.cube.variables[0].name == "Temperature"
    assert facts.cube.variables[0].description == "2 m above ground"
    (tmp_path / "a.grb").write_bytes(data)
    with rasterio.open(tmp_path / "a.grb") as said:
        assert tuple(said.bounds) == pytest.approx(facts.place.bbox)
        assert said.tags(1)["GRIB_VALID_TIME"].split()[0] == "1709164800"


def test_parameters_that_are_not_in_the_tables() -> None:
    assert "Parameter 200.11" in facts_of("a.grb", first_edition(table=200)).summary
    assert (
        "Temperature at 2 m" in facts_of("a.grb", first_edition(table=128, parameter=167)).summary
    )


@pytest.mark.parametrize(
    ("centre", "which", "name", "unit"),
    [
        (7, (0, 3, 5), "Geopotential height", "m"),
        (98, (0, 3, 18), "Planetary boundary layer height", "m"),
        (7, (0, 3, 192), "MSLP (Eta model reduction)", "Pa"),
        (98, (0, 3, 192), "Parameter 0.3.192", ""),
        (7, (2, 0, 192), "Volumetric Soil Moisture Content", ""),
        (7, (10, 4, 3), "Salinity", "kg/kg"),
        (7, (0, 255, 255), "Parameter 0.255.255", ""),
    ],
)
def test_what_parameters_are_called(
    centre: int, which: tuple[int, int, int], name: str, unit: str
) -> None:
    assert parameter_of(centre, *which) == (name, unit)


def test_names_are_as_gdal_has_them(tmp_path: Path) -> None:
    facts = read(written(tmp_path / "a.grib2", parameter=(3, 192)))
    with rasterio.open(tmp_path / "a.grib2") as said:
        comment = said.tags(1)["GRIB_COMMENT"]
    assert facts.cube is not None
    (variable,) = facts.cube.variables
    assert comment == f"{variable.name} [{variable.unit}]"


def test_many_messages_of_both_editions(tmp_path: Path) -> None:
    facts = read(first_edition() + written(tmp_path / "a.grib2") + first_edition() + b"\0" * 16)
    assert facts.summary.startswith("GRIB, 3 fields")
    assert dict(facts.groups[0].lines)["Grids"] == "2, of which the first is shown"


def test_a_large_one_is_read_message_by_message(tmp_path: Path) -> None:
    one = written(tmp_path / "a.grib2", size=(1200, 800), step=0.1)
    many = one * (WHOLE_BYTES // len(one) + 2)
    found = extracted("a.grib2", many, most=2)
    assert found.facts.partial.startswith("Only its first")
    assert found.bytes_read < len(many) / 4


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"GRIB\0\0\0\3" + bytes(20), "edition 3"),
        (b"GRIB\0\0\0\2" + (10**12).to_bytes(8), "ends within"),
        (first_edition()[:-5], "ends within"),
        (first_edition() + b"JUNK" * 8, "should begin"),
        (first_edition(grid=b"\0\0\x06\0\xff\0"), "shorter"),
        (b"GRIB\0\0\0\2" + (40).to_bytes(8) + (999).to_bytes(4) + b"\1" + bytes(19), "longer"),
        (b"GRIB\0\0\0\2" + (24).to_bytes(8) + b"77777777", "longer"),
        (b"GRIB\0\0\0\2" + (20).to_bytes(8) + b"7777", "no field|None of its"),
    ],
)
def test_what_is_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(data)
