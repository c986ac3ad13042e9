"""What one process remembers of a record never outlives the bytes that the record is about."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.models import ObjectRecord
from services.storage.operations.objects import delete_object
from services.storage.operations.resources import Resources
from services.storage.store import recent
from services.storage.store.recent import Recent
from shared.errors import NotFound
from tests.storage_room import ADA, FOLDER, REPOSITORY, opened_resources, put, read

RECORD = ObjectRecord("01R", "a", 1, 1, "etag", 0, "text/csv", "plain", "mark")


@pytest.fixture
async def another(home: Path) -> AsyncIterator[Resources]:
    async with opened_resources(home) as another:
        yield another


def test_found_again_until_a_second_has_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    remembered, clock = Recent(), [100.0]
    monkeypatch.setattr(recent.time, "monotonic", lambda: clock[0])
    remembered.keep(RECORD)
    clock[0] += 0.9
    assert remembered.find("01R", "a") is RECORD
    assert remembered.find("01R", "b") is None
    assert remembered.find("01S", "a") is None
    clock[0] += 0.1
    assert remembered.find("01R", "a") is None


def test_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recent, "MEMORY_ENTRIES", 2)
    remembered = Recent()
    for number in range(3):
        remembered.keep(ObjectRecord("01R", str(number), 1, 1, "e", 0, "t", "plain", "m"))
    assert [remembered.find("01R", str(number)) is not None for number in range(3)] == [
        False,
        False,
        True,
    ]


async def test_a_read_remembers(resources: Resources) -> None:
    written = await put(resources, "a", b"one")
    await read(resources, "a")
    assert resources.recent.find(REPOSITORY.repository_uid, "a") == written


async def test_written_over_by_another_process(resources: Resources, another: Resources) -> None:
    await put(resources, "a", b"one")
    await read(resources, "a")
    for content in (b"two", b"3", b"two"):
        written = await put(another, "a", content)
        assert await read(resources, "a") == (written, content)


async def test_deleted_by_another_process(resources: Resources, another: Resources) -> None:
    await put(resources, "a", b"one")
    await read(resources, "a")
    await delete_object(another, REPOSITORY, "a", actor=ADA)
    with pytest.raises(NotFound):
        await read(resources, "a")


async def test_edited_by_hand(resources: Resources, home: Path) -> None:
    written = await put(resources, "a", b"one")
    await read(resources, "a")
    (home / FOLDER / "a").write_bytes(b"another")
    record, content = await read(resources, "a")
    assert content == b"another"
    assert record.size == len(content)
    assert record.etag != written.etag
