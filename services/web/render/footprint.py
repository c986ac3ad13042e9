"""Bounding boxes on a flat map: x is longitude + 180, y is 90 - latitude, one unit a degree."""

from collections.abc import Iterable
from dataclasses import dataclass

BBox = list[float]

# The world without most of Antarctica, where little is measured and less is seen.
WORLD_TOP, WORLD_BOTTOM = 84.0, -58.0
WIDTH, HEIGHT = 360.0, 180.0
# A box smaller than this cannot be seen on a map of the world 296 px wide.
SMALLEST = 3.0
SMALLEST_PART = WIDTH / SMALLEST
ASPECT = 1.58
# Round the box there is room: a footprint says more beside what is near it.
ROOM = 1.66
NARROWEST = 4.0
MOST = 0.4
TURNS = (-360.0, 0.0, 360.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the map."""

    x: float
    y: float
    width: float
    height: float

    @property
    def is_most(self) -> bool:
        """Whether it covers so much of the world that filling it would hide the rest."""
        return self.width * self.height > MOST * WIDTH * HEIGHT


@dataclass(frozen=True, slots=True)
class Map:
    """What a map shows: `view` is its viewBox, `repeats` where the land is drawn (x offsets)."""

    view: Box
    boxes: tuple[Box, ...]
    repeats: tuple[float, ...] = (0.0,)


def edges(bbox: BBox) -> tuple[float, float, float, float]:
    """West, south, east, north of a box in 2 or 3 dimensions (RFC 7946 §5)."""
    if len(bbox) == 6:
        return bbox[0], bbox[1], bbox[3], bbox[4]
    return bbox[0], bbox[1], bbox[2], bbox[3]


def unrolled(bbox: BBox) -> Box:
    """The box in one piece: across the antimeridian it reaches beyond x = 360."""
    west, south, east, north = edges(bbox)
    width = east - west if west <= east else east - west + 360
    return Box(west + 180, 90 - north, width, north - south)


def world(bboxes: Iterable[BBox]) -> Map:
    """Every box on the whole world; one across the antimeridian in its two parts."""
    boxes: list[Box] = []
    bottom = 90 - WORLD_BOTTOM
    for bbox in bboxes:
        box = _visible(unrolled(bbox))
        bottom = max(bottom, min(box.y + box.height, HEIGHT))
        boxes.append(box)
        if box.x + box.width > WIDTH:
            boxes.append(Box(box.x - 360, box.y, box.width, box.height))
    return Map(Box(0, 90 - WORLD_TOP, WIDTH, bottom - (90 - WORLD_TOP)), tuple(boxes))


def around(bbox: BBox) -> Map:
    """One box with the land about it, in the shape of a page's preview."""
    box = unrolled(bbox)
    width = max(box.width * ROOM, box.height * ROOM * ASPECT, NARROWEST)
    if width >= WIDTH:
        return world([bbox])
    height = width / ASPECT
    middle = box.y + box.height / 2
    top = min(max(middle - height / 2, 0), HEIGHT - height)
    left = box.x + box.width / 2 - width / 2
    repeats = (0.0, *((-360.0,) if left < 0 else ()), *((360.0,) if left + width > WIDTH else ()))
    smallest = max(box.width, width / 60), max(box.height, width / 60)
    return Map(Box(left, top, width, height), (_grown(box, *smallest),), repeats)


def seen(view: Box, bbox: BBox) -> tuple[Box, ...]:
    """What a map of this view shows of a box: nothing, one piece, or two across its edge."""
    smallest = view.width / SMALLEST_PART
    box = unrolled(bbox)
    box = _grown(box, max(box.width, smallest), max(box.height, smallest))
    turned = (Box(box.x + turn, box.y, box.width, box.height) for turn in TURNS)
    return tuple(one for one in turned if _meets(view, one))


def _meets(view: Box, box: Box) -> bool:
    is_beside = box.x > view.x + view.width or box.x + box.width < view.x
    return not (is_beside or box.y > view.y + view.height or box.y + box.height < view.y)


def _visible(box: Box) -> Box:
    return _grown(box, max(box.width, SMALLEST), max(box.height, SMALLEST))


def _grown(box: Box, width: float, height: float) -> Box:
    """The same middle, another size."""
    return Box(box.x - (width - box.width) / 2, box.y - (height - box.height) / 2, width, height)
