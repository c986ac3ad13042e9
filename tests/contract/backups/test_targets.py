"""A place for backups keeps what it is given, whole or not at all, for one writer at a time."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from services.storage.backups.opening import open_target
from services.storage.backups.target import Target, put_whole, whole
from services.storage.blobs.port import GoneError
from services.storage.settings import ServiceSettings
from shared.errors import Conflict

MIB = 1024**2


class BrokenError(Exception):
    """Of where the pieces come from."""


async def pieces(size: int, *, breaks: bool = False) -> AsyncIterator[bytes]:
    made = Random(size)
    for start in range(0, size, MIB):
        yield made.randbytes(min(MIB, size - start))
    if breaks:
        raise BrokenError


async def there(target: Target, folder: str) -> dict[str, int]:
    """Of what is ours: who lives is written beside it."""
    found = {name: size async for page in target.pages(folder) for name, size in page}
    return {name: size for name, size in found.items() if not name.startswith("=")}


# Nothing, little, and more than a bucket takes in one piece.
@pytest.mark.parametrize("size", [0, 100, 9 * MIB + 7])
async def test_what_was_put_is_there(target: Target, size: int) -> None:
    await target.put("a/b.c", pieces(size), size)
    await target.settle()
    assert await whole(target, "a/b.c") == b"".join([one async for one in pieces(size)])
    assert await there(target, "") == await there(target, "a") == {"a/b.c": size}


@pytest.mark.parametrize("size", [100, 9 * MIB])
async def test_what_breaks_leaves_nothing(target: Target, size: int) -> None:
    with pytest.raises(BrokenError):
        await target.put("a/b", pieces(size, breaks=True), size)
    with pytest.raises(GoneError):
        await whole(target, "a/b")
    assert await there(target, "") == {}


async def test_what_is_removed_is_gone(target: Target) -> None:
    for name in ("a/b", "a/c", "d/e/f"):
        await put_whole(target, name, b"something")
    await target.remove(["a/b", "d/e/f", "never/was"])
    assert await there(target, "") == {"a/c": 9}
    assert await there(target, "d") == await there(target, "never") == {}


async def test_a_second_writer_is_refused(
    target: Target, where: str, settings: ServiceSettings
) -> None:
    await put_whole(target, "a", b"")
    with pytest.raises(Conflict, match="Another backup"):
        async with open_target(where, settings, writes=True):
            pass


async def test_who_reads_is_seen_by_who_would_write(where: str, settings: ServiceSettings) -> None:
    async with open_target(where, settings, writes=True) as target:
        await target.be_alone()
    async with open_target(where, settings, writes=False) as reader:
        await reader.be_alone()
        with pytest.raises(Conflict, match="Another backup"):
            async with open_target(where, settings, writes=True):
                pass
