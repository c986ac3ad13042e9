"""Which items a search is for: by where they lie, when, and what they say.

Shapes are compared on the plane of longitude and latitude, cut at the antimeridian, as GeoJSON has
them (RFC 7946 §3.1.9); borders belong to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from shapely import Geometry

from services.indexer.models.boxes import Box, box_of, meet, parts_of
from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.comparisons import Condition
from services.indexer.stac.cql2.conditions import condition_of
from services.indexer.stac.shapes import (
    boxes_of,
    footprint_of,
    rectangle_of,
    shape_of,
    shape_of_box,
)
from shared.contracts.indexer import ItemFilter

Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Filter:
    """What an item must meet: all of the shapes, the time between the two ends, the condition.

    What meets a shape meets the boxes of the same place in `boxes`; where `are_boxes`, what meets
    the boxes also meets the shape.
    """

    shapes: tuple[Geometry, ...] = ()
    boxes: tuple[Sequence[Box], ...] = ()
    are_boxes: bool = True
    start: datetime | None = None
    end: datetime | None = None
    condition: Condition | None = None

    def matches(self, item: Item) -> bool:
        """Whether the item is one of those."""
        return (
            self._is_when(item["properties"])
            and self._is_where(item["geometry"])
            and (self.condition is None or self.condition(item) is True)
        )

    def _is_when(self, said: Mapping[str, Any]) -> bool:
        if self.start is None and self.end is None:
            return True
        first = datetime.fromisoformat(said.get("start_datetime") or said["datetime"])
        last = datetime.fromisoformat(said.get("end_datetime") or said["datetime"])
        return (self.end is None or first <= self.end) and (
            self.start is None or last >= self.start
        )

    def _is_where(self, footprint: Mapping[str, Any] | None) -> bool:
        if not self.shapes:
            return True
        if footprint is None:
            return False
        # Boxes are compared without shapely, which would take longer than all the rest.
        rectangle = rectangle_of(footprint) if self.are_boxes else None
        if rectangle is not None:
            return all(meet(boxes, [rectangle]) for boxes in self.boxes)
        there = footprint_of(footprint)
        return all(shape.intersects(there) for shape in self.shapes)


def filter_of(wanted: ItemFilter, limits: SearchSettings) -> Filter:
    """What the request says. Invalid, with the field to blame, where a part of it is none."""
    shapes, boxes = [], []
    if wanted.bbox is not None:
        shapes.append(shape_of_box(wanted.bbox))
        boxes.append(boxes_of(wanted.bbox))
    if wanted.intersects is not None:
        shapes.append(shape_of(wanted.intersects, "intersects"))
        boxes.append(parts_of(box_of(wanted.intersects)))
    for shape in shapes:
        shapely.prepare(shape)
    condition = None if wanted.filter is None else condition_of(wanted.filter, limits)
    return Filter(
        tuple(shapes),
        tuple(boxes),
        wanted.intersects is None,
        wanted.start,
        wanted.end,
        condition,
    )
