"""Sealed bytes in a bucket: what is asked of it for a range, and what is left there."""

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from obstore.store import MemoryStore

from services.storage.blobs.cloud import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.pieces import pieces_of
from services.storage.blobs.port import DamagedError, GoneError, Stored
from services.storage.blobs.sealed import SealedBlobs
from services.storage.blobs.sealed.ciphers import (
    BLOCK_BYTES,
    HEAD_BYTES,
    SEALED_BYTES,
    STORE_KEY_BYTES,
    StoreKey,
)
from tests.blob_writes import FOLDER, content_of, get, ignore, put, written

if TYPE_CHECKING:
    from obstore import BytesStream

MIB = 1024**2
UPLOAD = "01UPLOAD"
WORD = b"nobody but us may read this"


class Counted(Bucket):
    """One that remembers what was read of it."""

    def __init__(self) -> None:
        super().__init__(MemoryStore())
        self.reads: list[int] = []

    async def stream(self, name: str, start: int, end: int, least: int) -> "BytesStream":
        self.reads.append(start)
        return await super().stream(name, start, end, least)

    async def names(self) -> list[str]:
        return [one["path"] async for page in self.pages("") for one in page]


@dataclass
class Side:
    """Blobs of which the sealed ones can be looked at."""

    plain: Counted = field(default_factory=Counted)
    sealed: Counted = field(default_factory=Counted)
    key: StoreKey = field(default_factory=lambda: StoreKey(os.urandom(STORE_KEY_BYTES)))

    def opened(self, *, seals: bool = True) -> SealedBlobs:
        """As a process does that was just started."""
        return SealedBlobs(CloudBlobs(self.plain), CloudBlobs(self.sealed), self.key, seals=seals)


@pytest.fixture
def side() -> Side:
    return Side()


@pytest.fixture
def blobs(side: Side) -> SealedBlobs:
    return side.opened()


async def joined(blobs: SealedBlobs, key: str, *contents: bytes) -> Stored:
    names = []
    for number, content in enumerate(contents, 1):
        async with blobs.drafting(FOLDER, key, UPLOAD) as draft:
            await written(draft, content)
            names.append(await blobs.keep_part(FOLDER, UPLOAD, number, draft))
    async with blobs.drafting(FOLDER, key) as draft:
        await blobs.assemble(FOLDER, UPLOAD, names, draft)
        await written(draft, b"")
        stored = (await blobs.publish(FOLDER, key, draft, None)).stored
    await blobs.drop_upload(FOLDER, UPLOAD, names)
    return stored


async def ranged(blobs: SealedBlobs, stored: Stored, start: int, size: int) -> bytes:
    blob = await blobs.open(FOLDER, "key", stored.place)
    try:
        return bytes(await blob.read(start, size))
    finally:
        blob.close()


async def altered(bucket: Bucket, name: str, at: int) -> None:
    content = bytearray((await bucket.get(name))[0])
    content[at] ^= 1
    await bucket.put(name, content, {})


async def test_a_range_is_one_read_once_its_head_is_known(side: Side) -> None:
    content = os.urandom(5 * BLOCK_BYTES)
    stored = await put(side.opened(), "key", content)
    blobs, start = side.opened(), 2 * BLOCK_BYTES + 5
    for reads in ([0, HEAD_BYTES + 2 * SEALED_BYTES], [HEAD_BYTES + 2 * SEALED_BYTES]):
        side.sealed.reads.clear()
        assert await ranged(blobs, stored, start, 70_000) == content[start : start + 70_000]
        assert side.sealed.reads == reads


async def test_a_range_of_parts_is_one_read_too(side: Side) -> None:
    contents = [os.urandom(3 * BLOCK_BYTES), os.urandom(3 * BLOCK_BYTES), os.urandom(5)]
    blobs = side.opened()
    stored = await joined(blobs, "key", *contents)
    whole, start = b"".join(contents), 4 * BLOCK_BYTES + 5
    for count in (3, 1):
        side.sealed.reads.clear()
        assert await ranged(blobs, stored, start, 1000) == whole[start : start + 1000]
        assert len(side.sealed.reads) == count


async def test_a_long_read_is_one_answer_wherever_it_begins(side: Side) -> None:
    """Beside one for the end and one for the head; pieces do not end where blocks do."""
    content = os.urandom(4 * MIB)
    blobs = side.opened()
    stored = await put(blobs, "key", content)
    blob = await blobs.open(FOLDER, "key", stored.place)
    read = b"".join([bytes(piece) async for piece in pieces_of(blob, 5, blob.size)])
    blob.close()
    assert read == content[5:]
    assert len(side.sealed.reads) == 3


