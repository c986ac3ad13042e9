"""Where each draft has a place of its own: what goes, when, and what never does."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import SealedBlobs
from services.storage.blobs.sealed.ciphers import STORE_KEY_BYTES, StoreKey
from services.storage.operations import collecting
from services.storage.operations.collecting import collect, remove_left_over
from services.storage.operations.committing import NewObject
from services.storage.operations.completing import Completion, complete_upload
from services.storage.operations.multipart import (
    PartAddress,
    abort_upload,
    create_upload,
    upload_part,
)
from services.storage.operations.objects import delete_object
from services.storage.operations.quotas import Quotas
from services.storage.operations.reading import open_object
from services.storage.operations.recovering import reindex
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.bodies import CompletedPart
from shared.contracts.base import Quota
from shared.errors import Unavailable
from tests.blob_writes import content_of, written
from tests.storage_room import ADA, REPOSITORY, Bytes, opened_resources, put, read

FOLDER = folder_of(REPOSITORY)


@pytest.fixture(params=["plain", "sealed"])
def blobs(request: pytest.FixtureRequest) -> Blobs:
    """A bucket that is no further away than memory."""
    plain, within = (CloudBlobs(Bucket(MemoryStore()), lingers=0) for _ in range(2))
    key = StoreKey(bytes(STORE_KEY_BYTES))
    return SealedBlobs(plain, within, key, seals=True) if request.param == "sealed" else plain


@pytest.fixture
async def resources(home: Path, blobs: Blobs) -> AsyncIterator[Resources]:
    async with opened_resources(home, blobs=blobs) as resources:
        yield resources


@pytest.fixture
def grown_old(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A day goes by."""
    return lambda: monkeypatch.setattr(collecting, "OLD_SECONDS", -3600)


async def places(resources: Resources) -> list[str]:
    """Where bytes lie, of objects and of parts."""
    found = [one.stored.place async for some in resources.blobs.walk(FOLDER) for one in some]
    return found + [upload for _, upload in await resources.blobs.uploads(FOLDER)]


async def begin(resources: Resources, *bodies: bytes) -> tuple[PartAddress, list[CompletedPart]]:
    """An upload with parts."""
    new = NewObject("key", "text/csv", ADA)
    upload = await create_upload(resources, REPOSITORY, new, "CRC64NVME", "FULL_OBJECT")
    listed = []
    for number, body in enumerate(bodies, 1):
        address = PartAddress(upload.upload_id, "key", number)
        part = await upload_part(resources, REPOSITORY, address, Bytes(body))
        listed.append(CompletedPart(number, part.etag, {}))
    return PartAddress(upload.upload_id, "key"), listed


async def complete(
    resources: Resources, address: PartAddress, listed: list[CompletedPart]
) -> dict[str, str]:
    """As CompleteMultipartUpload does."""
    wanted = Completion(address, listed, ADA)
    return await complete_upload(resources, REPOSITORY, wanted, unlimited(resources))


def unlimited(resources: Resources) -> Quotas:
    async def nobody(_: str) -> None:
        return None

    return Quotas(resources.outbox, nobody, Quota(), Quota())


async def test_what_is_overwritten_is_read_to_its_end_and_then_goes(resources: Resources) -> None:
    await put(resources, "key", b"one")
    reader = await open_object(resources, REPOSITORY, "key")
    record = await put(resources, "key", b"two")
    assert await content_of(reader.blob) == b"one"
    reader.close()
    await remove_left_over(resources)
    assert await places(resources) == [record.place]
    assert (await read(resources, "key"))[1] == b"two"


async def test_what_is_deleted_goes(resources: Resources) -> None:
    await put(resources, "key", b"one")
    await delete_object(resources, REPOSITORY, "key", actor=ADA)
    assert len(await places(resources)) == 1
    await remove_left_over(resources)
    assert await places(resources) == []


async def test_nothing_goes_before_its_time(resources: Resources, blobs: Blobs) -> None:
    blobs.lingers = 3600
    await put(resources, "key", b"one")
    await put(resources, "key", b"two")
    await remove_left_over(resources)
    assert len(await places(resources)) == 2


async def test_nobody_knows_whether_the_record_was_written_so_the_bytes_stay(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unsure(*_: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr(resources.outbox, "commit", unsure)
        with pytest.raises(Unavailable):
            await put(resources, "key", b"one")
    assert len(await places(resources)) == 1


async def test_bytes_without_a_record_go_when_they_are_old(
    resources: Resources, grown_old: Callable[[], None]
) -> None:
    record = await put(resources, "key", b"one")
    for key in ("key", "other"):
        async with resources.blobs.drafting(FOLDER, key) as draft:
            await written(draft, b"of a process that died")
            await resources.blobs.publish(FOLDER, key, draft, None)
    assert await collect(resources, REPOSITORY) == 0
    grown_old()
    assert await reindex(resources, REPOSITORY) == 2
    assert await places(resources) == [record.place]


async def test_what_was_replaced_waits_for_its_time_however_old_it_is(
    resources: Resources, blobs: Blobs, grown_old: Callable[[], None]
) -> None:
    blobs.lingers = 3600
    address, listed = await begin(resources, b"hello")
    await complete(resources, address, listed)
    reader = await open_object(resources, REPOSITORY, "key")
    await put(resources, "key", b"other")
    grown_old()
    assert await collect(resources, REPOSITORY) == 0
    assert await content_of(reader.blob) == b"hello"
    reader.close()


async def test_parts_stay_while_their_upload_is_open_and_as_an_object(
    resources: Resources, grown_old: Callable[[], None]
) -> None:
    address, listed = await begin(resources, b"hello")
    grown_old()
    assert await collect(resources, REPOSITORY) == 0
    answer = await complete(resources, address, listed)
    assert await complete(resources, address, listed) == answer
    assert await collect(resources, REPOSITORY) == 0
    record, content = await read(resources, "key")
    assert content == b"hello"
    await put(resources, "key", b"other")
    await remove_left_over(resources)
    assert address.upload_id not in await places(resources)
    assert record.place not in await places(resources)


async def test_parts_of_an_upload_that_ended_without_them_go(
    resources: Resources, grown_old: Callable[[], None]
) -> None:
    address, _ = await begin(resources, b"hello")
    await abort_upload(resources, REPOSITORY, address)
    async with resources.blobs.drafting(FOLDER, "key", address.upload_id) as draft:
        await written(draft, b"came late")
        await resources.blobs.keep_part(FOLDER, address.upload_id, 1, draft)
    grown_old()
    assert await collect(resources, REPOSITORY) == 1
    assert await places(resources) == []


async def test_a_part_that_is_sent_again_while_others_complete_tears_nothing(
    resources: Resources,
) -> None:
    address, listed = await begin(resources, b"hello")
    again = PartAddress(address.upload_id, "key", 1)
    await upload_part(resources, REPOSITORY, again, Bytes(b"hello"))
    await complete(resources, address, listed)
    assert (await read(resources, "key"))[1] == b"hello"


async def test_bytes_that_vanished_do_not_take_their_record_along(resources: Resources) -> None:
    record = await put(resources, "key", b"one")
    await resources.blobs.remove(FOLDER, "key", record.place)
    assert await reindex(resources, REPOSITORY) == 0
    again = await put(resources, "key", b"two")
    assert again.version > record.version
