"""Bytes kept as a version stay whatever their key has next, and can be what it has again."""

import pytest

from services.storage.blobs.port import Blobs, GoneError, Stored
from tests.blob_writes import FOLDER, ODD_KEYS, get, put

NAME = "00064f0000000000"


async def keep(blobs: Blobs, key: str, stored: Stored, name: str = NAME) -> Stored:
    async with blobs.locked(FOLDER, key):
        kept = await blobs.keep(FOLDER, key, stored, name)
    assert kept is not None
    assert kept.place == blobs.version_place(stored.place, name)
    return kept


async def test_any_key_is_kept_and_comes_back(blobs: Blobs) -> None:
    for key in ODD_KEYS:
        first = await put(blobs, key, b"one")
        kept = await keep(blobs, key, first)
        second = await put(blobs, key, b"two", before=first)
        assert await get(blobs, key, kept) == b"one"
        assert await get(blobs, key, second) == b"two"
        async with blobs.locked(FOLDER, key):
            published = await blobs.restore(FOLDER, key, kept, second)
            await published.settle()
        assert await get(blobs, key, published.stored) == b"one"


@pytest.mark.parametrize("key", ["plain", "hashed//"])
async def test_a_restore_can_be_undone(blobs: Blobs, key: str) -> None:
    first = await put(blobs, key, b"one")
    kept = await keep(blobs, key, first)
    second = await put(blobs, key, b"two", before=first)
    async with blobs.locked(FOLDER, key):
        published = await blobs.restore(FOLDER, key, kept, second)
        await published.undo()
    assert await get(blobs, key, second) == b"two"
    assert await get(blobs, key, kept) == b"one"


async def test_kept_bytes_are_kept_once(blobs: Blobs) -> None:
    first = await put(blobs, "a", b"one")
    assert await keep(blobs, "a", first) == await keep(blobs, "a", first)


async def test_what_a_crash_kept_is_not_written_over(blobs: Blobs) -> None:
    first = await put(blobs, "a", b"one")
    kept = await keep(blobs, "a", first)
    # The record still tells of the first.
    await put(blobs, "a", b"two", before=first)
    assert await keep(blobs, "a", first) == kept
    assert await get(blobs, "a", kept) == b"one"


async def test_versions_are_no_keys(blobs: Blobs) -> None:
    stored = await put(blobs, "a", b"one")
    await keep(blobs, "a", stored)
    walked = [found.key async for batch in blobs.walk(FOLDER) for found in batch]
    assert walked == ["a"]


async def test_removed_versions_are_gone(blobs: Blobs) -> None:
    first = await put(blobs, "a", b"one")
    kept = await keep(blobs, "a", first)
    second = await put(blobs, "a", b"two", before=first)
    await blobs.remove(FOLDER, "a", kept.place)
    assert await blobs.look_many(FOLDER, {"a": kept.place}) == {"a": None}
    assert await get(blobs, "a", second) == b"two"
    with pytest.raises(GoneError):
        await blobs.restore(FOLDER, "a", kept, second)


async def test_clearing_leaves_no_version(blobs: Blobs) -> None:
    kept = await keep(blobs, "a", await put(blobs, "a", b"one"))
    await blobs.clear(FOLDER)
    assert await blobs.look_many(FOLDER, {"a": kept.place}) == {"a": None}