async def test_nothing_plain_is_in_the_bucket(side: Side, blobs: SealedBlobs) -> None:
    content = WORD * 10_000
    one = await put(blobs, "one", content)
    many = await joined(blobs, "many", content, content)
    for key, stored in (("one", one), ("many", many)):
        blob = await blobs.open(FOLDER, key, stored.place)
        async with blobs.drafting(FOLDER, f"copy of {key}") as draft:
            await draft.take(blob, 0, blob.size)
            await written(draft, b"")
            copied = (await blobs.publish(FOLDER, f"copy of {key}", draft, None)).stored
        assert await get(blobs, f"copy of {key}", copied) == await content_of(blob)
        blob.close()
    assert await side.plain.names() == []
    names = await side.sealed.names()
    # Two objects, two lists of parts, and twice two parts with what stands before them.
    assert len(names) == 10
    for name in names:
        assert WORD not in (await side.sealed.get(name))[0]


async def test_what_is_removed_leaves_nothing(side: Side, blobs: SealedBlobs) -> None:
    one = await put(blobs, "one", b"1")
    many = await joined(blobs, "many", b"1", b"2")
    await blobs.remove(FOLDER, "one", one.place)
    await blobs.remove(FOLDER, "many", many.place)
    assert await side.sealed.names() == []
    async with blobs.drafting(FOLDER, "key", UPLOAD) as draft:
        await written(draft, b"1")
        name = await blobs.keep_part(FOLDER, UPLOAD, 1, draft)
    async with blobs.drafting(FOLDER, "key") as draft:
        await blobs.assemble(FOLDER, UPLOAD, [name], draft)
        await written(draft, b"")
    assert len(await side.sealed.names()) == 1, "the part alone"


async def test_what_was_altered_is_given_to_nobody(side: Side, blobs: SealedBlobs) -> None:
    stored = await put(blobs, "key", os.urandom(4 * BLOCK_BYTES))
    (name,) = await side.sealed.names()
    for at in (0, 20, HEAD_BYTES, HEAD_BYTES + 4 * SEALED_BYTES - 1):
        await altered(side.sealed, name, at)
        anew = side.opened()
        with pytest.raises(DamagedError):
            await (await anew.open(FOLDER, "key", stored.place)).feed(ignore)
        await altered(side.sealed, name, at)
    blob = await side.opened().open(FOLDER, "key", stored.place)
    assert len(await content_of(blob)) == 4 * BLOCK_BYTES
    blob.close()


@pytest.mark.parametrize("at", [20, HEAD_BYTES + 3])
async def test_who_looks_again_looks_at_heads_and_lists_too(
    side: Side, blobs: SealedBlobs, at: int
) -> None:
    stored = await joined(blobs, "key", os.urandom(1000), os.urandom(1000))
    assert len(await get(blobs, "key", stored)) == 2000
    (leader,) = [name for name in await side.sealed.names() if "=lead-" in name]
    await altered(side.sealed, leader, at)
    blob = await blobs.open(FOLDER, "key", stored.place)
    assert len(await blob.read(0, 2000)) == 2000
    with pytest.raises(DamagedError):
        await blob.read_again(0, 2000)
    blob.close()


async def test_parts_cannot_be_swapped(side: Side, blobs: SealedBlobs) -> None:
    stored = await joined(blobs, "key", os.urandom(1000), os.urandom(1000))
    one, two, leader = sorted(name for name in await side.sealed.names() if "=parts" in name)
    assert "=lead-" in leader
    first, second = [(await side.sealed.get(name))[0] for name in (one, two)]
    await side.sealed.put(one, second, {})
    await side.sealed.put(two, first, {})
    with pytest.raises(DamagedError):
        await (await side.opened().open(FOLDER, "key", stored.place)).feed(ignore)


async def test_the_newer_one_is_found_whatever_the_setting_was(side: Side) -> None:
    key = "key"
    for number, seals in enumerate((True, False, True)):
        blobs = side.opened(seals=seals)
        stored = await put(blobs, key, b"%d" % number)
        assert stored.place.startswith("sealed.") == seals
        found = await blobs.look(FOLDER, key)
        assert found is not None
        assert (found.place, await content_of(found)) == (stored.place, b"%d" % number)
        found.close()


async def test_what_was_replaced_stays_until_its_own_record_goes(side: Side) -> None:
    first = await put(side.opened(seals=False), "key", b"plain")
    blobs = side.opened()
    await put(blobs, "key", b"sealed", before=first)
    assert await get(blobs, "key", first) == b"plain"
    await blobs.remove(FOLDER, "key", first.place)
    with pytest.raises(GoneError):
        await blobs.open(FOLDER, "key", first.place)
