"""A sketch of shapes: drawn by us from their numbers alone."""

from collections.abc import Iterable, Sequence
from math import cos, isfinite, radians

from PIL import Image, ImageDraw

from services.indexer.extractors.picture.drawing import SIDE, drawn
from services.indexer.extractors.preview import Part
from services.indexer.extractors.shapes import Shape

MAX_POINTS = 300_000
# Drawn larger than it is shown, so that lines become smooth.
TIMES, MARGIN, DOT = 2, 8, 3
INK, WASH = (13, 148, 136, 255), (13, 148, 136, 64)
CLEAR = (0, 0, 0, 0)
# No narrower than this, whatever the shapes are.
MOST_STRETCHED = 8.0

Bounds = tuple[float, float, float, float]


def sketched(shapes: Iterable[Shape], note: str = "") -> list[Part]:
    """One picture of the first MAX_POINTS points; none where there are no shapes."""
    some = _some(shapes)
    points = [point for _, line in some for point in line]
    if not points:
        return []
    xs, ys = [point[0] for point in points], [point[1] for point in points]
    draft = _Draft((min(xs), min(ys), max(xs), max(ys)))
    for kind, line in some:
        draft.draw(kind, line)
    part = drawn(draft.image)
    part.note = note
    return [part]


def _some(shapes: Iterable[Shape]) -> list[Shape]:
    """Those within the limit, without points that are nowhere."""
    found: list[Shape] = []
    left = MAX_POINTS
    for kind, line in shapes:
        known = [point for point in line if len(point) > 1 and all(map(isfinite, point[:2]))]
        left -= len(known)
        if left < 0:
            break
        if known:
            found.append((kind, known))
    return found


class _Draft:
    """A picture that holds these bounds; degrees are drawn as wide as they are in its middle."""

    def __init__(self, bounds: Bounds) -> None:
        west, south, east, north = bounds
        is_degrees = max(-west, east) <= 360 and max(-south, north) <= 90
        self._narrowing = max(cos(radians((south + north) / 2)), 0.2) if is_degrees else 1.0
        across, down = (east - west) * self._narrowing, north - south
        longer = max(across, down) or 1.0
        self._scale = TIMES * (SIDE - 2 * MARGIN) / longer
        self._west, self._north = west, north
        least = longer / MOST_STRETCHED
        size = [round(max(one, least) * self._scale) + 2 * TIMES * MARGIN for one in (across, down)]
        self.image = Image.new("RGBA", (size[0], size[1]), CLEAR)
        self._pen = ImageDraw.Draw(self.image)

    def draw(self, kind: str, line: Sequence[Sequence[float]]) -> None:
        """One shape."""
        places = [self._place(point) for point in line]
        if kind == "ring" and len(places) > 2:
            self._pen.polygon(places, fill=WASH, outline=INK, width=TIMES)
        elif kind != "point" and len(places) > 1:
            self._pen.line(places, fill=INK, width=TIMES)
        else:
            x, y = places[0]
            self._pen.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), fill=INK)

    def _place(self, point: Sequence[float]) -> tuple[float, float]:
        x = (point[0] - self._west) * self._narrowing * self._scale
        y = (self._north - point[1]) * self._scale
        return x + TIMES * MARGIN, y + TIMES * MARGIN
