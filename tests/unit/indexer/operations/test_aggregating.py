"""Items in figures: the same as counting what a search finds, within bounds, of one's own alone."""

from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from services.indexer.models.counted import Holdings
from services.indexer.models.editions import Edition
from services.indexer.models.extents import Extent
from services.indexer.operations import aggregating
from services.indexer.operations.aggregating import aggregate_items
from services.indexer.settings import SearchSettings
from services.indexer.store.repositories import repositories_from
from services.indexer.store.sums import KeptHoldings, put_holdings
from shared.contracts.indexer import AggregateItems, Aggregation, AggregationName
from shared.contracts.repositories import Repository
from shared.errors import Invalid
from shared.tables import Table
from tests.repository_rows import put_item, put_repository, repository_of

ALL: list[AggregationName] = [
    "total_count",
    "collection_frequency",
    "datetime_min",
    "datetime_max",
    "datetime_frequency",
    "centroid_geohash_grid_frequency",
]
NAMES = [("ab", "x"), ("b", "hidden"), ("c", "empty"), ("d", "x")]
EVERYWHERE = [-180.0, -90.0, 180.0, 90.0]


def more(number: int) -> dict[str, Any]:
    """Some items are of an interval, some over the antimeridian, some nowhere."""
    said: dict[str, Any] = {"properties": {"datetime": f"20{number:02}-03-04T23:30:00+00:00"}}
    if number % 3 == 0:
        said["properties"] = {
            "datetime": None,
            "start_datetime": f"20{number:02}-01-31T00:00:00Z",
            "end_datetime": f"20{number + 1:02}-01-01T00:00:00Z",
        }
    box = [179, 10, -179, 12] if number % 2 else [7, 47, 0, 8, 48, 9]
    return said | ({"geometry": None} if number % 5 == 0 else {"bbox": box})


@pytest.fixture
async def held(table: Table) -> Table:
    for name in NAMES:
        repository = repository_of(*name)
        await put_repository(table, repository)
        for number in range(0 if name[1] == "empty" else 20):
            await put_item(table, repository, f"item-{number:03}", **more(number))
        extent = Extent.of([7, 47, 8, 48], "2000-01-31T00:00:00Z", "2019-03-04T00:00:00Z")
        holdings = Holdings(items=0 if name[1] == "empty" else 20, extent=extent)
        edition = Edition(repository.repository_uid, 1)
        await table.write(put_holdings(edition, holdings, KeptHoldings(Holdings())))
    return table


async def figures(
    table: Table, limits: SearchSettings | None = None, **asked: Any
) -> dict[str, Aggregation]:
    async def readable(first: str) -> AsyncGenerator[Repository, None]:
        async for one in repositories_from(table, first):
            if one.repository_id != "hidden":
                yield one

    wanted = AggregateItems(**{"names": ALL, **asked})
    limits = limits or SearchSettings()
    found = await aggregate_items(table, wanted, readable, limits=limits)
    return {one.name: one for one in found.aggregations}


def counts(one: Aggregation) -> dict[str, int]:
    assert one.buckets is not None
    return {bucket.key: bucket.frequency for bucket in one.buckets}


async def test_all_of_it(held: Table) -> None:
    found = await figures(held, precision=2)
    assert list(found) == ALL
    assert found["total_count"].value == 40
    assert counts(found["collection_frequency"]) == {"ab--x": 20, "d--x": 20}
    assert found["datetime_min"].value == "2000-01-31T00:00:00Z"
    assert found["datetime_max"].value == "2019-03-04T23:30:00Z"
    years = Counter(f"20{number:02}-01-01T00:00:00Z" for number in range(20))
    times = found["datetime_frequency"]
    assert (times.interval, counts(times)) == ("year", dict.fromkeys(years, 2))
    cells = found["centroid_geohash_grid_frequency"]
    assert counts(cells) == {"u0": 16, "xc": 16}
    assert cells.overflow == 8


async def test_of_some(held: Table) -> None:
    some = await figures(held, ids=["item-001", "item-003"], interval="month")
    assert some["total_count"].value == 4
    assert counts(some["datetime_frequency"]) == {
        "2001-03-01T00:00:00Z": 2,
        "2003-01-01T00:00:00Z": 2,
    }
    none = await figures(held, ids=["none"])
    assert none["total_count"].value == 0
    assert none["datetime_min"].value is None
    assert none["datetime_frequency"].buckets == []


async def test_what_collections_know_needs_no_looking(held: Table) -> None:
    few = SearchSettings(max_rows=10)
    found = await figures(held, few, names=ALL[:4])
    assert found["total_count"].value == 40
    assert counts(found["collection_frequency"]) == {"ab--x": 20, "d--x": 20}
    assert found["datetime_min"].value == "2000-01-31T00:00:00Z"
    assert found["datetime_max"].value == "2019-03-04T00:00:00Z"


async def test_the_work_is_bounded(held: Table) -> None:
    few = SearchSettings(max_rows=10)
    with pytest.raises(Invalid) as refused:
        await figures(held, few, bbox=EVERYWHERE, names=["total_count"])
    assert [one["field"] for one in refused.value.errors] == ["aggregations"]
    with pytest.raises(Invalid):
        await figures(held, SearchSettings(max_rows=1), names=["total_count"])


async def test_of_too_many_buckets_the_fullest_are_told(
    held: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregating, "MOST_BUCKETS", 5)
    times = (await figures(held, interval="day"))["datetime_frequency"]
    assert len(counts(times)) == 5
    assert times.overflow == 30
