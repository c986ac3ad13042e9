"""One object read again while others write, and by which digest its bytes are known."""

import asyncio
import hashlib
import os
from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from awscrt.checksums import crc64nvme
from obstore.store import MemoryStore

from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.cloud.reading import CloudBlob
from services.storage.blobs.local.reading import LocalBlob
from services.storage.blobs.port import Imprint
from services.storage.models import DirtyMark, ObjectRecord
from services.storage.operations.objects import delete_object
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.tagging import tag_object
from services.storage.operations.verifying import known_digest, outcome_of
from services.storage.store.marks import mark_dirty
from shared.contracts.repositories import Versioning
from shared.errors import Unavailable
from shared.identifiers import new_uid
from tests.backups import rot
from tests.scrubs import PART, nothing, put_parts
from tests.storage_room import ADA, FOLDER, REPOSITORY, opened_resources, put

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
CONTENT = b"one " * 200_000


async def outcome(resources: Resources, record: ObjectRecord) -> str:
    return await outcome_of(resources, REPOSITORY, record, nothing)


@pytest.mark.parametrize("change", ["overwrite", "keep", "delete"])
async def test_what_others_write_meanwhile_is_no_fault(
    resources: Resources, home: Path, change: str
) -> None:
    record = await put(resources, "a", CONTENT)
    rot(home / FOLDER / "a", b"rot " * 200_000)

    async def meanwhile(_: int) -> None:
        if change == "delete":
            await delete_object(resources, REPOSITORY, "a", actor=ADA)
        else:
            where = KEPT if change == "keep" else REPOSITORY
            await put(resources, "a", b"new", repository=where)

    assert await outcome_of(resources, REPOSITORY, record, meanwhile) == "changed"


async def test_a_record_that_was_read_before_a_write_is_no_fault(resources: Resources) -> None:
    record = await put(resources, "a", CONTENT)
    await put(resources, "a", b"new")
    assert await outcome(resources, record) == "changed"
    await delete_object(resources, REPOSITORY, "a", actor=ADA)
    assert await outcome(resources, record) == "changed"


async def test_other_tags_hide_no_fault(resources: Resources, home: Path) -> None:
    record = await put(resources, "a", CONTENT)
    await tag_object(resources, REPOSITORY, "a", {"colour": "blue"}, actor=ADA)
    assert await outcome(resources, record) == "well"
    rot(home / FOLDER / "a", b"rot " * 200_000)
    assert await outcome(resources, record) == "damaged"


async def test_a_file_that_has_its_record_only_in_a_moment_is_no_fault(
    resources: Resources, home: Path
) -> None:
    """As who writes holds the key: what was there before comes back, since the record fails."""
    record, path = await put(resources, "a", CONTENT), home / FOLDER / "a"
    async with resources.blobs.locked(folder_of(REPOSITORY), "a"):
        path.rename(home / "before")
        path.write_bytes(b"new")
        looking = asyncio.create_task(outcome(resources, record))
        await asyncio.sleep(0.05)
        assert not looking.done()
        (home / "before").rename(path)
    assert await looking == "changed"


async def test_what_a_dead_process_left_is_not_told_before_it_is_looked_after(
    resources: Resources, home: Path
) -> None:
    record = await put(resources, "a", CONTENT)
    (home / FOLDER / "a").unlink()
    uid = REPOSITORY.repository_uid
    mark = DirtyMark("noaa", "globe-land-mask", uid, new_uid(), new_uid())
    await mark_dirty(resources.outbox, mark)
    assert await outcome(resources, record) == "changed"
    await resources.bursts.stop()


async def test_what_is_right_the_second_time_is_no_fault(resources: Resources, home: Path) -> None:
    record, path = await put(resources, "a", CONTENT), home / FOLDER / "a"
    rot(path, b"rot " * 200_000)
    read = 0

    async def meanwhile(size: int) -> None:
        nonlocal read
        read += size
        if read == len(CONTENT):
            rot(path, CONTENT)

    assert await outcome_of(resources, REPOSITORY, record, meanwhile) == "well"
    assert read == 2 * len(CONTENT)


