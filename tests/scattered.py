"""Items scattered over the Earth and over time, and what a look at each of them finds."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from services.indexer.extractors.earth import footprint_of_box
from services.indexer.models.placed import placed_of
from services.indexer.operations.reaching import Reach, Readable
from services.indexer.operations.searching import search_features, search_items
from services.indexer.settings import SearchSettings
from services.indexer.stac.filters import filter_of
from services.indexer.stac.names import collection_id
from services.indexer.store.repositories import repositories_from
from shared.contracts.indexer import FeaturePage, ItemQuery, SearchFeatures, SearchItems, StacPage
from shared.contracts.repositories import Repository
from shared.tables import Table
from tests.repository_rows import put_item, put_repository, repository_of

Item = dict[str, Any]
Pairs = list[tuple[str, str]]
NAMES = [("ab", "x"), ("ab-c", "x"), ("b", "hidden"), ("d", "x")]
HIDDEN = "hidden"
LIMITS = SearchSettings()
DATA_URL = "https://data.example"
# Borders of cells, where things meet or just do not.
CORNERS = [0.0, 45.0, -45.0, 5.625, 90.0, -90.0, 0.703125, 11.25]
MOMENTS = [datetime(2020, month, 1, tzinfo=UTC) for month in range(1, 13)]
LASTING = [timedelta(days=days) for days in (0, 0, 1, 31, 32, 33, 366, 9000)]


def geometry_of(chance: Random) -> Item | None:
    """A footprint of any kind, more often a small one."""
    west, south = near(chance, 180), near(chance, 90)
    wide, high = chance.choice([(0, 0), (0.01, 0.01), (1, 1), (7, 3), (60, 40), (0, 2)])
    pole = chance.choice([-90.0, 89.0])
    small = footprint_of_box((west, south, min(west + wide, 180.0), min(south + high, 90.0)))
    others: list[Item | None] = [
        None,
        footprint_of_box((-180.0, -90.0, 180.0, 90.0)),
        footprint_of_box((-180.0, pole, 180.0, pole + 1)),
        footprint_of_box((179.5, max(south, -89), -179.0, min(south + 1, 90))),
        {"type": "MultiPoint", "coordinates": [[west, south], [-west, -south]]},
        {"type": "LineString", "coordinates": [[west, south], [0.1, near(chance, 90)]]},
        {"type": "GeometryCollection", "geometries": [small, {"type": "Point", "coordinates": []}]},
    ]
    return small if chance.random() < 0.5 else chance.choice(others)


def near(chance: Random, edge: int) -> float:
    """A degree, often at a border of the grid or of the Earth."""
    if chance.random() < 0.4:
        return min(max(chance.choice([*CORNERS, float(edge), float(-edge)]), -edge), edge)
    return round(chance.uniform(-edge, edge), 3)


def times_of(chance: Random) -> Item:
    """An instant or an interval; many are of the same moment."""
    start, lasts = chance.choice(MOMENTS), chance.choice(LASTING)
    if not lasts:
        return {"datetime": start.isoformat()}
    end = (start + lasts).isoformat()
    return {"datetime": None, "start_datetime": start.isoformat(), "end_datetime": end}


def item_of(chance: Random) -> Item:
    """What differs from item to item."""
    said = times_of(chance) | {"cloud": chance.randrange(4)}
    return {"geometry": geometry_of(chance), "properties": said}


def query_of(chance: Random) -> Item:
    """A search of any kind."""
    asked = where(chance) | when(chance) | {"limit": chance.choice([1, 3, 10, 100])}
    if chance.random() < 0.3:
        some = chance.sample(NAMES, k=chance.randint(1, 3))
        asked["collections"] = [collection_id(*name) for name in some]
    if chance.random() < 0.2:
        asked["filter"] = {"op": "<", "args": [{"property": "cloud"}, chance.randrange(4)]}
    if chance.random() < 0.3:
        asked["sort"] = [{"field": "datetime", "descending": chance.random() < 0.5}]
    return asked


def where(chance: Random) -> Item:
    """A box, with heights or without, a shape, or anywhere."""
    west, south = near(chance, 180), near(chance, 90)
    wide, high = chance.choice([(0, 0), (0.5, 0.5), (5, 5), (60, 40), (360, 180), (200, 10)])
    east, north = west + wide, min(south + high, 90.0)
    somewhere = geometry_of(chance) or {"type": "Point", "coordinates": [0, 0]}
    boxes = {"bbox": [west, south, east, north]}, {"bbox": [west, south, -10, east, north, 9000]}
    return chance.choice([*boxes, {"intersects": somewhere}, {}])


def when(chance: Random) -> Item:
    """From a moment on, up to one, between two, or ever."""
    moments = sorted(chance.choices(MOMENTS, k=2))
    return {
        name: moment + timedelta(days=chance.choice([-40, 0, 0, 1]))
        for name, moment in zip(("start", "end"), moments, strict=True)
        if chance.random() < 0.4
    }


@dataclass
class World:
    """What was put into a table; `seen` are the repositories that who asks may see.

    `folder` is where it is, if it shall go with this.
    """

    table: Table
    items: dict[tuple[str, str], dict[str, Item]] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=lambda: set(NAMES) - {("b", HIDDEN)})
    folder: TemporaryDirectory[str] | None = None

    async def put(self, name: tuple[str, str], item_id: str, item: Item) -> None:
        """An item in place of the one of this id, if any."""
        before = self.items.setdefault(name, {}).get(item_id)
        await put_item(self.table, repository_of(*name), item_id, before, **item)
        self.items[name][item_id] = item

    async def fill(self, chance: Random, each: int) -> None:
        """So many items in each repository."""
        for name in NAMES:
            await put_repository(self.table, repository_of(*name))
            for number in range(each):
                await self.put(name, f"item-{number}", item_of(chance))

    def expected(self, asked: Item) -> Pairs:
        """By a look at each item."""
        wanted = SearchItems.model_validate(asked)
        sought, keyed = filter_of(wanted, LIMITS), []
        for name in self.seen:
            collection = collection_id(*name)
            if not wanted.collections or collection in wanted.collections:
                for item_id, item in self.items.get(name, {}).items():
                    if sought.matches(item | {"id": item_id, "collection": collection}):
                        key = -placed_of(item).start, repository_of(*name).repository_uid, item_id
                        keyed.append((key, (collection, item_id)))
        is_oldest_first = bool(wanted.sort) and not wanted.sort[0].descending
        return [pair for _, pair in sorted(keyed, reverse=is_oldest_first)]

    async def page(self, asked: Item, limits: SearchSettings = LIMITS) -> StacPage:
        """As it is found."""
        wanted = SearchItems.model_validate(asked)
        readable = readable_of(self.table, self.sees, wanted)
        return await search_items(self.table, wanted, readable, data_url=DATA_URL, limits=limits)

    async def texts(self, asked: Item) -> FeaturePage:
        """The same page as texts."""
        wanted = SearchFeatures.model_validate(asked)
        readable = readable_of(self.table, self.sees, wanted)
        return await search_features(self.table, wanted, readable, data_url=DATA_URL, limits=LIMITS)

    async def pages(self, asked: Item, limits: SearchSettings = LIMITS) -> list[StacPage]:
        """All of them."""
        pages = [await self.page(asked, limits)]
        while pages[-1].cursor:
            pages.append(await self.page(asked | {"cursor": pages[-1].cursor}, limits))
        return pages

    def sees(self, repository: Repository) -> bool:
        """Whether who asks may see it."""
        return (repository.account_id, repository.repository_id) in self.seen


def readable_of(table: Table, sees: Any, wanted: ItemQuery) -> Readable:
    """All that `sees` lets through, or those of it that are named."""

    async def collections(first: str) -> AsyncGenerator[Repository, None]:
        async for one in repositories_from(table, first):
            name = collection_id(one.account_id, one.repository_id)
            if sees(one) and (not wanted.collections or name in wanted.collections):
                yield one

    async def reach() -> Reach:
        return Reach(sees)

    return Readable(collections, bool(wanted.collections), reach)


def told(pages: Sequence[StacPage]) -> Pairs:
    """What they tell, in their order."""
    return [(one["collection"], one["id"]) for page in pages for one in page.documents]
