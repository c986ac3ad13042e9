"""Any key gets exactly its bytes back; what is published takes its place at once or not at all."""

import asyncio
import hashlib
import os

import pytest

from services.storage.blobs.port import Blobs, GoneError, Imprint, Stored
from tests.blob_writes import FOLDER, ODD_KEYS, content_of, get, imprint_of, put, written


@pytest.mark.parametrize("size", [0, 1, 4096, 262_144, 262_145, 3_000_001])
async def test_bytes_come_back(blobs: Blobs, size: int) -> None:
    content = os.urandom(size)
    stored = await put(blobs, "data/file.bin", content)
    assert await get(blobs, "data/file.bin", stored) == content


async def test_any_key_beside_any_other(blobs: Blobs) -> None:
    stored = {key: await put(blobs, key, key.encode()) for key in ODD_KEYS}
    for key, where in stored.items():
        assert await get(blobs, key, where) == key.encode()


async def test_any_key_in_the_other_order(blobs: Blobs) -> None:
    stored = {key: await put(blobs, key, key.encode()) for key in reversed(ODD_KEYS)}
    for key, where in stored.items():
        assert await get(blobs, key, where) == key.encode()


async def test_walk_finds_every_key_once(blobs: Blobs) -> None:
    stored = {key: await put(blobs, key, b"x") for key in ODD_KEYS}
    walked = [found async for batch in blobs.walk(FOLDER) for found in batch]
    assert {found.key: found.stored for found in walked} == stored
    assert len(walked) == len(stored)


async def test_look_many_sees_what_is_there(blobs: Blobs) -> None:
    stored = {key: await put(blobs, key, b"x") for key in ("plain", "a//b")}
    places = {key: where.place for key, where in stored.items()} | {"none": "plain"}
    assert await blobs.look_many(FOLDER, places) == {**stored, "none": None}


@pytest.mark.parametrize("key", ["plain", "hashed//"])
async def test_look_finds_a_key_wherever_it_is(blobs: Blobs, key: str) -> None:
    stored = await put(blobs, key, b"here")
    blob = await blobs.look(FOLDER, key)
    assert blob is not None
    assert Stored(blob.place, blob.mark) == stored
    assert await content_of(blob) == b"here"
    blob.close()
    assert await blobs.look(FOLDER, "elsewhere") is None


@pytest.mark.parametrize("key", ["plain", "hashed//"])
async def test_an_overwrite_changes_the_mark_and_tears_no_reader(blobs: Blobs, key: str) -> None:
    first = await put(blobs, key, b"one")
    reader = await blobs.open(FOLDER, key, first.place)
    second = await put(blobs, key, b"two", before=first)
    assert first.mark != second.mark
    assert await content_of(reader) == b"one"
    assert await get(blobs, key, second) == b"two"
    reader.close()


@pytest.mark.parametrize("key", ["plain", "deep/down/key", "hashed//"])
async def test_undo_puts_back_what_was_there(blobs: Blobs, key: str) -> None:
    first = await put(blobs, key, b"one")
    async with blobs.drafting(FOLDER, key) as draft:
        await written(draft, b"two")
        async with blobs.locked(FOLDER, key):
            published = await blobs.publish(FOLDER, key, draft, first)
            await published.undo()
            assert await get(blobs, key, first) == b"one"
            published = await blobs.publish(FOLDER, key, draft, first)
            await published.settle()
    assert await get(blobs, key, published.stored) == b"two"


@pytest.mark.parametrize("key", ["plain", "hashed//"])
async def test_undo_of_a_new_key_leaves_nothing(blobs: Blobs, key: str) -> None:
    async with blobs.drafting(FOLDER, key) as draft:
        await written(draft, b"one")
        published = await blobs.publish(FOLDER, key, draft, None)
        await published.undo()
    with pytest.raises(GoneError):
        await blobs.open(FOLDER, key, published.stored.place)
    assert [found async for batch in blobs.walk(FOLDER) for found in batch] == []


@pytest.mark.parametrize("key", ["plain", "deep/down/key", "hashed//"])
async def test_removed_is_gone(blobs: Blobs, key: str) -> None:
    stored = await put(blobs, key, b"one")
    await blobs.remove(FOLDER, key, stored.place)
    await blobs.remove(FOLDER, key, stored.place)
    with pytest.raises(GoneError):
        await blobs.open(FOLDER, key, stored.place)
    assert await get(blobs, key, await put(blobs, key, b"two")) == b"two"


async def test_a_draft_that_is_not_published_leaves_nothing(blobs: Blobs) -> None:
    async with blobs.drafting(FOLDER, "half") as draft:
        await draft.write([b"half"], lambda _: None)
    assert await blobs.look(FOLDER, "half") is None
    assert [found async for batch in blobs.walk(FOLDER) for found in batch] == []


async def test_pieces_are_hashed_in_order(blobs: Blobs) -> None:
    digest = hashlib.sha256()
    pieces = [os.urandom(size) for size in (1, 70_000, 5)] * 300
    async with blobs.drafting(FOLDER, "key") as draft:
        for some in (pieces[:450], [memoryview(piece) for piece in pieces[450:890]]):
            await draft.write(some, digest.update)
        await draft.finish(pieces[890:], digest.update, lambda: imprint_of(b""))
        assert digest.digest() == hashlib.sha256(b"".join(pieces)).digest()
        published = await blobs.publish(FOLDER, "key", draft, None)
    assert await get(blobs, "key", published.stored) == b"".join(pieces)


