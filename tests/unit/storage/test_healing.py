"""Files edited by hand, and what a crash leaves: served sensibly at once, mended soon after."""

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from services.storage.blobs.port import Imprint
from services.storage.operations.healing import heal_object
from services.storage.operations.objects import delete_object
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import marker_of
from services.storage.operations.telling import Said, guessed, words_of
from services.storage.store.objects import deleted, find_object
from shared.errors import NotFound
from shared.outbox import next_version
from tests.blob_writes import files_below
from tests.storage_room import ADA, FOLDER, REPOSITORY, put, read, told, told_kinds

KEYS = ["a", "folder/a", "hashed//a"]


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def path_of(home: Path, key: str) -> Path:
    """Where the file is, wherever it is."""
    if "//" not in key:
        return home / FOLDER / key
    (path,) = (home / "storage/.sc/noaa/globe-land-mask/keys").rglob("?" * 64)
    return path


async def heal(resources: Resources, key: str) -> bool:
    return await heal_object(resources, REPOSITORY, key)


async def published_only(
    resources: Resources, key: str, content: bytes, said: Said | None = None
) -> None:
    """What a process leaves that dies between the name of a file and its record."""
    folder = folder_of(REPOSITORY)
    async with resources.blobs.drafting(folder, "key") as draft:
        imprint = Imprint(bytes.fromhex(md5(content)), b"\x01" * 8, 0, next_version())
        await draft.finish([content], lambda _: None, lambda: imprint)
        draft.tell(words_of(key, said or guessed(key)))
        published = await resources.blobs.publish(folder, key, draft, None)
        await published.settle()


async def test_nothing_to_mend(resources: Resources) -> None:
    await put(resources, "a", b"x")
    assert not await heal(resources, "a")
    assert not await heal(resources, "never-was")
    assert await told_kinds(resources) == ["object_created"]


@pytest.mark.parametrize("key", KEYS)
async def test_a_file_edited_by_hand(resources: Resources, home: Path, key: str) -> None:
    first = await put(resources, key, b"station,level\n")
    path_of(home, key).write_bytes(b"by hand\n")
    record, content = await read(resources, key)
    assert content == b"by hand\n"
    assert record.size == len(content)
    assert record.etag != first.etag
    assert resources.ailing.get_nowait() == (REPOSITORY, key)

    assert await heal(resources, key)
    record, content = await read(resources, key)
    assert (content, record.etag) == (b"by hand\n", md5(b"by hand\n"))
    assert record.version > first.version
    assert (record.content_type, record.metadata) == ("text/csv", {"station": "2091"})
    assert record.created_by == ADA
    assert resources.ailing.empty()
    assert await told_kinds(resources) == ["object_created", "object_created"]


async def test_a_file_replaced_by_hand(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"old")
    (home / FOLDER / "new").write_bytes(b"brought from elsewhere")
    (home / FOLDER / "new").rename(home / FOLDER / "a")
    assert await heal(resources, "a")
    assert (await read(resources, "a"))[1] == b"brought from elsewhere"


async def test_the_same_bytes_restored_are_no_news(resources: Resources, home: Path) -> None:
    before = await put(resources, "a", b"same")
    path = home / FOLDER / "a"
    shutil.copy2(path, path.with_name("copy"))
    path.with_name("copy").replace(path)
    os.utime(path, (1, 1))
    assert await heal(resources, "a")
    record, _ = await read(resources, "a")
    assert (record.version, record.modified_ms) == (before.version, before.modified_ms)
    assert record.checksums == before.checksums
    assert resources.ailing.empty()
    assert await told_kinds(resources) == ["object_created"]


@pytest.mark.parametrize("key", KEYS)
async def test_a_crash_before_the_record(resources: Resources, key: str) -> None:
    await published_only(resources, key, b"half done")
    with pytest.raises(NotFound):
        await read(resources, key)
    assert await heal(resources, key)
    record, content = await read(resources, key)
    assert (content, record.etag) == (b"half done", md5(b"half done"))
    assert await told_kinds(resources) == ["object_created"]


async def test_a_crash_before_the_record_of_an_overwrite(resources: Resources) -> None:
    await put(resources, "a", b"old")
    await published_only(resources, "a", b"new bytes")
    record, content = await read(resources, "a")
    assert (content, record.etag) == (b"new bytes", md5(b"new bytes"))
    assert await heal(resources, "a")
    record, content = await read(resources, "a")
    assert (content, record.etag) == (b"new bytes", md5(b"new bytes"))


