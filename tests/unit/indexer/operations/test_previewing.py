"""What somebody looks at is read once for all who do, in its turn, and not for ever."""

import asyncio
from types import SimpleNamespace
from typing import cast

import pytest

from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from services.indexer.operations import previewing
from services.indexer.operations.previewing import MOST_AT_ONCE, Previewing
from shared.contracts.indexer import FilePreview
from shared.errors import Unavailable


def stored(uid: str, version: int = 1) -> Stored:
    return cast(Stored, SimpleNamespace(object_uid=uid, version=version))


class Reader:
    """Reads when it may go on; knows what it was given."""

    def __init__(self) -> None:
        self.read: list[tuple[str, int]] = []
        self.go = asyncio.Event()

    async def __call__(self, one: Stored) -> FilePreview:
        self.read.append((one.object_uid, one.version))
        await self.go.wait()
        return FilePreview(reason=one.object_uid)


async def test_all_who_ask_for_the_same_meet_also_when_the_first_gives_up() -> None:
    reader = Reader()
    looking = Previewing(reader, 1)
    first, second, other = (
        asyncio.create_task(looking.preview(one))
        for one in (stored("a"), stored("a"), stored("a", 2))
    )
    await asyncio.sleep(0.01)
    assert reader.read == [("a", 1)], "the other waits for the only place"
    first.cancel()
    reader.go.set()
    assert (await second).reason == "a"
    await other
    assert reader.read == [("a", 1), ("a", 2)]
    await looking.preview(stored("a"))
    assert len(reader.read) == 3, "nothing is kept"


async def test_the_line_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(previewing, "LINE_SECONDS", 0.05)
    reader = Reader()
    looking = Previewing(reader, 1)
    first = asyncio.create_task(looking.preview(stored("first")))
    await asyncio.sleep(0)
    line = [
        asyncio.create_task(looking.preview(stored(str(one)))) for one in range(MOST_AT_ONCE - 1)
    ]
    await asyncio.sleep(0)
    with pytest.raises(Unavailable):
        await looking.preview(stored("one too many"))
    told = await asyncio.gather(*line, return_exceptions=True)
    assert {type(one) for one in told} == {Unavailable}
    reader.go.set()
    assert (await first).reason == "first"


async def test_what_is_being_replaced_is_no_answer_to_keep() -> None:
    async def show(_: Stored) -> FilePreview:
        raise Superseded

    with pytest.raises(Unavailable, match="being replaced"):
        await Previewing(show, 1).preview(stored("a"))
