"""What parameters of edition 2 are called (code table 4.2): the common ones in our own words."""

from collections.abc import Mapping
from pathlib import Path

import orjson

from services.indexer.extractors.grib.fields import SECOND, Parameter

# Names and units by discipline, category and number: those of the WMO, and of NCEP its own.
TABLES: Mapping[str, Mapping[str, list[str]]] = orjson.loads(
    Path(__file__).with_name("parameters.json").read_bytes()
)
NCEP = 7
# From here on, categories and numbers are those of whoever made the message.
OWN = 192


def parameter_of(centre: int, discipline: int, category: int, number: int) -> Parameter:
    """Its name and unit; its numbers where no table has it that is known of this centre."""
    common = SECOND.get((discipline, category, number))
    if common is not None:
        return common
    key = f"{discipline}.{category}.{number}"
    table = "ncep" if max(category, number) >= OWN and centre == NCEP else "wmo"
    name, unit = TABLES[table].get(key, (f"Parameter {key}", ""))
    return name, unit
