"""What was used is counted until its owner has been told."""

from typing import Any, cast

import pytest

from shared.bus import Bus
from shared.contracts.accounts import NoteKeyUse
from shared.contracts.base import Done
from shared.contracts.repositories import NoteLinkUse
from shared.errors import Unavailable
from shared.uses import AT_ONCE, Uses, of_links


class Line:
    """The way to the owner: away at first where that is wanted, and it remembers what it heard."""

    service = "storage"

    def __init__(self, *, is_away: bool = False) -> None:
        self.is_away = is_away
        self.heard: list[Any] = []

    async def request(self, wanted: Any) -> Done:
        if self.is_away:
            raise Unavailable
        self.heard.append(wanted)
        return Done()

    @property
    def bus(self) -> Bus:
        return cast("Bus", self)


async def test_links_are_counted_and_told_once() -> None:
    line, uses = Line(), Uses(of_links)
    for link_id in ("a", "b", "a"):
        uses.note(link_id)
    await uses.tell(line.bus)
    await uses.tell(line.bus)
    (told,) = line.heard
    assert isinstance(told, NoteLinkUse)
    assert told.used == {"a": 2, "b": 1}


async def test_of_keys_it_is_told_when_and_not_how_often() -> None:
    line, uses = Line(), Uses()
    uses.note("KEY")
    uses.note("KEY")
    await uses.tell(line.bus)
    (told,) = line.heard
    assert isinstance(told, NoteKeyUse)
    assert list(told.used) == ["KEY"]


@pytest.mark.parametrize("more", [0, 2])
async def test_what_could_not_be_told_is_told_the_next_time(more: int) -> None:
    line, uses = Line(is_away=True), Uses(of_links)
    uses.note("a")
    await uses.tell(line.bus)
    for _ in range(more):
        uses.note("a")
    line.is_away = False
    await uses.tell(line.bus)
    (told,) = line.heard
    assert told.used == {"a": 1 + more}


async def test_much_is_told_in_several_turns() -> None:
    line, uses = Line(), Uses(of_links)
    for number in range(AT_ONCE + 1):
        uses.note(str(number))
    await uses.tell(line.bus)
    await uses.tell(line.bus)
    assert [len(told.used) for told in line.heard] == [AT_ONCE, 1]
