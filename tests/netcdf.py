"""NetCDF as its own library writes it, in a process of its own.

netCDF4 and h5py each bring an HDF5 of their own: one process is better off without both.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]


def written(folder: Path, what: str, **options: Any) -> bytes:
    """The file that `grid` or `series` writes."""
    path = folder / "a.nc"
    words = [what, str(path), json.dumps(options)]
    subprocess.run([sys.executable, "-m", __name__, *words], cwd=ROOT, check=True)
    return path.read_bytes()


def grid(
    made: Any, *, longitudes: tuple[float, float, float] = (0, 360, 2.5), calendar: str = "standard"
) -> None:
    """Temperatures over time, latitude and longitude, by the conventions of CF."""
    places = np.arange(*longitudes)
    made.title, made.Conventions = "Reanalysis", "CF-1.8"
    made.createDimension("time", None)
    made.createDimension("lat", 73)
    made.createDimension("lon", len(places))
    for name, unit in (("lat", "degrees_north"), ("lon", "degrees_east")):
        made.createVariable(name, "f4", (name,)).units = unit
    times = made.createVariable("time", "f8", ("time",))
    times.units, times.calendar = "hours since 1900-01-01", calendar
    air = made.createVariable("air", "i2", ("time", "lat", "lon"), fill_value=-32768)
    air.units, air.long_name = "K", "Air temperature"
    made["lat"][:] = np.linspace(90, -90, 73)
    made["lon"][:] = places
    times[:] = [876_576, 876_600, 876_624]


def series(made: Any, *, many: int) -> None:
    """A station's values over a time that has no end, and where it is."""
    made.createDimension("time", None)
    times = made.createVariable("time", "i4", ("time",))
    times.units = "minutes since 2020-02-28 23:00:00 +01:00"
    made.createVariable("level", "f4", ("time",))[:] = np.zeros(many)
    times[:] = np.arange(many) * 60
    made.createVariable("lat", "f8", ()).units = "degrees_north"
    made.createVariable("lon", "f8", ()).units = "degrees_east"
    made["lat"][...], made["lon"][...] = 47.5, 7.5


def main(what: str, path: str, options: dict[str, Any]) -> None:
    """Write it, in the format that is among the options."""
    import netCDF4  # noqa: PLC0415 -- only in the process that is for it

    with netCDF4.Dataset(path, "w", format=options.pop("form", "NETCDF4")) as made:
        {"grid": grid, "series": series}[what](made, **options)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
