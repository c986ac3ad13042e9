"""Where and when the rows of a table are, told from the names of its columns."""

import re
from collections.abc import Iterator

from services.indexer.extractors.delimited.dialect import Sheet
from services.indexer.extractors.earth import bounding_box, place_of_box
from services.indexer.extractors.facts import Moment, Place
from services.indexer.extractors.moments import (
    ISO_DAY,
    is_temporal_name,
    moment_of,
    parse_iso,
)

UNIT = r"(?:[ _]?\(?(?:deg|degrees|dd|wgs84|{})\)?)?"
LATITUDE = re.compile(r"(?:decimal[ _]?)?lat(?:itude)?" + UNIT.format("n"))
LONGITUDE = re.compile(r"(?:decimal[ _]?)?(?:lon|lng|long|longitude)" + UNIT.format("e"))
# Rows without a position are common; a column that mostly has none is no position.
NEEDED_SHARE = 0.5


def place_in(sheet: Sheet) -> Place | None:
    """Around all rows; None without a column of latitudes and one of longitudes."""
    latitude, longitude = _column(sheet, LATITUDE), _column(sheet, LONGITUDE)
    if latitude is None or longitude is None:
        return None
    points = list(_points(sheet, latitude, longitude))
    if not points or len(points) < len(sheet.rows) * NEEDED_SHARE:
        return None
    box = bounding_box({(x, x) for x, _ in points}, [y for _, y in points])
    return place_of_box(*box)


def _column(sheet: Sheet, pattern: re.Pattern[str]) -> int | None:
    return next((i for i, name in enumerate(sheet.names) if pattern.fullmatch(name.lower())), None)


def _points(sheet: Sheet, latitude: int, longitude: int) -> Iterator[tuple[float, float]]:
    """The rows whose position is on Earth: fillers such as -9999 are not."""
    needed = max(latitude, longitude)
    for row in sheet.rows:
        if len(row) <= needed:
            continue
        try:
            x, y = float(row[longitude]), float(row[latitude])
        except ValueError:
            continue
        if -180 <= x <= 360 and -90 <= y <= 90:
            yield x, y


def moment_in(sheet: Sheet) -> Moment | None:
    """From the first to the last time of the first column that holds times.

    ISO 8601 sorts as text, so that only the two ends need be read.
    """
    for number, name in enumerate(sheet.names):
        if not is_temporal_name(name):
            continue
        cells = [cell for cell in map(str.strip, sheet.cells(number)) if cell]
        if cells and all(map(ISO_DAY.match, cells)):
            ends = [parse_iso(min(cells)), parse_iso(max(cells))]
            return moment_of([end for end in ends if end], f"from the column {name}")
    return None
