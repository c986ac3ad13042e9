"""An item whose time is over is absent for reads, conditions and updates, swept or not."""

from time import time

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
from tests.contract.tables.eventually import eventually


async def put_over(table: Table, pk: str, *keys: str) -> None:
    """Items whose time was over a minute ago."""
    for sk in keys:
        item = {"pk": pk, "sk": sk, "n": 1, "ob": pk, "obsk": sk}
        await table.write(Put(item | {"expires_at": time() - 60}))


async def test_reads_do_not_see_it(table: Table, pk: str) -> None:
    await put_over(table, pk, "a", "c", "d")
    await table.write(Put({"pk": pk, "sk": "b", "expires_at": time() + 60, "ob": pk, "obsk": "b"}))
    await table.write(Put({"pk": pk, "sk": "e", "expires_at": None, "ob": pk, "obsk": "e"}))
    assert await table.get(pk, "a") is None
    found = await table.get_many([(pk, "a"), (pk, "b")])
    assert [item and item["sk"] for item in found] == [None, "b"]
    page = await table.query(pk, limit=2)
    assert [item["sk"] for item in page.items] == ["b", "e"]
    await eventually(lambda: table.query(pk, index="outbox"), ["b", "e"])


async def test_conditions_take_it_for_absent(table: Table, pk: str) -> None:
    await put_over(table, pk, "a")
    for untrue in (Present(), Equals("n", 1)):
        with pytest.raises(ConditionFailed):
            await table.write(Check(pk, "a", untrue))
        with pytest.raises(ConditionFailed):
            await table.write(Delete(pk, "a", untrue))
    await table.write(Check(pk, "a", Absent()))
    await table.write(Put({"pk": pk, "sk": "a", "n": 2}, Absent()))
    assert await table.get(pk, "a") == {"pk": pk, "sk": "a", "n": 2}


async def test_an_update_begins_anew(table: Table, pk: str) -> None:
    await put_over(table, pk, "a", "b", "c")
    await table.write(Update(pk, "a", add={"n": 5}))
    await table.write(Update(pk, "b", add={"n": 5}, when=Absent()), Put({"pk": pk, "sk": "d"}))
    with pytest.raises(ConditionFailed) as failure:
        await table.write(Put({"pk": pk, "sk": "d"}), Update(pk, "c", add={"n": 5}, when=Present()))
    assert failure.value.positions == (1,)
    found = await table.get_many([(pk, "a"), (pk, "b"), (pk, "c")])
    assert found == [{"pk": pk, "sk": "a", "n": 5}, {"pk": pk, "sk": "b", "n": 5}, None]


@pytest.mark.parametrize("when", ["soon", True, [1]])
async def test_only_a_number_can_say_when(table: Table, pk: str, when: object) -> None:
    with pytest.raises(Invalid):
        await table.write(Put({"pk": pk, "sk": "a", "expires_at": when}))
