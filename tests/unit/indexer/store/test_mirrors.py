"""Tables of items in parts: readers finish, and nothing is left of what is told no more."""

from datetime import UTC, datetime

import pytest

from services.indexer.models.mirror import Mirror
from services.indexer.store.mirrors import (
    SOME,
    begin_mirror,
    find_many_mirrors,
    find_mirror,
    find_part,
    finish_mirror,
    forget_mirror,
    put_part,
)
from shared.purged import put_purged
from shared.tables import ConditionFailed, Table

UID = "01REPOSITORY"


async def begin(table: Table, generation: str, *, parts: int = 1) -> None:
    await begin_mirror(table, UID, generation)
    for number in range(parts):
        await put_part(table, UID, generation, number, f"{generation}{number}".encode())


async def write(table: Table, generation: str) -> Mirror:
    """A whole one."""
    await begin(table, generation)
    mirror = Mirror(
        generation=generation, stamp="s", size=2, items=1, made_at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    await finish_mirror(table, UID, mirror)
    return mirror


async def left(table: Table, *generations: str) -> str:
    """Those of which there is something."""
    found = [await find_part(table, UID, one, 0) for one in generations]
    return "".join(one.decode()[0] for one in found if one)


async def test_one_is_told_when_it_is_whole(table: Table) -> None:
    await begin(table, "a")
    assert await find_mirror(table, UID) is None
    mirror = await write(table, "b")
    assert await find_many_mirrors(table, ["other", UID]) == [None, mirror]
    assert await find_part(table, UID, "b", 0) == b"b0"
    assert await find_part(table, UID, "b", 1) is None


async def test_the_one_before_can_be_read_to_its_end(table: Table) -> None:
    for generation in "abc":
        await write(table, generation)
    assert await left(table, *"abc") == "bc"


async def test_what_was_left_behind_is_taken_away(table: Table) -> None:
    await begin(table, "a", parts=SOME + 1)
    await write(table, "b")
    assert await left(table, *"ab") == "b"
    assert await find_part(table, UID, "a", SOME) is None


async def test_who_was_overtaken_writes_nothing(table: Table) -> None:
    await begin(table, "a")
    await begin(table, "b")
    with pytest.raises(ConditionFailed):
        await put_part(table, UID, "a", 1, b"late")
    assert await left(table, *"ab") == "b"


async def test_nothing_is_left_and_nobody_goes_on(table: Table) -> None:
    for generation in "ab":
        await write(table, generation)
    await begin(table, "c")
    await forget_mirror(table, UID)
    assert await find_mirror(table, UID) is None
    assert await left(table, *"abc") == ""
    with pytest.raises(ConditionFailed):
        await put_part(table, UID, "c", 1, b"late")
    await forget_mirror(table, UID)


async def test_of_what_is_purged_none_is_begun(table: Table) -> None:
    await table.write(put_purged(UID))
    with pytest.raises(ConditionFailed):
        await begin_mirror(table, UID, "a")
