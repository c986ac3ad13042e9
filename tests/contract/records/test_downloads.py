"""Downloads are added up on every engine, whoever adds them at once."""

import asyncio
import json
from datetime import UTC, datetime, timedelta

from services.storage.operations.downloads import Downloads
from services.storage.store.downloads import add_downloads, downloads_of, downloads_since
from shared.outbox import Outbox, history_key
from tests.storage_room import REPOSITORY

UID = REPOSITORY.repository_uid
TODAY = datetime.now(UTC).date().isoformat()


async def test_each_object_by_day_and_all_of_them(storage: Outbox) -> None:
    await add_downloads(storage, REPOSITORY, TODAY, {"a": 2, "b/c": 1})
    await add_downloads(storage, REPOSITORY, TODAY, {"a": 3})
    assert await downloads_of(storage, UID, "a", TODAY) == 5
    assert await downloads_of(storage, UID, "b/c", TODAY) == 1
    assert await downloads_of(storage, UID, "never", TODAY) == 0
    assert await downloads_since(storage, UID, 30) == 6


async def test_only_the_last_days_are_told(storage: Outbox) -> None:
    for days, count in ((0, 1), (29, 10), (30, 100)):
        day = (datetime.now(UTC).date() - timedelta(days=days)).isoformat()
        await add_downloads(storage, REPOSITORY, day, {"a": count})
    assert await downloads_since(storage, UID, 30) == 11


async def test_many_processes_at_once_lose_nothing(storage: Outbox) -> None:
    processes = [Downloads(storage) for _ in range(4)]
    for process in processes:
        for number in range(150):
            process.note(REPOSITORY, f"{number}")
    for _ in range(4):
        await asyncio.gather(*(process.write() for process in processes))
    assert await downloads_since(storage, UID, 30) == 600
    assert await downloads_of(storage, UID, "149", TODAY) == 4


async def test_each_sum_is_told_in_a_version_of_its_own(storage: Outbox) -> None:
    for _ in range(2):
        await add_downloads(storage, REPOSITORY, TODAY, {"a": 1})
    history = await storage.table.query(history_key(f"{UID}-downloads-{TODAY}"))
    told = [json.loads(row["body"]) for row in history.items]
    assert [one["data"]["downloads"] for one in told] == [1, 2]
    assert told[0]["data"]["day"] == TODAY
    assert len({one["id"] for one in told}) == 2
