"""Boxes around shapes, on the plane of longitude and latitude, cut at 180° (RFC 7946 §5.2)."""

from collections.abc import Iterator, Mapping, Sequence
from math import floor
from typing import Any

HALF_TURN, WHOLE_TURN = 180.0, 360.0
# About a centimetre; edges are moved outward to it.
STEPS = 10**7
CORNERS = 4
Box = tuple[float, float, float, float]


def box_of(geometry: Mapping[str, Any] | None) -> Box | None:
    """West, south, east, north of a GeoJSON geometry, all of it inside; None where it is nowhere.

    West > east where it lies on both sides of 180°.
    """
    parts = [box for part in _parts(geometry) if (box := _around(part))]
    if not parts:
        return None
    west, east = min(part[0] for part in parts), max(part[2] for part in parts)
    turned = _turned(parts)
    if turned is not None and turned[1] - turned[0] < east - west:
        west, east = turned[0], turned[1] - WHOLE_TURN
    south, north = min(part[1] for part in parts), max(part[3] for part in parts)
    return _down(west), _down(south), _up(east), _up(north)


def parts_of(box: Box | None) -> list[Box]:
    """The same as boxes whose west is not beyond their east: none, one or two."""
    if box is None:
        return []
    west, south, east, north = box
    if west <= east:
        return [box]
    return [(west, south, HALF_TURN, north), (-HALF_TURN, south, east, north)]


def meet(some: Sequence[Box], others: Sequence[Box]) -> bool:
    """Whether any of these has a point in common with any of those; asked for every row."""
    for west, south, east, north in some:
        for other in others:
            if west <= other[2] and other[0] <= east and south <= other[3] and other[1] <= north:
                return True
    return False


def rectangle_of(geometry: Mapping[str, Any]) -> Box | None:
    """The box that a geometry fills, as most footprints do; None where it is another shape."""
    if geometry["type"] != "Polygon":
        return None
    rings = geometry["coordinates"]
    if len(rings) != 1 or len(rings[0]) != CORNERS + 1:
        return None
    (x, y), second, (across, up), fourth = (tuple(one[:2]) for one in rings[0][:CORNERS])
    if x == across or y == up or {second, fourth} != {(x, up), (across, y)}:
        return None
    return min(x, across), min(y, up), max(x, across), max(y, up)


def _turned(parts: Sequence[Box]) -> tuple[float, float] | None:
    """West and east of all, seen from 0° to 360°; None where they cannot be seen so.

    Nor where all are on one side of 0°: it is the same width then, but for rounding.
    """
    if any(west < 0 <= east or max(-west, east) > HALF_TURN for west, _, east, _ in parts):
        return None
    shifts = [WHOLE_TURN if east < 0 else 0.0 for _, _, east, _ in parts]
    if len(set(shifts)) == 1:
        return None
    pairs = list(zip(parts, shifts, strict=True))
    return min(part[0] + shift for part, shift in pairs), max(
        part[2] + shift for part, shift in pairs
    )


def _parts(geometry: Mapping[str, Any] | None) -> Iterator[Any]:
    """The coordinates of each part."""
    if geometry is None:
        return
    if geometry["type"] == "GeometryCollection":
        for one in geometry["geometries"]:
            yield from _parts(one)
    elif geometry["type"].startswith("Multi"):
        yield from geometry["coordinates"]
    else:
        yield geometry["coordinates"]


def _around(coordinates: Sequence[Any]) -> Box | None:
    positions = list(_positions(coordinates))
    if not positions:
        return None
    xs, ys = [one[0] for one in positions], [one[1] for one in positions]
    return min(xs), min(ys), max(xs), max(ys)


def _positions(coordinates: Sequence[Any]) -> Iterator[Sequence[float]]:
    if coordinates and isinstance(coordinates[0], int | float):
        yield coordinates
    else:
        for one in coordinates:
            yield from _positions(one)


def _down(degrees: float) -> float:
    step = floor(degrees * STEPS)
    # The product is rounded: it may land on the step that a value is just beyond.
    return (step if step / STEPS <= degrees else step - 1) / STEPS


def _up(degrees: float) -> float:
    return -_down(-degrees)
