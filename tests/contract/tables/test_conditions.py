"""Every condition, against items of every kind, with one answer on every adapter."""

from typing import Any

import pytest

from shared.tables import (
    Absent,
    Action,
    AllOf,
    AnyOf,
    Below,
    Check,
    Condition,
    ConditionFailed,
    Delete,
    Equals,
    Present,
    Put,
    Table,
    Update,
)

ITEM = {
    "n": 5,
    "x": 0.5,
    "text": "b",
    "yes": True,
    "none": None,
    "list": [1, {"a": True}],
    "map": {"a": [1]},
}
TRUE: list[Condition] = [
    Present(),
    Equals("n", 5),
    Equals("n", 5.0),
    Equals("x", 0.5),
    Equals("text", "b"),
    Equals("yes", True),
    Equals("none", None),
    Equals("list", [1, {"a": True}]),
    Equals("map", {"a": [1]}),
    Equals("sk", "a"),
    Below("n", 6),
    Below("n", 5.5),
    Below("x", 1),
    Below("text", "ba"),
    Below("text", "ä"),
    AnyOf(Absent(), Below("n", 6)),
    AllOf(Present(), AnyOf(Equals("n", 4), Equals("text", "b"))),
]
FALSE: list[Condition] = [
    Absent(),
    Equals("n", "5"),
    Equals("yes", 1),
    Equals("n", True),
    Equals("missing", None),
    Equals("none", False),
    Equals("text", "B"),
    Equals("list", [{"a": True}, 1]),
    Equals("list", [1, {"a": 1}]),
    Equals("list", [1]),
    Equals("map", {"a": [1], "b": 1}),
    Below("n", 5),
    Below("n", "6"),
    Below("text", "b"),
    Below("text", 9),
    Below("missing", 9),
    Below("none", 9),
    Below("yes", 9),
    AnyOf(Absent(), Below("n", 5)),
    AllOf(Present(), Equals("n", 4)),
]
OF_NOTHING: list[tuple[Condition, bool]] = [
    (Absent(), True),
    (Present(), False),
    (Equals("n", None), False),
    (Below("n", 1), False),
    (AnyOf(Absent(), Below("n", 1)), True),
    (AllOf(Absent(), Below("n", 1)), False),
]


async def is_true(table: Table, pk: str, condition: Condition) -> bool:
    """Ask alone and in a transaction: the answers must be one."""
    check = Check(pk, "a", condition)
    alone = await failures(table, check)
    together = await failures(table, check, Put({"pk": pk, "sk": "beside"}))
    assert alone == together
    return not alone


async def failures(table: Table, *actions: Action) -> tuple[int, ...]:
    """The positions that failed."""
    try:
        await table.write(*actions)
    except ConditionFailed as failure:
        return failure.positions
    return ()


async def test_conditions_that_hold(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", **ITEM}))
    assert [one for one in TRUE if not await is_true(table, pk, one)] == []


async def test_conditions_that_do_not_hold(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", **ITEM}))
    assert [one for one in FALSE if await is_true(table, pk, one)] == []


async def test_conditions_on_nothing(table: Table, pk: str) -> None:
    answers = [(one, await is_true(table, pk, one)) for one, _ in OF_NOTHING]
    assert answers == OF_NOTHING


@pytest.mark.parametrize("kind", ["put", "delete", "update"])
async def test_each_action_keeps_to_its_condition(table: Table, pk: str, kind: str) -> None:
    def action(when: Condition) -> Any:
        return {
            "put": Put({"pk": pk, "sk": "a", "n": 2}, when),
            "delete": Delete(pk, "a", when),
            "update": Update(pk, "a", set={"n": 2}, when=when),
        }[kind]

    await table.write(Put({"pk": pk, "sk": "a", "n": 1}))
    with pytest.raises(ConditionFailed) as failure:
        await table.write(action(Equals("n", 3)))
    assert failure.value.positions == (0,)
    assert await table.get(pk, "a") == {"pk": pk, "sk": "a", "n": 1}
    await table.write(action(Equals("n", 1)))
    after = None if kind == "delete" else {"pk": pk, "sk": "a", "n": 2}
    assert await table.get(pk, "a") == after


async def test_only_a_newer_snapshot_is_taken(table: Table, pk: str) -> None:
    async def take(version: int) -> None:
        newer = AnyOf(Absent(), Below("version", version))
        await table.write(Put({"pk": pk, "sk": "a", "version": version}, newer))

    await take(3)
    for old in (1, 3):
        with pytest.raises(ConditionFailed):
            await take(old)
    await take(4)
    assert await table.get(pk, "a") == {"pk": pk, "sk": "a", "version": 4}
