"""Parts wait apart, are assembled in the order asked for, and go together."""

import pytest

from services.storage.blobs.port import Blobs, GoneError
from tests.blob_writes import FOLDER, get, written

UPLOAD = "01UPLOAD"


async def part(blobs: Blobs, number: int, content: bytes) -> str:
    async with blobs.drafting(FOLDER) as draft:
        await written(draft, content)
        return await blobs.keep_part(FOLDER, UPLOAD, number, draft)


async def test_parts_are_assembled_in_order(blobs: Blobs) -> None:
    second = await part(blobs, 2, b"world")
    first = await part(blobs, 1, b"hello ")
    async with blobs.drafting(FOLDER) as draft:
        await blobs.assemble(FOLDER, UPLOAD, [first, second], draft)
        await written(draft, b"")
        published = await blobs.publish(FOLDER, "key", draft, None)
    assert await get(blobs, "key", published.stored) == b"hello world"


async def test_a_part_sent_again_is_another_part(blobs: Blobs) -> None:
    old = await part(blobs, 1, b"old")
    new = await part(blobs, 1, b"new")
    await blobs.drop_part(FOLDER, UPLOAD, old)
    await blobs.drop_part(FOLDER, UPLOAD, old)
    async with blobs.drafting(FOLDER) as draft:
        with pytest.raises(GoneError):
            await blobs.assemble(FOLDER, UPLOAD, [old], draft)
    async with blobs.drafting(FOLDER) as draft:
        await blobs.assemble(FOLDER, UPLOAD, [new], draft)


async def test_a_dropped_upload_has_no_parts(blobs: Blobs) -> None:
    name = await part(blobs, 1, b"old")
    assert await blobs.uploads() == [(FOLDER.account_id, FOLDER.repository_id, UPLOAD)]
    await blobs.drop_upload(FOLDER, UPLOAD)
    await blobs.drop_upload(FOLDER, UPLOAD)
    assert await blobs.uploads() == []
    async with blobs.drafting(FOLDER) as draft:
        with pytest.raises(GoneError):
            await blobs.assemble(FOLDER, UPLOAD, [name], draft)


async def test_parts_are_no_objects(blobs: Blobs) -> None:
    await part(blobs, 1, b"old")
    assert [found async for batch in blobs.walk(FOLDER) for found in batch] == []
