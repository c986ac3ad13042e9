"""Where an item lies, compared to a shape, on the plane of longitude and latitude."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import shapely
from shapely import Geometry

from services.indexer.stac.cql2.comparisons import Arguments, Condition, two
from services.indexer.stac.cql2.values import Item, value_of
from services.indexer.stac.shapes import footprint_of, shape_of, shape_of_box
from shared.fields import invalid

Place = Callable[[Item], Geometry | None]
Relation = Callable[[Geometry, Geometry], bool]

# Each with the one that holds of the two in the other order.
RELATIONS: Mapping[str, tuple[Relation, Relation]] = {
    "s_intersects": (shapely.intersects, shapely.intersects),
    "s_disjoint": (shapely.disjoint, shapely.disjoint),
    "s_equals": (shapely.equals, shapely.equals),
    "s_touches": (shapely.touches, shapely.touches),
    "s_overlaps": (shapely.overlaps, shapely.overlaps),
    "s_crosses": (shapely.crosses, shapely.crosses),
    "s_within": (shapely.within, shapely.contains),
    "s_contains": (shapely.contains, shapely.within),
}


def spatial(name: str, arguments: Arguments) -> Condition:
    """The shape that does not change stands first: it was made ready for many questions."""
    first, second = two(arguments, name)
    left, right = _place(first), _place(second)
    relation, turned = RELATIONS[name]
    if "property" in first:
        left, right, relation = right, left, turned

    def condition(item: Item) -> bool | None:
        one, other = left(item), right(item)
        if one is None or other is None:
            return None
        try:
            return bool(relation(one, other))
        except shapely.GEOSException:
            return None

    return condition


def _place(node: Any) -> Place:  # noqa: ANN401 (whatever was sent)
    if not isinstance(node, dict):
        raise invalid("filter", "must compare the geometry with a GeoJSON geometry or a bbox")
    if "property" in node:
        if node["property"] not in ("geometry", "properties.geometry"):
            raise invalid("filter", "has no other property of places than geometry")
        return lambda item: footprint_of(value_of(item, "geometry"))
    shape = _box(node["bbox"]) if "bbox" in node else shape_of(node, "filter")
    shapely.prepare(shape)
    return lambda _: shape


def _box(edges: object) -> Geometry:
    if not isinstance(edges, list) or len(edges) not in {4, 6} or not all(map(_is_edge, edges)):
        raise invalid("filter", "must have 4 or 6 numbers in a bbox")
    half = len(edges) // 2
    if not all(abs(edge) <= 360 for edge in (*edges[:2], *edges[half : half + 2])):
        raise invalid("filter", "must have its bbox in degrees")
    if edges[1] > edges[half + 1]:
        raise invalid("filter", "has a bbox with its south above its north")
    return shape_of_box(edges)


def _is_edge(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