async def test_what_the_imprint_raises_comes_through(blobs: Blobs) -> None:
    def refuse() -> None:
        raise ValueError("wrong checksum")

    async with blobs.drafting(FOLDER, "half") as draft:
        with pytest.raises(ValueError, match="wrong checksum"):
            await draft.finish([b"bytes"], lambda _: None, refuse)  # type: ignore[arg-type]


async def test_the_imprint_travels_with_the_bytes(blobs: Blobs) -> None:
    stored = await put(blobs, "key", b"bytes")
    blob = await blobs.open(FOLDER, "key", stored.place)
    imprint = blob.imprint()
    blob.close()
    if imprint is None:
        pytest.skip("this file system keeps no attributes")
    assert imprint == imprint_of(b"bytes", stamp=imprint.stamp)


async def test_take_copies_a_range(blobs: Blobs) -> None:
    content = os.urandom(300_000)
    source = await put(blobs, "source", content)
    blob = await blobs.open(FOLDER, "source", source.place)
    async with blobs.drafting(FOLDER, "copy") as draft:
        seen = hashlib.sha256()
        await draft.take(blob, 100, 200_100, seen.update)
        assert seen.digest() == hashlib.sha256(content[100:200_100]).digest()
        await written(draft, b"end")
        published = await blobs.publish(FOLDER, "copy", draft, None)
    blob.close()
    assert await get(blobs, "copy", published.stored) == content[100:200_100] + b"end"


async def test_one_lock_a_key(blobs: Blobs) -> None:
    inside = 0

    async def enter() -> None:
        nonlocal inside
        async with blobs.locked(FOLDER, "key"):
            inside += 1
            assert inside == 1
            await asyncio.sleep(0.001)
            inside -= 1

    await asyncio.gather(*(enter() for _ in range(20)))


async def test_writers_and_removers_of_neighbours_do_not_meet(blobs: Blobs) -> None:
    """Folders are pruned and made under each other's hands, and `a` wants to be a file too."""
    keys = ["a", "a/b", "a/b/c", "a/b/d", "a/e/f"]

    async def churn(key: str) -> None:
        for number in range(25):
            content = f"{key} {number}".encode()
            stored = await put(blobs, key, content)
            assert await get(blobs, key, stored) == content
            async with blobs.locked(FOLDER, key):
                await blobs.remove(FOLDER, key, stored.place)

    await asyncio.gather(*map(churn, keys))
    assert [found async for batch in blobs.walk(FOLDER) for found in batch] == []


async def test_repositories_are_apart(blobs: Blobs) -> None:
    assert not await blobs.exists(FOLDER)
    await put(blobs, "key", b"bytes")
    assert await blobs.exists(FOLDER)
    other = type(FOLDER)("noaa", "another", "01ANOTHER")
    assert await blobs.look(other, "key") is None
    assert not await blobs.exists(other)


@pytest.mark.parametrize("size", [0, 5, 9_000_000])
async def test_take_copies_all_with_and_without_an_end(blobs: Blobs, size: int) -> None:
    content = os.urandom(size)
    source = await put(blobs, "source", content)
    for key, end in (("copy", b""), ("longer", b"end")):
        blob = await blobs.open(FOLDER, "source", source.place)
        async with blobs.drafting(FOLDER, key) as draft:
            await draft.take(blob, 0, size)
            await written(draft, end)
            published = await blobs.publish(FOLDER, key, draft, None)
        blob.close()
        assert await get(blobs, key, published.stored) == content + end


async def test_a_long_draft_that_is_refused_leaves_nothing(blobs: Blobs) -> None:
    def refuse() -> Imprint:
        raise ValueError("wrong checksum")

    async with blobs.drafting(FOLDER, "long") as draft:
        for _ in range(20):
            await draft.write([os.urandom(1_000_000)], lambda _: None)
        with pytest.raises(ValueError, match="wrong checksum"):
            await draft.finish([b"end"], lambda _: None, refuse)
    assert await blobs.look(FOLDER, "long") is None


async def test_what_is_expected_is_read_in_order(blobs: Blobs) -> None:
    content = os.urandom(3_000_000)
    stored = await put(blobs, "key", content)
    blob = await blobs.open(FOLDER, "key", stored.place)
    await blob.expect(1000, 2_900_000)
    seen, at = b"", 1000
    while at < 2_900_000:
        seen += bytes(await blob.read(at, min(200_000, 2_900_000 - at)))
        at = 1000 + len(seen)
    assert seen == content[1000:2_900_000]
    blob.close()


async def test_everything_of_a_repository_goes_at_once(blobs: Blobs) -> None:
    stored = {key: await put(blobs, key, b"x") for key in ODD_KEYS}
    await blobs.clear(FOLDER)
    assert not await blobs.exists(FOLDER)
    for key, where in stored.items():
        with pytest.raises(GoneError):
            await blobs.open(FOLDER, key, where.place)
