"""One pass over the elements of a collection of features in GML."""

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.columns import ColumnKinds, kind_of_text
from services.indexer.extractors.earth import Box
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.moments import is_temporal_name, parse_iso

MEMBERS = frozenset({"featureMember", "featureMembers", "member"})
GEOMETRY = re.compile("(?:Multi)?(?:Point|LineString|Curve|Polygon|Surface|Geometry|Solid)")
CORNERS = frozenset({"lowerCorner", "upperCorner", "pos"})
# How deep a feature lies, and what it says.
FEATURE, PROPERTY, SHAPE = 3, 4, 5
# Names of systems that say their axes in the order of their register; others say x before y.
ORDERED = re.compile(r"urn:|https?://[^#]*/def/crs/")
LEGACY = re.compile(r"https?://[^#]*/epsg\.xml#(\d{1,9})")
HEIGHTS = "3"


class Survey:
    """What was seen so far. `take` raises Malformed at the first coordinates that are none."""

    def __init__(self) -> None:
        self.features = 0
        self.types: Counter[str] = Counter()
        self.columns = ColumnKinds()
        self.times: list[datetime] = []
        self._system = ""
        self._lows = [float("inf")] * 2
        self._highs = [float("-inf")] * 2
        self._has_heights = self._is_assumed = False

    def take(self, path: list[str], attributes: dict[str, str], text: str) -> None:
        """One element."""
        name = path[-1]
        self._system = self._system or attributes.get("srsName", "")
        self._has_heights |= attributes.get("srsDimension") == HEIGHTS
        if name in CORNERS:
            self._add([_numbers(text.split())])
        elif name == "coordinates":
            self._add([_numbers(one.split(",")) for one in text.split()])
        elif name == "posList":
            self._add_list(attributes.get("srsDimension", ""), _numbers(text.split()))
        elif len(path) >= FEATURE and path[1] in MEMBERS:
            self._count(path, text)

    def _count(self, path: list[str], text: str) -> None:
        """What is said of a feature, and at its end that there is one."""
        name = path[-1]
        if len(path) == FEATURE:
            self.features += 1
        elif len(path) == PROPERTY and text:
            self.columns.see(name, kind_of_text(text))
            moment = parse_iso(text) if is_temporal_name(name) else None
            self.times += [moment] if moment else []
        elif len(path) == SHAPE and GEOMETRY.fullmatch(name):
            self.types[name] += 1

    def _add(self, points: Sequence[Sequence[float]]) -> None:
        if not all(len(one) > 1 for one in points):
            raise Malformed("Some of its coordinates are not pairs of numbers.")
        self._widen([one[0] for one in points], [one[1] for one in points])

    def _add_list(self, dimension: str, numbers: Sequence[float]) -> None:
        """Points one after the other; how many numbers each has may only be said further out."""
        self._is_assumed |= not dimension
        width = 3 if dimension == HEIGHTS else 2
        self._widen(numbers[::width], numbers[1::width])

    def _widen(self, *axes: Sequence[float]) -> None:
        for axis, values in enumerate(axes):
            self._lows[axis] = min(self._lows[axis], *values, float("inf"))
            self._highs[axis] = max(self._highs[axis], *values, float("-inf"))

    @cached_property
    def _crs(self) -> CRS | None:
        legacy = LEGACY.match(self._system)
        name = f"EPSG:{legacy[1]}" if legacy else self._system
        return systems.must_be_known(systems.defined(name), name) if name else None

    def crs(self) -> CRS | None:
        """The first that is named; None where none is. Raises Malformed where it is not known."""
        return self._crs

    def bounds(self) -> Box | None:
        """Low x, low y, high x, high y; None where that cannot be told."""
        is_unsure = self._has_heights and self._is_assumed
        if is_unsure or not all(map(isfinite, (*self._lows, *self._highs))):
            return None
        x, y = (1, 0) if self._is_north_first() else (0, 1)
        return self._lows[x], self._lows[y], self._highs[x], self._highs[y]

    def _is_north_first(self) -> bool:
        axes = self._crs.axis_info if self._crs and ORDERED.match(self._system) else []
        return bool(axes) and axes[0].direction == "north"


def _numbers(parts: list[str]) -> list[float]:
    """Raises Malformed where one is none."""
    try:
        found = [float(one) for one in parts]
    except ValueError:
        found = [float("nan")]
    if not all(map(isfinite, found)):
        raise Malformed(f"Some of its coordinates are no numbers: {' '.join(parts)[:40]!r}.")
    return found
