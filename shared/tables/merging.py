"""Pages of several ranges as one, in the order of the sort key."""

from collections.abc import Sequence
from typing import NamedTuple

from shared.errors import Invalid
from shared.tables.limits import PAGE_ITEMS, PK_BYTES, check_text, text_bytes
from shared.tables.port import Item, Merged, Range


class Part(NamedTuple):
    """The first items of some ranges, in order, and whether these ranges hold more."""

    ranges: Sequence[Range]
    items: list[Item]
    more: bool


def check_ranges(ranges: Sequence[Range], limit: int) -> None:
    """Invalid for a limit or a text that cannot be."""
    if not 1 <= limit <= PAGE_ITEMS:
        raise Invalid(f"A page has 1 to {PAGE_ITEMS:,} items")
    for pk, start, end in ranges:
        check_text("pk", pk, PK_BYTES)
        text_bytes(start)
        text_bytes(end or "")


def merged(parts: Sequence[Part], *, forward: bool) -> Merged:
    """All of them up to where the first that has more ends: what follows may not be the next."""
    if len(parts) == 1:
        return _alone(parts[0], forward)
    found = {item["sk"]: item for part in parts for item in part.items}
    keys = sorted(found, reverse=not forward)
    ends = [part.items[-1]["sk"] for part in parts if part.more]
    if not ends:
        return Merged([found[key] for key in keys], [])
    last = min(ends) if forward else max(ends)
    told = [found[key] for key in keys[: keys.index(last) + 1]]
    return Merged(told, _rest(parts, last, forward))


def _alone(part: Part, forward: bool) -> Merged:
    """The same of one, which is in order and ends where it ends."""
    told = list({item["sk"]: item for item in part.items}.values())
    if not part.more:
        return Merged(told, [])
    left = [one.after(told[-1]["sk"], forward=forward) for one in part.ranges]
    return Merged(told, [one for one in left if not one.is_empty])


def _rest(parts: Sequence[Part], last: str, forward: bool) -> list[Range]:
    """What is not told yet, of what was read and of what was not."""
    left = [
        one.after(last, forward=forward)
        for part in parts
        if part.more or (part.items and _is_after(part.items[-1]["sk"], last, forward))
        for one in part.ranges
    ]
    return [one for one in left if not one.is_empty]


def _is_after(key: str, last: str, forward: bool) -> bool:
    return key > last if forward else key < last
