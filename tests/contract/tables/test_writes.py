"""Put, update, delete and check, alone and together."""

from asyncio import gather

import pytest

from shared.errors import Invalid
from shared.tables import (
    Absent,
    Check,
    ConditionFailed,
    Delete,
    Equals,
    Present,
    Put,
    Table,
    Update,
)

VALUES = {
    "text": "æ\0 \U0001f600",
    "empty": "",
    "int": 2**63 - 1,
    "negative": -(2**63),
    "float": 0.1,
    "tiny": 1.5e-120,
    "huge": 1.7976931348623157e125,
    "whole": 2.0**60,
    "yes": True,
    "no": False,
    "none": None,
    "list": [1, "two", [3.5, None], {}],
    "map": {"a": {"b": [True]}, "a.b[0] #:": "any name"},
}


async def test_every_kind_of_value_comes_back(table: Table, pk: str) -> None:
    item = {"pk": pk, "sk": "values", **VALUES}
    await table.write(Put(item))
    assert await table.get(pk, "values") == item
    assert (await table.get(pk, "values") or {})["yes"] is True


async def test_an_int_stays_an_int(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "n": 7, "x": 7.5}))
    found = await table.get(pk, "a") or {}
    assert (type(found["n"]), type(found["x"])) == (int, float)


async def test_what_is_not_there_is_none(table: Table, pk: str) -> None:
    assert await table.get(pk, "nothing") is None
    assert await table.get_many([(pk, "nothing"), (pk, "no")]) == [None, None]


async def test_get_many_answers_in_the_order_asked(table: Table, pk: str) -> None:
    await gather(*(table.write(Put({"pk": pk, "sk": f"{n:03}"})) for n in range(120)))
    keys = [(pk, f"{n:03}") for n in reversed(range(121))]
    found = await table.get_many([*keys, keys[1]])
    assert found == [None, *({"pk": pk, "sk": sk} for _, sk in keys[1:]), {"pk": pk, "sk": "119"}]


async def test_a_put_replaces_the_whole_item(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "old": 1}))
    await table.write(Put({"pk": pk, "sk": "a", "new": 2}))
    assert await table.get(pk, "a") == {"pk": pk, "sk": "a", "new": 2}


async def test_a_delete_of_nothing_is_no_error(table: Table, pk: str) -> None:
    await table.write(Delete(pk, "a"))
    await table.write(Put({"pk": pk, "sk": "a"}))
    await table.write(Delete(pk, "a"))
    assert await table.get(pk, "a") is None


async def test_an_update_changes_some_attributes(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "keep": 1, "set": 1, "gone": 1, "count": 0.1}))
    await table.write(
        Update(pk, "a", set={"set": {"deep": [1]}}, add={"count": 0.2}, remove=("gone", "never"))
    )
    assert await table.get(pk, "a") == {
        "pk": pk,
        "sk": "a",
        "keep": 1,
        "set": {"deep": [1]},
        "count": 0.3,
    }


async def test_an_update_makes_what_is_missing(table: Table, pk: str) -> None:
    await table.write(Update(pk, "a", add={"count": 5}), Update(pk, "b", remove=["x"]))
    await table.write(Update(pk, "a", add={"count": -7}))
    assert await table.get(pk, "a") == {"pk": pk, "sk": "a", "count": -2}
    assert await table.get(pk, "b") == {"pk": pk, "sk": "b"}


async def test_concurrent_additions_all_count(table: Table, pk: str) -> None:
    await gather(*(table.write(Update(pk, "a", add={"count": 1})) for _ in range(40)))
    assert (await table.get(pk, "a") or {})["count"] == 40


@pytest.mark.parametrize("alone", [True, False])
async def test_adding_to_a_text_is_invalid(table: Table, pk: str, alone: bool) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "count": "one"}))
    others = [] if alone else [Put({"pk": pk, "sk": "b"})]
    with pytest.raises(Invalid):
        await table.write(Update(pk, "a", add={"count": 1}), *others)
    assert await table.get(pk, "b") is None


async def test_one_of_many_creators_wins(table: Table, pk: str) -> None:
    writes = (table.write(Put({"pk": pk, "sk": "a", "by": n}, Absent())) for n in range(20))
    outcomes = await gather(*writes, return_exceptions=True)
    lost = [outcome for outcome in outcomes if outcome is not None]
    assert len(lost) == 19
    assert all(isinstance(outcome, ConditionFailed) for outcome in lost)
    assert (await table.get(pk, "a") or {})["by"] == outcomes.index(None)


async def test_a_transaction_is_all_or_nothing(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "there", "n": 1}))
    with pytest.raises(ConditionFailed) as failure:
        await table.write(
            Put({"pk": pk, "sk": "new"}),
            Put({"pk": pk, "sk": "there", "n": 2}, Absent()),
            Update(pk, "counter", add={"n": 1}),
            Check(pk, "missing", Present()),
        )
    assert failure.value.positions == (1, 3)
    found = await table.get_many([(pk, "new"), (pk, "there"), (pk, "counter")])
    assert found == [None, {"pk": pk, "sk": "there", "n": 1}, None]


async def test_a_transaction_that_holds_does_everything(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "old", "n": 1}), Put({"pk": pk, "sk": "witness"}))
    await table.write(
        Put({"pk": pk, "sk": "new"}, Absent()),
        Delete(pk, "old", Equals("n", 1)),
        Update(pk, "counter", add={"n": 1}),
        Check(pk, "witness", Present()),
    )
    keys = [(pk, "new"), (pk, "old"), (pk, "counter")]
    new, old, counter = await table.get_many(keys)
    assert (new is not None, old, (counter or {})["n"]) == (True, None, 1)


async def test_transactions_on_the_same_items_queue_up(table: Table, pk: str) -> None:
    """DynamoDB cancels transactions that meet; the adapter tries them again."""
    await gather(
        *(
            table.write(Update(pk, "a", add={"n": 1}), Update(pk, "b", add={"n": -1}))
            for _ in range(12)
        )
    )
    found = await table.get_many([(pk, "a"), (pk, "b")])
    assert [item and item["n"] for item in found] == [12, -12]


async def test_a_check_alone(table: Table, pk: str) -> None:
    await table.write(Check(pk, "a", Absent()))
    with pytest.raises(ConditionFailed):
        await table.write(Check(pk, "a", Present()))


async def test_no_action_is_no_write(table: Table, pk: str) -> None:
    await table.write()
    assert (await table.query(pk)).items == []


async def test_a_table_tells_that_it_was_written_to(table: Table, pk: str) -> None:
    versions = [await table.version()]
    for action in (Put({"pk": pk, "sk": "a"}), Update(pk, "a", set={"b": 1}), Delete(pk, "a")):
        await table.write(action)
        versions.append(await table.version())
    assert versions == [None] * 4 or len(set(versions)) == 4
