"""What no table can hold is refused alike by all: nothing is found out only in production."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import Invalid, TooLarge
from shared.tables import Check, Delete, Equals, Present, Put, Table, Update
from shared.tables.conditions import Below

ITEM_BYTES = 400 * 1024


def deep(levels: int) -> Any:
    """Lists in lists."""
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


def item_of(size: int, pk: str) -> dict[str, str]:
    """An item of exactly so many bytes by DynamoDB's formula: names and values."""
    return {"pk": pk, "sk": "a", "t": "x" * (size - len(f"pk{pk}skat"))}


async def test_an_item_has_400_kilobytes(table: Table, pk: str) -> None:
    await table.write(Put(item_of(ITEM_BYTES, pk)))
    with pytest.raises(TooLarge):
        await table.write(Put(item_of(ITEM_BYTES + 1, pk)))
    with pytest.raises(TooLarge):
        await table.write(Update(pk, "b", set={"text": "x" * ITEM_BYTES}))


@pytest.mark.parametrize("alone", [True, False])
async def test_an_update_cannot_outgrow_it(table: Table, pk: str, alone: bool) -> None:
    await table.write(Put(item_of(ITEM_BYTES - 10, pk)))
    others = [] if alone else [Put({"pk": pk, "sk": "b"})]
    with pytest.raises(TooLarge):
        await table.write(Update(pk, "a", set={"more": "0123456789"}), *others)
    assert "more" not in (await table.get(pk, "a") or {})


async def test_a_write_has_100_actions(table: Table, pk: str) -> None:
    await table.write(*(Put({"pk": pk, "sk": f"{n}"}) for n in range(100)))
    with pytest.raises(TooLarge):
        await table.write(*(Delete(pk, f"{n}") for n in range(101)))
    assert len((await table.query(pk)).items) == 100


# The AWS client gives aiohttp the body in one piece, whatever its size.
@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
async def test_a_write_has_4_megabytes(table: Table, pk: str) -> None:
    with pytest.raises(TooLarge):
        await table.write(*(Put(item_of(390_000, f"{pk}{n}")) for n in range(11)))
    await table.write(*(Put(item_of(390_000, f"{pk}{n}")) for n in range(10)))


async def test_one_item_once_a_write(table: Table, pk: str) -> None:
    with pytest.raises(Invalid):
        await table.write(Put({"pk": pk, "sk": "a"}), Check(pk, "a", Present()))


async def test_keys_have_their_lengths(table: Table, pk: str) -> None:
    longest = {"pk": pk.ljust(2048, "ä")[: (2048 + len(pk)) // 2], "sk": "ä" * 512}
    await table.write(Put(longest))
    assert await table.get(longest["pk"], longest["sk"]) == longest
    for wrong in (
        {"sk": "a"},
        {"pk": pk},
        {"pk": pk, "sk": ""},
        {"pk": "", "sk": "a"},
        {"pk": pk, "sk": 1},
        {"pk": pk, "sk": "x" * 1025},
        {"pk": "x" * 2049, "sk": "a"},
        {"pk": pk, "sk": "\ud800"},
        {"pk": pk, "sk": "a", "ob": ""},
        {"pk": pk, "sk": "a", "ob": None, "obsk": "1"},
        {"pk": pk, "sk": "a", "ob": "1", "obsk": 1},
        {"pk": pk, "sk": "a", "ob": "1", "obsk": "x" * 1025},
    ):
        with pytest.raises(Invalid):
            await table.write(Put(wrong))
    with pytest.raises(Invalid):
        await table.get(pk, "")
    with pytest.raises(Invalid):
        await table.query("")


@pytest.mark.parametrize(
    "value",
    [
        b"bytes",
        {1},
        {1: "one"},
        datetime.now(UTC),
        float("nan"),
        float("inf"),
        1e126,
        1e-131,
        2**63,
        -(2**63) - 1,
        "\udfff",
        object(),
        deep(32),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_values_that_cannot_be_kept(table: Table, pk: str, value: object) -> None:
    for action in (
        Put({"pk": pk, "sk": "a", "value": value}),
        Update(pk, "a", set={"value": [value]}),
        Delete(pk, "a", Equals("value", value)),
    ):
        with pytest.raises(Invalid):
            await table.write(action)


async def test_as_deep_as_can_be(table: Table, pk: str) -> None:
    await table.write(Put({"pk": pk, "sk": "a", "value": deep(31)}))
    assert (await table.get(pk, "a") or {})["value"] == deep(31)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"set": {"a": 1}, "add": {"a": 1}},
        {"set": {"a": 1}, "remove": ["a"]},
        {"remove": ["a", "a"]},
        {"set": {"sk": "b"}},
        {"remove": ["pk"]},
        {"add": {"a": "1"}},
        {"add": {"a": True}},
        {"add": {"ob": 1}},
        {"set": {"obsk": ""}},
        {"set": {"": 1}},
        {"set": {"expires_at": "soon"}},
    ],
    ids=str,
)
async def test_updates_that_cannot_be(table: Table, pk: str, parts: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await table.write(Update(pk, "a", **parts))


async def test_conditions_that_cannot_be(table: Table, pk: str) -> None:
    for value in (True, None, [1]):
        with pytest.raises(Invalid):
            await table.write(Check(pk, "a", Below("n", value)))  # type: ignore[arg-type]
