"""Parts wait apart, are assembled in the order asked for, and go together."""

import hashlib
import os

import pytest

from services.storage.blobs.port import Blobs, Folder, GoneError
from tests.blob_writes import FOLDER, get, written

UPLOAD = "01UPLOAD"


async def part(blobs: Blobs, number: int, content: bytes) -> str:
    async with blobs.drafting(FOLDER, "key", UPLOAD) as draft:
        await written(draft, content)
        return await blobs.keep_part(FOLDER, UPLOAD, number, draft)


async def test_parts_are_assembled_in_order(blobs: Blobs) -> None:
    second = await part(blobs, 2, b"world")
    first = await part(blobs, 1, b"hello ")
    async with blobs.drafting(FOLDER, "key") as draft:
        await blobs.assemble(FOLDER, UPLOAD, [first, second], draft)
        await written(draft, b"")
        published = await blobs.publish(FOLDER, "key", draft, None)
    assert await get(blobs, "key", published.stored) == b"hello world"


async def test_a_part_sent_again_is_another_part(blobs: Blobs) -> None:
    old = await part(blobs, 1, b"old")
    new = await part(blobs, 1, b"new")
    await blobs.drop_part(FOLDER, UPLOAD, old)
    await blobs.drop_part(FOLDER, UPLOAD, old)
    async with blobs.drafting(FOLDER, "key") as draft:
        with pytest.raises(GoneError):
            await blobs.assemble(FOLDER, UPLOAD, [old], draft)
    async with blobs.drafting(FOLDER, "key") as draft:
        await blobs.assemble(FOLDER, UPLOAD, [new], draft)


async def test_a_dropped_upload_has_no_parts(blobs: Blobs) -> None:
    name = await part(blobs, 1, b"old")
    [(folder, upload)] = await blobs.uploads()
    names = Folder(FOLDER.account_id, FOLDER.repository_id, "")
    assert folder == (names if blobs.lingers is None else Folder("", "", FOLDER.repository_uid))
    assert upload == UPLOAD
    assert await blobs.uploads(FOLDER) == [(FOLDER, UPLOAD)]
    await blobs.drop_upload(FOLDER, UPLOAD)
    await blobs.drop_upload(FOLDER, UPLOAD)
    assert await blobs.uploads() == []
    async with blobs.drafting(FOLDER, "key") as draft:
        with pytest.raises(GoneError):
            await blobs.assemble(FOLDER, UPLOAD, [name], draft)


async def test_parts_are_no_objects(blobs: Blobs) -> None:
    await part(blobs, 1, b"old")
    assert [found async for batch in blobs.walk(FOLDER) for found in batch] == []


async def test_parts_that_became_an_object_stay_and_the_others_go(blobs: Blobs) -> None:
    names = [await part(blobs, number, content) for number, content in enumerate((b"a", b"b"), 1)]
    await part(blobs, 3, b"not wanted")
    async with blobs.drafting(FOLDER, "key") as draft:
        await blobs.assemble(FOLDER, UPLOAD, names, draft)
        await written(draft, b"")
        published = await blobs.publish(FOLDER, "key", draft, None)
    await blobs.drop_upload(FOLDER, UPLOAD, names)
    assert await get(blobs, "key", published.stored) == b"ab"
    await blobs.remove(FOLDER, "key", published.stored.place)
    assert await blobs.uploads() == []


async def test_an_object_of_parts_is_read_anywhere_and_copied(blobs: Blobs) -> None:
    contents = [os.urandom(size) for size in (700_000, 1, 300_000)]
    names = [await part(blobs, number, content) for number, content in enumerate(contents, 1)]
    async with blobs.drafting(FOLDER, "key") as draft:
        await blobs.assemble(FOLDER, UPLOAD, names, draft)
        await written(draft, b"")
        published = await blobs.publish(FOLDER, "key", draft, None)
    await blobs.drop_upload(FOLDER, UPLOAD, names)
    whole = b"".join(contents)
    blob = await blobs.open(FOLDER, "key", published.stored.place)
    for start, size in ((0, 5), (699_999, 3), (600_000, 262_144), (1_000_000, 5)):
        assert bytes(await blob.read(start, size)) == whole[start : start + size]
    seen = hashlib.sha256()
    async with blobs.drafting(FOLDER, "copy") as draft:
        await draft.take(blob, 0, len(whole), seen.update)
        await written(draft, b"")
        copied = await blobs.publish(FOLDER, "copy", draft, None)
    assert seen.digest() == hashlib.sha256(whole).digest()
    blob.close()
    await blobs.remove(FOLDER, "key", published.stored.place)
    assert await get(blobs, "copy", copied.stored) == whole
