"""While the primary fails a mirror is read, if it has these very bytes; and nothing is written."""

import errno
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.storage.blobs.local.reading import LocalBlob
from services.storage.blobs.port import LostError
from services.storage.operations import mirrors
from services.storage.operations.failing_over import (
    covered,
    demand_primary,
    open_at_once,
    open_copy,
    open_elsewhere,
)
from services.storage.operations.healing import heal_object
from services.storage.operations.objects import delete_object
from services.storage.operations.reading import open_object, open_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.copies import find_copies, waiting_changes
from services.storage.store.objects import find_object
from services.storage.views.refusals import as_s3
from shared.contracts.repositories import Versioning
from shared.errors import NotFound, Unavailable
from tests.archives import archive_of, sent
from tests.backups import know, rot
from tests.blob_writes import content_of
from tests.mirrored import AWAY, SECOND, followed, in_memory, mirror_on
from tests.storage_room import ADA, FOLDER, opened_resources, put
from tests.storage_room import REPOSITORY as PLAIN

KEPT = PLAIN.model_copy(update={"versioning": Versioning.ENABLED})
COPIES = FOLDER.replace("storage", "mirror")
BODY = bytes(range(256)) * 4096


@pytest.fixture
async def resources(tmp_path: Path) -> AsyncIterator[Resources]:
    """Files, and a mirror that has the object `a` and its version."""
    mirror = mirror_on(tmp_path / "mirror")
    async with opened_resources(tmp_path, mirrors=(mirror,)) as resources:
        await know(resources, KEPT)
        await put(resources, "a", b"earlier", repository=KEPT)
        await put(resources, "a", BODY, repository=KEPT)
        await followed(resources)
        yield resources
        await mirror.close()


async def elsewhere(resources: Resources, key: str = "a", version_id: str = "") -> bytes:
    """What a reader gets whom the primary has failed."""
    opened = await open_elsewhere(resources, KEPT, (key, version_id), AWAY)
    try:
        return await content_of(opened.blob)
    finally:
        opened.close()


async def test_the_mirror_has_the_same_bytes(resources: Resources) -> None:
    assert await elsewhere(resources) == BODY


async def test_the_mirror_has_versions_too(resources: Resources) -> None:
    record = await find_object(resources.outbox, KEPT.repository_uid, "a")
    assert record is not None
    await put(resources, "a", b"newer", repository=KEPT)
    await followed(resources)
    assert await elsewhere(resources, version_id=record.shown_version) == BODY


async def test_a_key_that_never_was_is_not_looked_for(resources: Resources) -> None:
    with pytest.raises(NotFound):
        await elsewhere(resources, "b")


async def test_what_the_mirror_does_not_have_yet_is_not_served(resources: Resources) -> None:
    await put(resources, "a", b"newer", repository=KEPT)
    with pytest.raises(OSError, match="Input/output"):
        await elsewhere(resources)
    await delete_object(resources, KEPT, "a", actor=ADA)
    with pytest.raises(NotFound):
        await elsewhere(resources)


async def test_a_damaged_copy_is_noticed_and_never_served(
    resources: Resources, tmp_path: Path
) -> None:
    rot(tmp_path / COPIES / "a", b"!" + BODY[1:])
    with pytest.raises(OSError, match="Input/output"):
        await elsewhere(resources)
    record = await find_object(resources.outbox, KEPT.repository_uid, "a")
    assert record is not None
    assert await find_copies(resources.outbox, SECOND, [record]) == [None]
    assert [one.key for one in await waiting_changes(resources.outbox, SECOND)] == ["a"]
    await followed(resources)
    assert await elsewhere(resources) == BODY


@pytest.mark.parametrize("change", [b"", BODY + b"!", BODY[:-1]])
async def test_a_copy_of_another_size_is_not_served(
    resources: Resources, tmp_path: Path, change: bytes
) -> None:
    (tmp_path / COPIES / "a").write_bytes(change)
    with pytest.raises(OSError, match="Input/output"):
        await elsewhere(resources)


