"""Which items a search is for: by where they lie, when, and what they say.

Shapes are compared on the plane of longitude and latitude, cut at the antimeridian, as GeoJSON has
them (RFC 7946 §3.1.9); borders belong to them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import shapely
from shapely import Geometry

from services.indexer.models.boxes import Box, box_of, meet, parts_of, rectangle_of
from services.indexer.models.placed import micros
from services.indexer.models.written import Outline
from services.indexer.settings import SearchSettings
from services.indexer.stac.cql2.comparisons import Condition
from services.indexer.stac.cql2.conditions import condition_of
from services.indexer.stac.shapes import (
    boxes_of,
    footprint_of,
    shape_of,
    shape_of_box,
)
from shared.contracts.indexer import ItemFilter

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Filter:
    """What an item must meet: the box and the shape, the time between both ends, the condition.

    What meets box and shape meets each of `boxes`, which are around them.
    """

    boxes: tuple[Sequence[Box], ...] = ()
    bbox: Sequence[float] | None = None
    shape: Geometry | None = None
    start: datetime | None = None
    end: datetime | None = None
    condition: Condition | None = None

    @cached_property
    def shapes(self) -> tuple[Geometry, ...]:
        """Box and shape; made where there is something that is no rectangle."""
        there = () if self.bbox is None else (shape_of_box(self.bbox),)
        there += () if self.shape is None else (self.shape,)
        for shape in there:
            shapely.prepare(shape)
        return there

    @cached_property
    def span(self) -> tuple[int | None, int | None]:
        """Both ends as in `Placed`."""
        return (
            None if self.start is None else micros(self.start),
            None if self.end is None else micros(self.end),
        )

    def settles(self, outline: Outline) -> bool | None:
        """Whether the item of this outline is one of those; None where it must be read for that."""
        first, last = self.span
        if first is not None and outline.end < first:
            return False
        if last is not None and last < outline.start:
            return False
        if self.boxes:
            rectangle = outline.rectangle if self.shape is None else None
            if rectangle is None:
                return None
            if not all(meet(boxes, (rectangle,)) for boxes in self.boxes):
                return False
        return True if self.condition is None else None

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
        if not self.boxes:
            return True
        if footprint is None:
            return False
        # Boxes are compared without shapely, which would take longer than all the rest.
        rectangle = rectangle_of(footprint) if self.shape is None else None
        if rectangle is not None:
            return all(meet(boxes, [rectangle]) for boxes in self.boxes)
        there = footprint_of(footprint)
        return all(shape.intersects(there) for shape in self.shapes)


def filter_of(wanted: ItemFilter, limits: SearchSettings) -> Filter:
    """What the request says. Invalid, with the field to blame, where a part of it is none."""
    shape, boxes = None, list[Sequence[Box]]()
    if wanted.bbox is not None:
        boxes.append(boxes_of(wanted.bbox))
    if wanted.intersects is not None:
        shape = shape_of(wanted.intersects, "intersects")
        boxes.append(parts_of(box_of(wanted.intersects)))
    condition = None if wanted.filter is None else condition_of(wanted.filter, limits)
    return Filter(tuple(boxes), wanted.bbox, shape, wanted.start, wanted.end, condition)
