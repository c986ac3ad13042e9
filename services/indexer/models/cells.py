"""A grid over the Earth: 2^level columns and as many rows, of longitude and of latitude.

What is small is written into the cells it touches, on each level as long as these are few; where it
stops before the finest level it also stands in a list of what is large beside its last cells, and
what is large on every level in one list. So a search looks into the cells of one level, and into
the lists of what is larger.
"""

from collections.abc import Sequence

from services.indexer.models.boxes import Box

# The most cells that a thing is written to on a level, and that a search looks into.
MOST_WRITTEN, MOST_READ = 6, 12
LARGEST = "+"


def places_of(parts: Sequence[Box], levels: Sequence[int]) -> list[str]:
    """Where something is written that lies in these boxes; nowhere where there are none."""
    written: list[str] = []
    large = [LARGEST] if parts else []
    for level in levels:
        cells = _cells(parts, level, MOST_WRITTEN)
        if cells is None:
            return written + large
        written += cells
        large = [LARGEST + cell for cell in cells]
    return written


def places_for(parts: Sequence[Box], levels: Sequence[int]) -> list[str] | None:
    """Where all is written that may lie in these boxes; None where that is in too many places."""
    covers: list[list[str]] = []
    for level in levels:
        cells = _cells(parts, level, MOST_READ)
        if cells is None:
            break
        covers.append(cells)
    if not covers:
        return None
    larger = [LARGEST + cell for cells in covers[:-1] for cell in cells]
    return [*covers[-1], *larger, LARGEST]


def _cells(parts: Sequence[Box], level: int, most: int) -> list[str] | None:
    """The cells that the boxes touch; None where they are more."""
    found: dict[str, None] = {}
    for west, south, east, north in parts:
        columns = range(_place(west, 360, level), _place(east, 360, level) + 1)
        rows = range(_place(south, 180, level), _place(north, 180, level) + 1)
        if len(columns) * len(rows) > most:
            return None
        found |= dict.fromkeys(f"{level}/{x}/{y}" for x in columns for y in rows)
    return list(found) if len(found) <= most else None


def _place(degrees: float, turn: float, level: int) -> int:
    """The column of a longitude, or the row of a latitude; what is beyond the edge is at it."""
    count = 1 << level
    return min(max(int((degrees / turn + 0.5) * count), 0), count - 1)
