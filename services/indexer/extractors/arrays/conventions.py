"""Which array says where and when the others are (CF 1.11 §4 and §5)."""

from collections.abc import Sequence

from services.indexer.extractors.arrays.array import Array
from services.indexer.extractors.arrays.times import is_time_unit

LATITUDE_UNITS = frozenset(f"degree{s}{n}" for s in ("", "s") for n in ("_north", "_N", "N"))
LONGITUDE_UNITS = frozenset(f"degree{s}{e}" for s in ("", "s") for e in ("_east", "_E", "E"))
LATITUDE_NAMES, LONGITUDE_NAMES = frozenset({"lat", "latitude"}), frozenset({"lon", "longitude"})
PROJECTED = {"projection_x_coordinate": "x", "projection_y_coordinate": "y"}
BOUNDS = ("bounds", "climatology")


def kind_of(array: Array) -> str:
    """`longitude`, `latitude`, `x`, `y`, `z`, `time`, or empty for one that holds data."""
    unit, standard = array.text("units"), array.text("standard_name").lower()
    if unit in LATITUDE_UNITS or standard == "latitude":
        return "latitude"
    if unit in LONGITUDE_UNITS or standard == "longitude":
        return "longitude"
    if standard in PROJECTED:
        return PROJECTED[standard]
    if is_time_unit(unit):
        return "time" if standard in {"", "time"} or array.text("axis") == "T" else ""
    if array.text("positive").lower() in {"up", "down"} or array.text("axis") == "Z":
        return "z"
    return _kind_by_name(array, unit)


def _kind_by_name(array: Array, unit: str) -> str:
    """For files that follow no conventions: `lat` of degrees is what it seems to be."""
    if unit not in {"", "degree", "degrees"}:
        return ""
    name = array.name.lower()
    if name in LATITUDE_NAMES:
        return "latitude"
    return "longitude" if name in LONGITUDE_NAMES else ""


def is_of_others(array: Array, arrays: Sequence[Array]) -> bool:
    """Whether it is a coordinate, a bound or a mapping: not what the file is made for."""
    if kind_of(array) or array.name in array.dimensions or "grid_mapping_name" in array.attributes:
        return True
    return any(array.name == other.text(name) for other in arrays for name in BOUNDS)
