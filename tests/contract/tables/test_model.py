"""Random writes against a plain dict: what a table says must be what the dict says."""

from collections.abc import Sequence
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.identifiers import new_uid
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
    Item,
    Present,
    Put,
    Table,
    Update,
)
from tests.waiting import eventually

SORT_KEYS = ["\0", "a", "a\0", "a/b", "ä", "\uffff", "\U0001f600"]
ATTRIBUTES = ["n", "m", "text"]
Model = dict[str, Item]

numbers = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(-1e30, 1e30, allow_nan=False).filter(lambda x: x == 0 or abs(x) > 1e-100),
)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3)
)
small = st.one_of(
    st.integers(-2, 2), st.sampled_from(["", "a", "b", "ä"]), st.booleans(), st.none()
)
attributes = st.sampled_from(ATTRIBUTES)
conditions: st.SearchStrategy[Condition] = st.recursive(
    st.one_of(
        st.just(Absent()),
        st.just(Present()),
        st.builds(Equals, attributes, small),
        st.builds(Below, attributes, st.integers(-2, 2) | st.sampled_from(["a", "ä"])),
    ),
    lambda inner: st.one_of(st.builds(AnyOf, inner, inner), st.builds(AllOf, inner, inner)),
    max_leaves=3,
)
maybe = st.none() | conditions
changes = st.dictionaries(attributes, small | values, max_size=3)
indexed = st.sampled_from([{}, {"obsk": "1"}, {"obsk": "2"}])


@st.composite
def actions(draw: st.DrawFn, sk: str) -> Action:
    """Any action on the item of this sort key; the partition is filled in later."""
    match draw(st.sampled_from(["put", "put", "delete", "update", "check"])):
        case "put":
            item = {"pk": "", "sk": sk, **draw(changes), **draw(indexed)}
            return Put(item, draw(maybe))
        case "delete":
            return Delete("", sk, draw(maybe))
        case "check":
            return Check("", sk, draw(conditions))
    set_ = draw(changes)
    remove = [
        name for name in draw(st.sets(st.sampled_from([*ATTRIBUTES, "obsk"]))) if name not in set_
    ]
    add = {"count": draw(st.integers(-5, 5))}
    return Update("", sk, set_, add, remove, draw(maybe))


@st.composite
def writes(draw: st.DrawFn) -> list[Action]:
    """One to three actions on different items."""
    keys = draw(st.lists(st.sampled_from(SORT_KEYS), min_size=1, max_size=3, unique=True))
    return [draw(actions(sk)) for sk in keys]


def is_true(condition: Condition | None, item: Item | None) -> bool:
    """The conditions once more, in the plainest way."""
    match condition:
        case AnyOf((one, other)):
            return is_true(one, item) or is_true(other, item)
        case AllOf((one, other)):
            return is_true(one, item) and is_true(other, item)
        case Equals(attr, value):
            return attr in (item or {}) and typed((item or {})[attr]) == typed(value)
        case Below(attr, value):
            (kind, there), (wanted, limit) = typed((item or {}).get(attr)), typed(value)
            return kind == wanted and there < limit
    return condition is None or isinstance(condition, Absent if item is None else Present)


def typed(value: Any) -> tuple[str, Any]:
    """The value with its DynamoDB type."""
    if isinstance(value, bool):
        return "BOOL", value
    if isinstance(value, int | float):
        return "N", value
    return type(value).__name__, value


def bound(action: Action, pk: str) -> Action:
    """The action in this example's partition, with the index's partition too."""
    match action:
        case Put(item, when):
            indexed = {"ob": pk} if "obsk" in item else {}
            return Put(item | indexed | {"pk": pk}, when)
        case Delete(_, sk, when):
            return Delete(pk, sk, when)
        case Check(_, sk, when):
            return Check(pk, sk, when)
        case Update(_, sk, set_, add, remove, when):
            return Update(pk, sk, set_, add, remove, when)


def apply(model: Model, write: Sequence[Action]) -> tuple[int, ...]:
    """Do it to the dict; the positions that failed."""
    failed = tuple(
        n for n, action in enumerate(write) if not is_true(action.when, model.get(action.sk))
    )
    for action in () if failed else write:
        match action:
            case Put(item):
                model[action.sk] = item
            case Delete():
                model.pop(action.sk, None)
            case Update(pk, sk, set_, add, remove):
                old = model.get(sk, {"pk": pk, "sk": sk})
                count = old.get("count", 0) + add["count"]
                kept = {name: value for name, value in old.items() if name not in remove}
                model[sk] = {**kept, **set_, "count": count}
    return failed


async def outcome(table: Table, write: Sequence[Action]) -> tuple[int, ...]:
    """Do it to the table; the positions that failed."""
    try:
        await table.write(*write)
    except ConditionFailed as failure:
        return failure.positions
    return ()


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(writes(), min_size=1, max_size=8), st.integers(1, 4))
async def test_a_table_is_a_dict(table: Table, history: list[list[Action]], limit: int) -> None:
    pk, model = new_uid(), Model()
    for unbound in history:
        write = [bound(action, pk) for action in unbound]
        expected = apply(model, write)
        assert await outcome(table, write) == expected
    found = await table.get_many([(pk, sk) for sk in SORT_KEYS])
    assert found == [model.get(sk) for sk in SORT_KEYS]
    in_order = [model[sk] for sk in sorted(model, key=str.encode)]
    for forward in (True, False):
        items: list[Item] = []
        cursor: str | None = ""
        while cursor is not None:
            page = await table.query(pk, forward=forward, limit=limit, cursor=cursor or None)
            items, cursor = items + page.items, page.cursor
        assert items == (in_order if forward else in_order[::-1])
    await compare_index(table, pk, model)


async def compare_index(table: Table, pk: str, model: Model) -> None:
    """The sparse index comes to hold the same items, each once, in any order among equals."""
    for obsk in ("1", "2"):
        expected = [
            model[sk] for sk in sorted(model) if model[sk].get("obsk") == obsk and "ob" in model[sk]
        ]

        async def is_same(obsk: str = obsk, expected: list[Item] = expected) -> bool:
            page = await table.query(pk, index="outbox", prefix=obsk)
            return sorted(page.items, key=lambda item: str(item["sk"])) == expected

        await eventually(is_same)
