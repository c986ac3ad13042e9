"""Items found by place and time among 100 thousand, and among more.

`python -m tests.benchmarks.items 1000000` measures a million beside the 100 thousand.
"""

import asyncio
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import uvloop

from services.indexer.extractors.earth import footprint_of_box
from services.indexer.models.counted import CountedItem
from services.indexer.models.editions import Edition
from services.indexer.models.extents import Extent
from services.indexer.models.houses import OPEN
from services.indexer.models.placed import placed_of
from services.indexer.operations.reaching import Readable, reach_of
from services.indexer.operations.searching import search_features
from services.indexer.settings import SearchSettings
from services.indexer.stac.names import collection_id
from services.indexer.store.items import put_item
from services.indexer.store.layout import SCHEMA
from shared.contracts.indexer import SearchFeatures
from shared.contracts.repositories import Repository
from shared.policy import ANONYMOUS_PRINCIPAL
from shared.snapshots import names_of
from shared.tables import Put, Table
from shared.tables.sqlite import open_sqlite
from shared.tables.sqlite_file import columns_of, row_of
from tests.benchmarks.report import Table as Report

SMALL = 100_000
COLLECTIONS, CLUSTERS = 300, 60
AT_ONCE, TIMES, SECONDS = 256, 1000, 2.0
LOADED_AT_ONCE, WRITTEN = 50_000, 5_000
BEGIN = datetime(2015, 1, 1, tzinfo=UTC)
LIMITS = SearchSettings()
NOTE = (
    "Time from a request to its page of 10, and pages of 10 and of 100 a second by one process, "
    "one after the other. `python -m tests.benchmarks.items 1000000` measures a million beside."
)
Asked = dict[str, Any]


@dataclass
class Planet:
    """Where things are: much of it in a few places, in collections of very different size."""

    chance: random.Random = field(default_factory=lambda: random.Random(11))

    def __post_init__(self) -> None:
        """Places and sizes."""
        self.places = [
            (self.chance.uniform(-170, 170), self.chance.uniform(-55, 70)) for _ in range(CLUSTERS)
        ]
        self.shares = list(accumulate(1 / (rank + 1) ** 1.1 for rank in range(COLLECTIONS)))

    def spot(self) -> tuple[float, float]:
        """Near one of the places, or anywhere."""
        if self.chance.random() < 0.1:
            return self.chance.uniform(-179, 179), self.chance.uniform(-89, 89)
        x, y = self.chance.choice(self.places)
        x, y = self.chance.gauss(x, 4), self.chance.gauss(y, 3)
        return min(max(x, -179), 179), min(max(y, -89), 89)

    def item(self, number: int) -> dict[str, Any]:
        """Most are some kilometres wide; one in 200 is huge, one in 500 is everywhere."""
        kind, (x, y) = self.chance.random(), self.spot()
        size = self.chance.uniform(0.01, 1.0) if kind > 0.007 else 40.0
        box = (x, y, min(x + size, 180.0), min(y + size, 90.0))
        footprint = footprint_of_box(box if kind > 0.002 else (-180.0, -90.0, 180.0, 90.0))
        moment = BEGIN + timedelta(seconds=self.chance.randrange(10 * 365 * 24 * 3600))
        start, end = moment.isoformat(), (moment + timedelta(days=364)).isoformat()
        times = {"datetime": None, "start_datetime": start, "end_datetime": end}
        return {
            "type": "Feature",
            "stac_version": "1.1.0",
            "id": f"scenes-scene-{number:09d}-tif-{number:08x}",
            "geometry": footprint,
            "bbox": list(box),
            "properties": (times if kind > 0.92 else {"datetime": start}) | {"title": f"{number}"},
            "assets": {"data": {"href": f"scenes/scene-{number:09d}.tif", "roles": ["data"]}},
        }

    def collection(self) -> Repository:
        """One of them, the first a hundred times as often as the last."""
        (number,) = self.chance.choices(range(COLLECTIONS), cum_weights=self.shares)
        return repository_of(number)


def repository_of(number: int) -> Repository:
    """One that anyone may read."""
    return Repository(
        repository_uid=f"01SCENES{number:018d}",
        repository_id=f"scenes-{number}",
        account_uid="01SCENES",
        account_id="scenes",
        title=f"Scenes {number}",
        created_at=BEGIN,
        updated_at=BEGIN,
        version=1,
    )


def questions(planet: Planet) -> Iterator[tuple[str, Callable[[], Asked]]]:
    """What is asked; each time somewhere else."""

    def box(wide: float, high: float) -> Asked:
        x, y = planet.spot()
        west, south = max(x - wide / 2, -180), max(y - high / 2, -90)
        return {"bbox": [west, south, min(west + wide, 180), min(south + high, 90)]}

    def month() -> Asked:
        start = BEGIN + timedelta(days=planet.chance.randrange(3600))
        return {"start": start, "end": start + timedelta(days=30)}

    def collection() -> Asked:
        one = planet.collection()
        return {"collections": [collection_id(one.account_id, one.repository_id)]}

    yield "0.5° × 0.5°", lambda: box(0.5, 0.5)
    yield "5° × 5°", lambda: box(5, 5)
    yield "60° × 40°", lambda: box(60, 40)
    yield "5° × 5° and a month", lambda: box(5, 5) | month()
    yield "2° × 2° in a collection", lambda: box(2, 2) | collection()
    yield "newest of a collection", collection
    yield "newest of everything", dict


def rows_of_repository(one: Repository) -> list[Put]:
    """What the indexer knows of it."""
    body = one.model_dump_json()
    return [Put({"pk": kind, "sk": name, "body": body}) for kind, name in names_of(one)]


