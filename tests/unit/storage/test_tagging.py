"""Tags change record and event together, and nothing of the bytes."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from services.storage.models import Upload
from services.storage.operations.healing import heal_object
from services.storage.operations.reading import get_record
from services.storage.operations.resources import Resources
from services.storage.operations.tagging import tag_object
from services.storage.store.uploads import upload_of, upload_row
from shared.errors import NotFound
from tests.storage_room import ADA, FOLDER, REPOSITORY, put, read, told, told_kinds

TAGS = {"river": "Rhine", "station": "2091"}


async def tag(resources: Resources, key: str, tags: dict[str, str]) -> None:
    await tag_object(resources, REPOSITORY, key, tags, actor=ADA)


async def test_only_tags_and_version_change(resources: Resources) -> None:
    before = await put(resources, "a", b"12345")
    await tag(resources, "a", TAGS)
    record, content = await read(resources, "a")
    assert content == b"12345"
    assert record == replace(before, version=record.version, tags=TAGS)
    assert record.version > before.version
    assert await told(resources) == [
        ("object_created", "a", before.version),
        ("object_tagged", "a", record.version),
    ]


async def test_the_same_tags_again_are_no_change(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await tag(resources, "a", TAGS)
    await tag(resources, "a", TAGS)
    assert await told_kinds(resources) == ["object_created", "object_tagged"]


async def test_new_bytes_have_none_of_the_old_tags(resources: Resources) -> None:
    await put(resources, "a", b"12345")
    await tag(resources, "a", TAGS)
    await put(resources, "a", b"other")
    assert (await get_record(resources, REPOSITORY, "a")).tags == {}


async def test_nothing_to_tag(resources: Resources) -> None:
    with pytest.raises(NotFound):
        await tag(resources, "a", TAGS)
    assert await told(resources) == []


async def test_writers_and_taggers_at_once(resources: Resources) -> None:
    await put(resources, "a", b"0")
    works = [put(resources, "a", b"%d" % number) for number in range(5)]
    taggings = [tag(resources, "a", {"n": str(number)}) for number in range(5)]
    await asyncio.gather(*works, *taggings)
    events = await told(resources)
    assert len(events) == 11
    versions = [version for _, _, version in events]
    assert versions == sorted(set(versions))
    record, _ = await read(resources, "a")
    assert record.version == versions[-1]


async def test_bytes_changed_by_hand_keep_their_tags(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"12345")
    await tag(resources, "a", TAGS)
    (home / FOLDER / "a").write_bytes(b"by hand")
    assert await heal_object(resources, REPOSITORY, "a")
    record = await get_record(resources, REPOSITORY, "a")
    assert (record.size, record.tags) == (7, TAGS)


def test_an_upload_that_was_begun_before_there_were_tags() -> None:
    upload = Upload("u", "r", "a", "b", "k", 1, "t", ADA, "CRC32", "COMPOSITE")
    row = upload_row(upload)
    del row["tags"]
    assert upload_of(row) == upload
