"""In which parts of the Earth data lies, coarsely: its continents and oceans.

Continents are those of Natural Earth 1:110m with a degree of the sea about them, in steps of half a
degree; Russia is parted at 60° E. Oceans are the rest, parted at the meridians of Cape Agulhas,
Tasmania and Cape Horn, 60° S and the Arctic circle, as most limits of oceans are (IHO S-23).
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import orjson
import shapely
from shapely import Geometry

from services.indexer.stac.shapes import boxes_of, shape_of_box

CONTINENTS_FILE = Path(__file__).with_name("continents.json")
GLOBAL = "Global"
# Of what covers more of all longitudes and latitudes nobody asks where it lies.
MOST = 360 * 180 / 2
LEAST_SHARE = 0.1
# A point has no area that could be parted.
AROUND = 0.05
CIRCLE = 66.5
ATLANTIC = (
    *((-67, -60), (20, -60), (20, -34), (32, 31), (36, 30), (50, 45), (50, CIRCLE)),
    *((-100, CIRCLE), (-100, 20), (-92, 16), (-83, 9), (-79.5, 9), (-77, 7.5), (-70, -20)),
    *((-70, -55), (-67, -60)),
)
INDIAN = (
    *((20, -60), (147, -60), (147, -39), (143, -20), (130, -11), (125, -9), (105, -7), (95, 6)),
    *((100, 10), (100, 31), (32, 31), (20, -34), (20, -60)),
)
ARCTIC, SOUTHERN = (-180, CIRCLE, 180, 90), (-180, -90, 180, -60)


def regions_of(bboxes: Iterable[Sequence[float]]) -> list[str]:
    """Those that make up at least a tenth of one of the boxes, by name."""
    return sorted({name for bbox in bboxes for name in _regions(bbox)})


def _regions(bbox: Sequence[float]) -> list[str]:
    if sum((east - west) * (north - south) for west, south, east, north in boxes_of(bbox)) > MOST:
        return [GLOBAL]
    shape = shape_of_box(bbox).buffer(AROUND)
    names, parts = _parts()
    shares = shapely.area(shapely.intersection(parts, shape)) / shape.area
    return [name for name, share in zip(names, shares, strict=True) if share >= LEAST_SHARE]


@cache
def _parts() -> tuple[list[str], list[Geometry]]:
    """All there are; an ocean is where no continent is, and the Pacific where no other ocean is."""
    told = orjson.loads(CONTINENTS_FILE.read_bytes())
    continents = {name: shapely.from_geojson(orjson.dumps(one)) for name, one in told.items()}
    oceans = {
        "Arctic Ocean": shapely.box(*ARCTIC),
        "Southern Ocean": shapely.box(*SOUTHERN),
        "Atlantic Ocean": shapely.Polygon(ATLANTIC),
        "Indian Ocean": shapely.Polygon(INDIAN),
    }
    known = shapely.union_all([*oceans.values()])
    oceans["Pacific Ocean"] = shapely.box(-180, -90, 180, 90) - known
    land = shapely.union_all([*continents.values()])
    parts = {**continents, **{name: one - land for name, one in oceans.items()}}
    return [*parts], [*parts.values()]