async def test_a_mirror_that_fails_too_keeps_what_it_has(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(LocalBlob, "feed", fails)
        with pytest.raises(OSError, match="Input/output"):
            await elsewhere(resources)
    assert await elsewhere(resources) == BODY


@pytest.mark.parametrize(
    "failure", [AWAY, Unavailable("Away."), LostError("Gone."), TimeoutError()]
)
async def test_a_read_that_breaks_off_goes_on_in_the_mirror(
    resources: Resources, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    opened = covered(resources, KEPT, await open_object(resources, KEPT, "a"))
    first = bytes(await opened.blob.read(0, 1000))
    primary = opened.blob.blob  # type: ignore[attr-defined]
    genuine = LocalBlob.read

    async def read(blob: LocalBlob, offset: int, size: int) -> Any:
        if blob is primary:
            raise failure
        return await genuine(blob, offset, size)

    monkeypatch.setattr(LocalBlob, "read", read)
    rest = b""
    while piece := await opened.blob.read(1000 + len(rest), 200_000):
        rest += piece
    opened.close()
    assert first + rest == BODY


@pytest.mark.parametrize("fed", [0, 1000, len(BODY)])
async def test_what_is_fed_goes_on_in_the_mirror(
    resources: Resources, monkeypatch: pytest.MonkeyPatch, fed: int
) -> None:
    opened = covered(resources, KEPT, await open_object(resources, KEPT, "a"))
    primary = opened.blob.blob  # type: ignore[attr-defined]
    genuine = LocalBlob.feed

    async def feed(blob: LocalBlob, update: Any) -> None:
        if blob is primary:
            update(memoryview(BODY)[:fed])
            raise AWAY
        await genuine(blob, update)

    monkeypatch.setattr(LocalBlob, "feed", feed)
    whole = bytearray()
    await opened.blob.feed(whole.extend)
    opened.close()
    assert bytes(whole) == BODY


async def test_without_a_mirror_the_reason_is_told(tmp_path: Path) -> None:
    async with opened_resources(tmp_path) as resources:
        await put(resources, "a", BODY)
        opened = await open_object(resources, PLAIN, "a")
        assert covered(resources, PLAIN, opened) is opened
        opened.close()
        with pytest.raises(OSError, match="Input/output"):
            await open_elsewhere(resources, PLAIN, ("a", ""), AWAY)


async def test_a_missing_folder_is_a_failure_and_no_deletion(
    resources: Resources, tmp_path: Path
) -> None:
    record = await find_object(resources.outbox, KEPT.repository_uid, "a")
    assert record is not None
    (tmp_path / FOLDER).rename(tmp_path / "away")
    (tmp_path / "storage/.sc/noaa").rename(tmp_path / "ours")
    with pytest.raises(Unavailable):
        await open_object(resources, KEPT, "a")
    with pytest.raises(Unavailable):
        await open_version(resources, KEPT, "a", record.shown_version)
    with pytest.raises(Unavailable):
        await demand_primary(resources, KEPT)
    assert await elsewhere(resources) == BODY


async def test_what_is_ours_beside_a_missing_folder_makes_it_no_deletion(
    resources: Resources, tmp_path: Path
) -> None:
    """The folder of an account may be a disk of its own, and a draft makes our area anew."""
    (tmp_path / FOLDER).rename(tmp_path / "away")
    assert (tmp_path / "storage/.sc/noaa/globe-land-mask/tmp").is_dir()
    with pytest.raises(Unavailable):
        await open_object(resources, KEPT, "a")
    with pytest.raises(Unavailable):
        await demand_primary(resources, KEPT)
    assert not await heal_object(resources, KEPT, "a")
    assert await elsewhere(resources) == BODY


async def test_a_missing_file_is_a_deletion(resources: Resources, tmp_path: Path) -> None:
    (tmp_path / FOLDER / "a").unlink()
    with pytest.raises(NotFound):
        await open_object(resources, KEPT, "a")
    await demand_primary(resources, KEPT)


async def test_a_repository_without_objects_has_no_folder_to_miss(resources: Resources) -> None:
    other = PLAIN.model_copy(update={"repository_uid": "01OTHER", "repository_id": "other"})
    await demand_primary(resources, other)


async def test_a_copy_is_read_whole_once(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = 0
    genuine = LocalBlob.feed

    async def feed(blob: LocalBlob, update: Any) -> None:
        nonlocal reads
        reads += 1
        await genuine(blob, update)

    monkeypatch.setattr(LocalBlob, "feed", feed)
    record = await find_object(resources.outbox, KEPT.repository_uid, "a")
    assert record is not None
    for _ in range(3):
        (await open_copy(resources, KEPT, record, AWAY)).close()
    assert reads == 1


@pytest.fixture
async def bucket(tmp_path: Path) -> AsyncIterator[Resources]:
    """A bucket, and a mirror that has the object `a`."""
    mirror = mirror_on(tmp_path / "mirror")
    async with opened_resources(tmp_path, blobs=in_memory(), mirrors=(mirror,)) as resources:
        await know(resources, PLAIN)
        await put(resources, "a", BODY)
        await followed(resources)
        yield resources
        await mirror.close()


async def read_at_once(resources: Resources) -> bytes | None:
    """What a reader gets without asking the primary, if anything."""
    opened = await open_at_once(resources, PLAIN, "a")
    if opened is None:
        return None
    try:
        return await content_of(opened.blob)
    finally:
        opened.close()


async def test_a_silent_bucket_is_not_waited_for_by_everyone(
    bucket: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await read_at_once(bucket) is None
    (await open_elsewhere(bucket, PLAIN, ("a", ""), Unavailable("It is silent."))).close()
    assert await read_at_once(bucket) == BODY
    with pytest.raises(NotFound):
        await open_at_once(bucket, PLAIN, "never was")
    # What the mirror does not have is asked of the primary.
    await put(bucket, "a", b"newer")
    assert await read_at_once(bucket) is None
    await followed(bucket)
    assert await read_at_once(bucket) == b"newer"
    # After a while it is asked again.
    monkeypatch.setattr(mirrors, "OUTAGE_SECONDS", -1)
    (await open_elsewhere(bucket, PLAIN, ("a", ""), Unavailable("It is silent."))).close()
    assert await read_at_once(bucket) is None


async def test_bytes_that_are_lost_are_no_outage(bucket: Resources) -> None:
    (await open_elsewhere(bucket, PLAIN, ("a", ""), LostError("Gone."))).close()
    assert await read_at_once(bucket) is None
    record = await find_object(bucket.outbox, PLAIN.repository_uid, "a")
    assert record is not None
    await bucket.blobs.remove(folder_of(PLAIN), "a", record.place)
    with pytest.raises(LostError):
        await open_object(bucket, PLAIN, "a")


async def test_archives_are_whole_while_the_primary_is_away(
    resources: Resources, tmp_path: Path
) -> None:
    whole = await sent(await archive_of(resources))
    (tmp_path / FOLDER).rename(tmp_path / "away")
    (tmp_path / "storage/.sc/noaa").rename(tmp_path / "ours")
    assert await sent(await archive_of(resources)) == whole


async def test_an_archive_goes_on_in_the_mirror(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = await sent(await archive_of(resources))
    genuine = LocalBlob.read

    async def read(blob: LocalBlob, offset: int, size: int) -> Any:
        if _is_in_mirror(blob):
            return await genuine(blob, offset, size)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(LocalBlob, "read", read)
    assert await sent(await archive_of(resources)) == whole


def _is_in_mirror(blob: LocalBlob) -> bool:
    return Path(f"/proc/self/fd/{blob.file}").readlink().match("mirror/noaa/globe-land-mask/a")


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.ESTALE])
def test_a_disk_that_fails_is_to_be_asked_again(number: int) -> None:
    assert as_s3(OSError(number, "it fails")).code == "ServiceUnavailable"


def test_what_nobody_expected_is_our_fault() -> None:
    assert as_s3(OSError(errno.EBADF, "it fails")).code == "InternalError"
