"""A purged repository leaves nothing on the disk and no record, wherever purging was cut short."""

import asyncio
from pathlib import Path

import pytest

from services.storage.operations.purging import purge_repository
from services.storage.operations.resources import Resources
from services.storage.store.downloads import add_downloads, objects_on, sums_of, told_on
from services.storage.store.layout import objects_of
from services.storage.store.objects import drop_object, find_object
from shared.errors import Unavailable
from shared.identifiers import object_uid
from shared.outbox import history_key
from tests.storage_room import FOLDER, REPOSITORY, published, put, read

KEYS = ["a", "b/c", "../up", "e\u0301/.", "d" * 300]
DAY = "2026-11-28"


async def rows_left(resources: Resources) -> int:
    """Records, counts of downloads, and events that were published."""
    uid, table = REPOSITORY.repository_uid, resources.outbox.table
    partitions = [
        objects_of(uid),
        *(history_key(object_uid(uid, key)) for key in KEYS),
        sums_of(uid),
        objects_on(uid, DAY),
        history_key(told_on(uid, DAY)),
    ]
    return sum([len((await table.query(one)).items) for one in partitions])


async def test_nothing_is_left(resources: Resources, home: Path) -> None:
    for key in KEYS:
        await put(resources, key, b"x")
    await published(resources)
    await purge_repository(resources, REPOSITORY)
    assert await rows_left(resources) == 0
    assert not (home / FOLDER).exists()
    assert not (home / "storage/.sc/noaa/globe-land-mask").exists()
    await purge_repository(resources, REPOSITORY)


async def test_counts_of_downloads_go_too(resources: Resources) -> None:
    await add_downloads(resources.outbox, REPOSITORY, DAY, {f"{n}": 1 for n in range(90)})
    await add_downloads(resources.outbox, REPOSITORY, DAY, {f"more {n}": 1 for n in range(90)})
    with pytest.raises(Unavailable):
        await purge_repository(resources, REPOSITORY)
    await published(resources)
    await purge_repository(resources, REPOSITORY)
    assert await rows_left(resources) == 0


async def test_it_goes_on_where_it_was_cut_short(resources: Resources, home: Path) -> None:
    for key in KEYS:
        await put(resources, key, b"x")
    await published(resources)
    record = await find_object(resources.outbox, REPOSITORY.repository_uid, "a")
    assert record is not None
    await drop_object(resources.outbox, REPOSITORY, record)
    (home / FOLDER / "b/c").unlink()
    await asyncio.gather(*(purge_repository(resources, REPOSITORY) for _ in range(2)))
    assert await rows_left(resources) == 0
    assert not (home / FOLDER).exists()


async def test_an_event_that_waits_is_published_first(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"x")
    with pytest.raises(Unavailable):
        await purge_repository(resources, REPOSITORY)
    assert len((await resources.outbox.pending(limit=10)).items) == 1
    await published(resources)
    await purge_repository(resources, REPOSITORY)
    assert await rows_left(resources) == 0
    assert not (home / FOLDER).exists()


async def test_under_another_name_its_bytes_lie_where_they_lay(
    resources: Resources, home: Path
) -> None:
    await put(resources, "a", b"first")
    renamed = REPOSITORY.model_copy(
        update={"repository_id": "mask", "kept_at": "noaa/globe-land-mask"}
    )
    assert (await read(resources, "a", repository=renamed))[1] == b"first"
    await put(resources, "a", b"second", repository=renamed)
    await published(resources)
    assert (await read(resources, "a"))[1] == b"second"
    assert not (home / "storage/noaa/mask").exists()
    await purge_repository(resources, renamed)
    assert not (home / FOLDER).exists()
