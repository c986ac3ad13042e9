"""NetCDF-4 and HDF5 as netCDF4 and h5py write them."""

import io
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from services.indexer.extractors.facts import Facts, Malformed
from tests.extraction import EXPECTED, extracted, facts_of, line, sample_facts
from tests.netcdf import written

PLACE = "scripps/mauna-loa-co2/weekly.nc"


def test_sample_is_as_netcdf4_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.cube is not None
    assert facts.moment is not None
    assert (facts.format, facts.media_type) == ("NetCDF-4", "application/netcdf")
    assert {one.name: one.size for one in facts.cube.dimensions} == expected["dimensions"]
    sizes = {one.name: one.size for one in facts.cube.dimensions}
    found = {
        one.name: {"shape": [sizes[name] for name in one.dimensions], "dtype": one.data_type}
        for one in facts.cube.variables
    }
    assert found == expected["variables"]
    assert (facts.moment.start[:10], facts.moment.end[:10]) == (expected["start"], expected["end"])
    assert [one.name for one in facts.cube.variables if one.is_data] == ["co2"]


@pytest.mark.parametrize(
    "form",
    ["NETCDF4", "NETCDF4_CLASSIC", "NETCDF3_CLASSIC", "NETCDF3_64BIT_OFFSET", "NETCDF3_64BIT_DATA"],
)
def test_a_grid_is_alike_in_all_formats(tmp_path: Path, form: str) -> None:
    facts = facts_of("a.nc", written(tmp_path, "grid", form=form))
    assert facts.format == ("NetCDF-4" if form.startswith("NETCDF4") else "NetCDF-3")
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.cube is not None
    assert facts.place.bbox == (-180, -90, 180, 90)
    assert (facts.moment.start, facts.moment.end) == (
        "2000-01-01T00:00:00Z", "2000-01-03T00:00:00Z",
    )  # fmt: skip
    dimensions = {one.name: one for one in facts.cube.dimensions}
    assert {name: one.size for name, one in dimensions.items()} == {
        "time": 3,
        "lat": 73,
        "lon": 144,
    }
    assert (dimensions["lat"].kind, dimensions["lat"].extent) == ("y", [-90, 90])
    assert (dimensions["time"].kind, dimensions["time"].extent[0]) == (
        "time",
        "2000-01-01T00:00:00Z",
    )
    assert line(facts, "air (time, lat, lon)") == "int16, K, Air temperature"
    assert line(facts, "Title") == "Reanalysis"


def test_a_grid_over_the_antimeridian(tmp_path: Path) -> None:
    facts = facts_of("a.nc", written(tmp_path, "grid", longitudes=(170, 191, 1)))
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((169.5, -90, -169.5, 90))


def test_a_calendar_that_is_not_ours_gives_no_time(tmp_path: Path) -> None:
    facts = facts_of("a.nc", written(tmp_path, "grid", calendar="360_day"))
    assert facts.moment is None
    assert facts.place is not None


def hdf5(**datasets: Any) -> bytes:
    """A file of these arrays, by their paths with `__` for a slash."""
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, data in datasets.items():
            file.create_dataset(name.replace("__", "/"), data=data)
        file.attrs["title"] = "Levels"
        file.attrs["versions"] = [1, 2]
        file.attrs["odd"] = h5py.Empty("f4")
    return buffer.getvalue()


def dimension_sizes(facts: Facts) -> dict[str, int]:
    assert facts.cube is not None
    return {one.name: one.size for one in facts.cube.dimensions}


def test_plain_hdf5() -> None:
    facts = facts_of("a.h5", hdf5(levels=np.zeros((4, 5), "f4"), deep__names=["a", "b"]))
    assert facts.cube is not None
    assert (facts.format, facts.media_type) == ("HDF5", "application/x-hdf5")
    assert facts.summary == "HDF5, 2 variables"
    assert dimension_sizes(facts) == {"levels_0": 4, "levels_1": 5, "deep/names_0": 2}
    kinds = [(one.name, one.data_type) for one in facts.cube.variables]
    assert kinds == [("levels", "float32"), ("deep/names", "string")]
    assert line(facts, "Title") == "Levels"


def test_headers_that_lie_apart_are_read_in_part() -> None:
    data = hdf5(**{f"group{number}__values": np.zeros(20_000, "f8") for number in range(60)})
    found = extracted("a.h5", data, most=8)
    assert found.requests == 8
    assert found.facts.partial == "It has more arrays than are looked at."
    assert found.facts.format == "HDF5"


def test_a_coordinate_of_huge_chunks_is_not_unpacked() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
            chunks = {"shape": (10,), "maxshape": (None,), "chunks": (4 * 1024**2,)}
            made = file.create_dataset(name, dtype="f8", compression="gzip", **chunks)
            made[:] = np.arange(10)
            made.attrs["units"] = unit
    facts = facts_of("a.h5", buffer.getvalue())
    assert facts.place is None
    assert dimension_sizes(facts) == {"lat_0": 10, "lon_0": 10}


def test_links_that_lead_out_are_not_followed() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        file["secret"] = h5py.ExternalLink("/etc/passwd", "/")
        file["loop"] = h5py.SoftLink("/")
        file["real"] = [1]
    facts = facts_of("a.h5", buffer.getvalue())
    assert facts.cube is not None
    assert [one.name for one in facts.cube.variables] == ["real"]


def test_groups_that_hold_each_other_end() -> None:
    buffer = io.BytesIO()
    with h5py.File(buffer, "w") as file:
        inner = file.create_group("a/b")
        inner["up"] = file["a"]
    assert facts_of("a.h5", buffer.getvalue()).summary == "HDF5, 0 variables"


def test_broken() -> None:
    with pytest.raises(Malformed, match="It is not HDF5 that can be read"):
        facts_of("a.h5", b"\x89HDF\r\n\x1a\n" + b"\xff" * 600)
    with pytest.raises(Malformed, match="Its name says NetCDF or HDF5"):
        facts_of("a.nc", b"no such thing")