SAID = Said("image/tiff", {"station": "2092"}, {"cache-control": "no-store"}, {"level": "2"})


@pytest.mark.parametrize("said", [SAID, guessed("a")], ids=["much", "nothing"])
@pytest.mark.parametrize("content", [b"old", b"new bytes"])
async def test_an_overwrite_that_a_crash_cut_short_is_never_half_of_each(
    resources: Resources, content: bytes, said: Said
) -> None:
    before = await put(resources, "a", b"old")
    await published_only(resources, "a", content, said)
    unmended, _ = await read(resources, "a")
    assert await heal(resources, "a")
    record, read_content = await read(resources, "a")
    for one in (unmended, record):
        assert (one.etag, one.content_type) == (md5(content), said.content_type)
        assert (one.metadata, one.headers, one.tags) == (said.metadata, said.headers, said.tags)
    assert read_content == content
    assert record.version > before.version
    assert await told_kinds(resources) == ["object_created", "object_created"]


@pytest.mark.parametrize("key", KEYS)
async def test_a_crash_before_the_first_record_keeps_what_was_said(
    resources: Resources, key: str
) -> None:
    await published_only(resources, key, b"half done", SAID)
    assert await heal(resources, key)
    record, _ = await read(resources, key)
    said = Said(record.content_type, record.metadata, record.headers, record.tags)
    assert said == SAID


@pytest.mark.parametrize("key", KEYS)
async def test_a_crash_after_the_record_of_a_deletion(
    resources: Resources, home: Path, key: str
) -> None:
    record = await put(resources, key, b"deleted")
    gone = marker_of(REPOSITORY, key, next_version(record.version), actor=ADA)
    await resources.outbox.commit(*deleted(REPOSITORY, record, gone, actor=ADA, freed=record.size))
    with pytest.raises(NotFound):
        await read(resources, key)
    assert await heal(resources, key)
    assert files_below(home / FOLDER) == []
    assert await resources.blobs.look(folder_of(REPOSITORY), key) is None
    assert await told_kinds(resources) == ["object_created", "object_deleted"]


async def test_what_a_person_brings_back_after_a_deletion_stays(
    resources: Resources, home: Path, tmp_path: Path
) -> None:
    await put(resources, "a", b"precious")
    shutil.copy2(home / FOLDER / "a", tmp_path / "backup")
    await delete_object(resources, REPOSITORY, "a", actor=ADA)
    shutil.copy2(tmp_path / "backup", home / FOLDER / "a")
    assert await heal(resources, "a")
    assert (await read(resources, "a"))[1] == b"precious"


async def test_a_file_put_there_by_hand(resources: Resources, home: Path) -> None:
    (home / FOLDER).mkdir(parents=True)
    (home / FOLDER / "notes.html").write_bytes(b"<p>")
    assert await heal(resources, "notes.html")
    record, content = await read(resources, "notes.html")
    assert (content, record.content_type, record.created_by) == (b"<p>", "text/html", "")


async def test_a_file_removed_by_hand(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"x")
    (home / FOLDER / "a").unlink()
    with pytest.raises(NotFound):
        await read(resources, "a")
    assert resources.ailing.get_nowait() == (REPOSITORY, "a")
    assert await heal(resources, "a")
    assert await find_object(resources.outbox, REPOSITORY.repository_uid, "a") is None
    assert await told_kinds(resources) == ["object_created", "object_deleted"]


async def test_a_disk_that_is_not_mounted_deletes_nothing(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"x")
    storage = home / "storage"
    shutil.move(storage / "noaa", home / "elsewhere")
    shutil.move(storage / ".sc/noaa", home / "elsewhere-too")
    assert not await heal(resources, "a")
    assert await find_object(resources.outbox, REPOSITORY.repository_uid, "a") is not None
    shutil.move(home / "elsewhere", storage / "noaa")
    assert (await read(resources, "a"))[1] == b"x"


async def test_mending_gives_way_to_who_writes(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"old")
    (home / FOLDER / "a").write_bytes(b"by hand")
    async with resources.blobs.locked(folder_of(REPOSITORY), "other"):
        await put(resources, "a", b"newest")
    assert not await heal(resources, "a")
    assert (await read(resources, "a"))[1] == b"newest"
    versions = [version for _, _, version in await told(resources)]
    assert versions == sorted(set(versions))
