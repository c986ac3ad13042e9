"""The narrow port to where records are kept, in DynamoDB's own terms.

A table holds items by a partition key `pk` and a sort key `sk`; there are no scans and no joins.
The attribute `expires_at` (seconds since 1970) makes an item absent from that moment on, for reads,
conditions and updates alike; where its bytes go, and when, is the adapter's affair.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from shared.errors import Conflict
from shared.tables.conditions import Condition

Item = dict[str, Any]
"""Values are str, int (64 bits), float, bool, None, lists and dicts of them; bytes go as base64.

A whole float may come back as the equal int: DynamoDB has one type of number.
"""

EXPIRES_AT = "expires_at"
NAME = re.compile(r"[a-z][a-z0-9_-]{2,99}")


@dataclass(frozen=True, slots=True)
class Index:
    """Another order of the same items; items without both attributes are not in it.

    On DynamoDB it follows the table with a delay. Items equal in both attributes come in any order.
    """

    name: str
    partition: str
    sort: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A table's name and its indexes; every table has the keys `pk` and `sk`."""

    name: str
    indexes: tuple[Index, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.name, *(index.name for index in self.indexes)):
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a table or an index")

    def index(self, name: str) -> Index:
        """The index of that name; KeyError if the schema has none."""
        for index in self.indexes:
            if index.name == name:
                return index
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Put:
    """Write the whole item in place of any that was there."""

    item: Item
    when: Condition | None = None

    @property
    def pk(self) -> str:
        """The item's partition key."""
        return str(self.item.get("pk", ""))

    @property
    def sk(self) -> str:
        """The item's sort key."""
        return str(self.item.get("sk", ""))


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove the item; it is no error if there is none."""

    pk: str
    sk: str
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes, making the item if there is none; `add` counts from 0."""

    pk: str
    sk: str
    set: Mapping[str, Any] = field(default_factory=dict)
    add: Mapping[str, int | float] = field(default_factory=dict)
    remove: Sequence[str] = ()
    when: Condition | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """Change nothing, but let the transaction fail unless the condition holds."""

    pk: str
    sk: str
    when: Condition


Action = Put | Delete | Update | Check


class Page(NamedTuple):
    """Items in order; `cursor` is None at the end, but a last cursor may lead to an empty page."""

    items: list[Item]
    cursor: str | None


class Range(NamedTuple):
    """Of a partition the sort keys from `start` up to `end` and without it; None is no end."""

    pk: str
    start: str = ""
    end: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no key can lie in it."""
        return self.end is not None and self.start >= self.end

    def after(self, sk: str, *, forward: bool) -> "Range":
        """What is left of it after a key."""
        if forward:
            return Range(self.pk, max(self.start, f"{sk}\0"), self.end)
        return Range(self.pk, self.start, sk if self.end is None else min(self.end, sk))


class Merged(NamedTuple):
    """Items of several ranges, each sort key once; `rest` is where to go on, empty at the end."""

    items: list[Item]
    rest: list[Range]


class ConditionFailed(Conflict):
    """Nothing was written; `positions` are the actions whose conditions do not hold."""

    def __init__(self, positions: Sequence[int]) -> None:
        super().__init__("Another change came first")
        self.positions = tuple(positions)


class Table(Protocol):
    """One table, held open.

    Any method raises Invalid for what no table can hold, and Unavailable when it cannot be reached.
    """

    async def get(self, pk: str, sk: str) -> Item | None:
        """The item as of the last acknowledged write."""
        ...

    async def get_many(self, keys: Sequence[tuple[str, str]]) -> list[Item | None]:
        """The items in the order of their keys; each is consistent, all together are not."""
        ...

    async def query(  # noqa: PLR0913 - one Query in DynamoDB's terms; all but the key is by name
        self,
        pk: str,
        *,
        index: str | None = None,
        start: str | None = None,
        end: str | None = None,
        prefix: str | None = None,
        forward: bool = True,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """One page (limit 1-1,000) of a partition in the UTF-8 byte order of the sort key.

        `start` is inclusive, `end` exclusive. With `index` the two keys are that index's attributes
        and the answer may be late. A cursor goes on where a page of the same table, index and
        partition ended; any other raises Invalid.
        """
        ...

    async def merge(
        self, ranges: Sequence[Range], *, forward: bool = True, limit: int = 100
    ) -> Merged:
        """The first items of all the ranges, in one order: `limit` (1-1,000), fewer, or more.

        What costs nothing further to know is told beyond the limit. Of items with the same sort key
        in several partitions one is told, any of them.
        """
        ...

    async def version(self) -> int | None:
        """Another number whenever anything was written (not: expired); None where it cannot say.

        What is read after it was told is as of this version, or a later one.
        """
        ...

    async def write(self, *actions: Action) -> None:
        """Do all or nothing: at most 100 actions, each on another item, 4 MB in all.

        Raises ConditionFailed, TooLarge for 400 KB an item and the limits above, Invalid.
        """
        ...

    async def close(self) -> None:
        """Finish what was accepted and let go."""
        ...