async def test_too_much_open_is_not_the_fault_of_bytes(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = await put(resources, "a", CONTENT)

    async def refuse(*_: object) -> bytes:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(LocalBlob, "read_again", refuse)
    with pytest.raises(OSError, match="Too many"):
        await outcome(resources, record)


async def test_reading_again_leaves_the_page_cache_as_it_was(
    resources: Resources, home: Path
) -> None:
    record = await put(resources, "a", CONTENT)
    file = os.open(home / FOLDER / "a", os.O_RDONLY)
    os.fsync(file)
    os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(file)
    blob = await resources.blobs.open(folder_of(REPOSITORY), "a", record.place)
    if blob.at_hand(0, len(CONTENT)) is not None:
        pytest.skip("this file system is memory")
    assert await outcome(resources, record) == "well"
    assert blob.at_hand(0, len(CONTENT)) is None
    os.pread(blob.file, len(CONTENT), 0)  # type: ignore[attr-defined]
    assert await outcome(resources, record) == "well"
    assert blob.at_hand(0, len(CONTENT)) is not None
    blob.close()


class Strained(CloudBlobs):
    """A bucket in memory, which can be away."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        super().__init__(Bucket(self.store), lingers=0)

    def names(self) -> list[str]:
        """All that lies there, the largest first."""
        found = [one for page in self.store.list() for one in page]
        return [one["path"] for one in sorted(found, key=lambda one: -one["size"])]


async def test_a_bucket_that_somebody_wrote_to(tmp_path: Path) -> None:
    blobs = Strained()
    async with opened_resources(tmp_path, blobs=blobs) as resources:
        record = await put(resources, "a", b"one")
        assert await outcome(resources, record) == "well"
        (name,) = blobs.names()
        blobs.store.put(name, b"two")
        assert await outcome(resources, record) == "edited"
        blobs.store.put(name, b"tw")
        assert await outcome(resources, record) == "truncated"
        blobs.store.delete(name)
        assert await outcome(resources, record) == "missing"


async def test_parts_in_a_bucket(tmp_path: Path) -> None:
    blobs = Strained()
    async with opened_resources(tmp_path, blobs=blobs) as resources:
        record = await put_parts(resources, "a", "SHA256", "COMPOSITE")
        assert await outcome(resources, record) == "well"
        part = blobs.names()[0]
        blobs.store.put(part, PART[:-1] + b"?")
        # The list of parts is what it was.
        assert await outcome(resources, record) == "damaged"
        blobs.store.delete(part)
        assert await outcome(resources, record) == "missing"
        (listed,) = [name for name in blobs.names() if name.endswith(record.place)]
        blobs.store.put(listed, b"[[")
        blobs.manifests.forget(listed)
        assert await outcome(resources, record) == "damaged"


async def test_a_bucket_that_is_away_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs = Strained()
    async with opened_resources(tmp_path, blobs=blobs) as resources:
        record = await put(resources, "a", b"one")

        async def away(*_: object) -> bytes:
            raise Unavailable

        monkeypatch.setattr(CloudBlob, "read", away)
        # The bucket answers, and these bytes alone do not come.
        assert await outcome(resources, record) == "unreadable"
        monkeypatch.setattr(CloudBlobs, "exists", away)
        with pytest.raises(Unavailable):
            await outcome(resources, record)


async def test_a_connection_that_breaks_once_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blobs, broken = Strained(), 0
    async with opened_resources(tmp_path, blobs=blobs) as resources:
        record, read = await put(resources, "a", CONTENT), CloudBlob.read

        async def brittle(blob: CloudBlob, offset: int, size: int) -> object:
            nonlocal broken
            if offset and not broken:
                broken += 1
                raise Unavailable
            return await read(blob, offset, size)

        monkeypatch.setattr(CloudBlob, "read", brittle)
        assert await outcome(resources, record) == "well"
        assert broken == 1


def base64(digest: bytes) -> str:
    return b64encode(digest).decode()


MD5 = hashlib.md5(CONTENT, usedforsecurity=False).digest()
CRC64 = crc64nvme(CONTENT).to_bytes(8, "big")
RECORD = ObjectRecord("01R", "a", 1, len(CONTENT), MD5.hex(), 0, "", "plain", "mark")
IMPRINT = Imprint(MD5, CRC64, 0, 1)


def test_the_cheapest_digest_of_the_whole_is_the_one() -> None:
    both = replace(RECORD, checksums={"sha256": "sha", "crc64nvme": "crc"})
    assert known_digest(both, IMPRINT) == ("CRC64NVME", "crc")


def test_a_checksum_of_parts_is_none_of_the_whole() -> None:
    parts = replace(RECORD, checksums={"sha256": "sha-2", "crc32": "whole"}, etag="0" * 32 + "-2")
    assert known_digest(parts, None) == ("CRC32", "whole")
    assert known_digest(replace(parts, checksums={"sha256": "sha-2"}), None) is None


def test_an_etag_is_a_digest_and_an_imprint_the_last_resort() -> None:
    assert known_digest(RECORD, IMPRINT) == ("MD5", base64(MD5))
    edited = replace(RECORD, etag="3-1-2-changed")
    assert known_digest(edited, IMPRINT) == ("CRC64NVME", base64(CRC64))
    assert known_digest(edited, None) is None