@dataclass(frozen=True)
class Figures:
    """Seconds until a page of ten; pages of ten and of a hundred a second, one after the other."""

    p50: float
    p99: float
    tens: float
    hundreds: float

    def texts(self) -> list[str]:
        """As they are shown."""
        seconds = [f"{one * 1000:.2f} ms" for one in (self.p50, self.p99)]
        return [*seconds, *(f"{one:,.0f}/s" for one in (self.tens, self.hundreds))]


@dataclass
class Kept:
    """Items on disk, and the same planet to ask about."""

    path: Path
    table: Table
    planet: Planet = field(default_factory=Planet)
    count: int = 0

    async def fill(self, count: int) -> float:
        """Up to so many; how many a second of the last ones, which are written as ever."""
        if not self.count:
            for number in range(COLLECTIONS):
                await self.table.write(*rows_of_repository(repository_of(number)))
        await asyncio.to_thread(self.load, count - WRITTEN)
        begun, start = self.count, time.perf_counter()
        for first in range(self.count, count, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, count))
            await asyncio.gather(*(self.table.write(*self.put(number)) for number in numbers))
        self.count = count
        return (count - begun) / (time.perf_counter() - start)

    def load(self, count: int) -> None:
        """The same rows, sorted, past the table's own writer: a million would take it an hour."""
        columns = columns_of(SCHEMA)
        names, places = ",".join(columns), ",".join("?" * len(columns))
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA cache_size = -500000")
            for first in range(self.count, count, LOADED_AT_ONCE):
                numbers = range(first, min(first + LOADED_AT_ONCE, count))
                rows = sorted(
                    row_of(SCHEMA, action.item) for number in numbers for action in self.put(number)
                )
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(f"INSERT INTO items ({names}) VALUES ({places})", rows)  # noqa: S608 - our own names
                connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.count = max(self.count, count)

    def put(self, number: int) -> list[Put]:
        """One, as it is written."""
        item = self.planet.item(number)
        placed, bbox = placed_of(item), item["bbox"]
        extent = Extent.of(bbox, "2015-01-01T00:00:00Z")
        counted = CountedItem(item_id=item["id"], bbox=bbox, extent=extent, placed=placed)
        edition = Edition(self.planet.collection().repository_uid, 1)
        actions = put_item(edition, item, counted, OPEN, None)
        return [one for one in actions if isinstance(one, Put)]

    async def ask(self, asked: Asked, limit: int) -> int:
        """A search by a stranger; how many it found."""
        wanted = SearchFeatures(**asked, limit=limit)

        async def collections(first: str) -> AsyncGenerator[Repository, None]:  # noqa: ARG001
            for name in wanted.collections:
                yield repository_of(int(name.rpartition("-")[2]))

        readable = Readable(
            collections,
            bool(wanted.collections),
            lambda: reach_of(self.table, ANONYMOUS_PRINCIPAL),
        )
        page = await search_features(
            self.table, wanted, readable, data_url="https://data.example", limits=LIMITS
        )
        return len(page.features)

    async def figures(self, question: Callable[[], Asked]) -> Figures:
        """Of pages of ten, and how many of them and of pages of a hundred there are a second."""
        taken = []
        for _ in range(TIMES):
            asked = question()
            start = time.perf_counter()
            await self.ask(asked, 10)
            taken.append(time.perf_counter() - start)
        cuts = statistics.quantiles(taken, n=100)
        ten, hundred = await self.rate(question, 10), await self.rate(question, 100)
        return Figures(cuts[49], cuts[98], ten, hundred)

    async def rate(self, question: Callable[[], Asked], limit: int) -> float:
        """Answers a second, one after the other."""
        start, answers = time.perf_counter(), 0
        while time.perf_counter() - start < SECONDS:
            await self.ask(question(), limit)
            answers += 1
        return answers / (time.perf_counter() - start)


async def measure(folder: Path, count: int = SMALL) -> Report:
    """In the index itself: neither a bus nor a door between. With `count` over SMALL, both."""
    path = folder / "items.db"
    kept = Kept(path, await open_sqlite(SCHEMA, path))
    sizes = sorted({SMALL, count}) if count > SMALL else [count]
    columns = [name for size in sizes for name in (f"{size:,}: p50", "p99", "limit 10", "100")]
    ratio = ("p50 of the small", "p99 of the small") if len(sizes) > 1 else ()
    report = Report("Items found by place and time", ("asked for", *columns, *ratio))
    taken: dict[str, list[Figures]] = {}
    for size in sizes:
        written = await kept.fill(size)
        for name, question in questions(kept.planet):
            taken.setdefault(name, []).append(await kept.figures(question))
        report.notes.append(
            f"{size:,} items in {COLLECTIONS} collections on SQLite ({megabytes(folder):,.0f} MB); "
            f"the last {WRITTEN:,} were written with their rows at {written:,.0f} a second, each "
            f"in its own transaction, {AT_ONCE} at once, the others sorted, past the table."
        )
    report.rows += [told(name, figures) for name, figures in taken.items()]
    report.notes.insert(0, NOTE)
    await kept.table.close()
    return report


def told(name: str, figures: Sequence[Figures]) -> tuple[str, ...]:
    """A row: of each size, and of the large one against the small one."""
    shown = [text for one in figures for text in one.texts()]
    small, large = figures[0], figures[-1]
    ratios = [f"{large.p50 / small.p50:.2f}", f"{large.p99 / small.p99:.2f}"]
    return name, *shown, *(ratios if len(figures) > 1 else ())


def megabytes(folder: Path) -> float:
    """Of all files in it."""
    return sum(one.stat().st_size for one in folder.iterdir()) / 1e6


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as place:
        sizes_asked = int(sys.argv[1]) if len(sys.argv) > 1 else SMALL
        sys.stdout.write(uvloop.run(measure(Path(place), sizes_asked)).markdown())
