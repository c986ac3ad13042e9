"""What a field is of: a parameter, at a level, at a time (code tables 4.2, 4.4, 4.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.indexer.extractors.grib.grids import Grid
from services.indexer.extractors.moments import in_range

KELVIN, PASCAL, PERCENT, SPEED, METRE = "K", "Pa", "%", "m/s", "m"
RATIO, WATER, POWER = "kg/kg", "kg/m²", "W/m²"
Parameter = tuple[str, str]

# By discipline, category and number.
SECOND: Mapping[tuple[int, int, int], Parameter] = {
    (0, 0, 0): ("Temperature", KELVIN),
    (0, 0, 2): ("Potential temperature", KELVIN),
    (0, 0, 4): ("Maximum temperature", KELVIN),
    (0, 0, 5): ("Minimum temperature", KELVIN),
    (0, 0, 6): ("Dew point temperature", KELVIN),
    (0, 1, 0): ("Specific humidity", RATIO),
    (0, 1, 1): ("Relative humidity", PERCENT),
    (0, 1, 2): ("Humidity mixing ratio", RATIO),
    (0, 1, 3): ("Precipitable water", WATER),
    (0, 1, 7): ("Precipitation rate", "kg/m²/s"),
    (0, 1, 8): ("Total precipitation", WATER),
    (0, 1, 9): ("Large-scale precipitation", WATER),
    (0, 1, 10): ("Convective precipitation", WATER),
    (0, 1, 11): ("Snow depth", METRE),
    (0, 1, 13): ("Water equivalent of snow", WATER),
    (0, 1, 22): ("Cloud mixing ratio", RATIO),
    (0, 2, 0): ("Wind direction", "°"),
    (0, 2, 1): ("Wind speed", SPEED),
    (0, 2, 2): ("u-component of wind", SPEED),
    (0, 2, 3): ("v-component of wind", SPEED),
    (0, 2, 8): ("Vertical velocity", "Pa/s"),
    (0, 2, 10): ("Absolute vorticity", "1/s"),
    (0, 2, 22): ("Wind gust", SPEED),
    (0, 3, 0): ("Pressure", PASCAL),
    (0, 3, 1): ("Pressure at mean sea level", PASCAL),
    (0, 3, 4): ("Geopotential", "m²/s²"),
    (0, 3, 5): ("Geopotential height", METRE),
    (0, 4, 7): ("Downward short-wave radiation", POWER),
    (0, 5, 3): ("Downward long-wave radiation", POWER),
    (0, 6, 1): ("Total cloud cover", PERCENT),
    (0, 6, 3): ("Low cloud cover", PERCENT),
    (0, 6, 4): ("Medium cloud cover", PERCENT),
    (0, 6, 5): ("High cloud cover", PERCENT),
    (0, 7, 6): ("Convective available potential energy", "J/kg"),
    (0, 7, 7): ("Convective inhibition", "J/kg"),
    (0, 14, 0): ("Total ozone", "DU"),
    (0, 19, 0): ("Visibility", METRE),
    (2, 0, 0): ("Land cover", ""),
    (2, 0, 2): ("Soil temperature", KELVIN),
    (10, 0, 3): ("Significant height of waves", METRE),
    (10, 0, 5): ("Significant height of wind waves", METRE),
    (10, 0, 8): ("Significant height of swell", METRE),
    (10, 0, 10): ("Primary wave direction", "°"),
    (10, 0, 11): ("Primary wave mean period", "s"),
    (10, 1, 2): ("u-component of current", SPEED),
    (10, 1, 3): ("v-component of current", SPEED),
    (10, 2, 0): ("Ice cover", ""),
    (10, 3, 0): ("Water temperature", KELVIN),
}
# By number, in the tables of edition 1 that the WMO made; and in table 128 of ECMWF.
FIRST: Mapping[int, Parameter] = {
    1: ("Pressure", PASCAL),
    2: ("Pressure at mean sea level", PASCAL),
    6: ("Geopotential", "m²/s²"),
    7: ("Geopotential height", METRE),
    11: ("Temperature", KELVIN),
    15: ("Maximum temperature", KELVIN),
    16: ("Minimum temperature", KELVIN),
    17: ("Dew point temperature", KELVIN),
    31: ("Wind direction", "°"),
    32: ("Wind speed", SPEED),
    33: ("u-component of wind", SPEED),
    34: ("v-component of wind", SPEED),
    39: ("Vertical velocity", "Pa/s"),
    51: ("Specific humidity", RATIO),
    52: ("Relative humidity", PERCENT),
    54: ("Precipitable water", WATER),
    59: ("Precipitation rate", "kg/m²/s"),
    61: ("Total precipitation", WATER),
    66: ("Snow depth", METRE),
    71: ("Total cloud cover", PERCENT),
    81: ("Land cover", ""),
    85: ("Soil temperature", KELVIN),
    100: ("Significant height of waves", METRE),
}
ECMWF: Mapping[int, Parameter] = {
    129: ("Geopotential", "m²/s²"),
    130: ("Temperature", KELVIN),
    131: ("u-component of wind", SPEED),
    132: ("v-component of wind", SPEED),
    133: ("Specific humidity", RATIO),
    134: ("Surface pressure", PASCAL),
    151: ("Pressure at mean sea level", PASCAL),
    164: ("Total cloud cover", ""),
    165: ("u-component of wind at 10 m", SPEED),
    166: ("v-component of wind at 10 m", SPEED),
    167: ("Temperature at 2 m", KELVIN),
    168: ("Dew point temperature at 2 m", KELVIN),
    228: ("Total precipitation", METRE),
}
LEVELS = {
    1: "surface",
    8: "top of the atmosphere",
    10: "whole atmosphere",
    100: "{:g} Pa",
    101: "mean sea level",
    102: "{:g} m above sea level",
    103: "{:g} m above ground",
    104: "sigma {:g}",
    105: "hybrid level {:g}",
    106: "{:g} m below ground",
    160: "{:g} m below sea level",
    200: "whole atmosphere",
}
FIRST_LEVELS = LEVELS | {
    100: "{:g} hPa",
    102: "mean sea level",
    103: "{:g} m above sea level",
    105: "{:g} m above ground",
    107: "sigma {:g}",
    109: "hybrid level {:g}",
    111: "{:g} cm below ground",
}
UNITS = {
    0: timedelta(minutes=1),
    1: timedelta(hours=1),
    2: timedelta(days=1),
    10: timedelta(hours=3),
    11: timedelta(hours=6),
    12: timedelta(hours=12),
    13: timedelta(seconds=1),
    254: timedelta(seconds=1),
}


@dataclass(slots=True, frozen=True)
class Field:
    """One field. `valid` is when it is true, None where that cannot be told."""

    parameter: Parameter
    level: str
    valid: datetime | None
    grid: Grid


def level_of(kind: int, value: float | None, levels: Mapping[int, str] = LEVELS) -> str:
    """In words."""
    return levels.get(kind, f"level of type {kind}").format(value or 0)


def valid_at(reference: datetime | None, number: int, unit: int) -> datetime | None:
    """The reference and so many units; None where a unit has no length, such as a month."""
    if reference is None or (number and unit not in UNITS):
        return None
    try:
        return in_range(reference + number * UNITS.get(unit, timedelta()))
    except OverflowError:
        return None


def moment(*numbers: int) -> datetime | None:
    """Year, month, day, hour, minute, second; None where it is no time."""
    try:
        return in_range(datetime(*numbers))  # type: ignore[arg-type]  # noqa: DTZ001 (UTC is meant)
    except (ValueError, TypeError):
        return None
