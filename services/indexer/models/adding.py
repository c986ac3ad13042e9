"""Adding changes to sums: pure, and the same in whatever portions they come."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from services.indexer.models.counted import Counted, CountedItem, Delta, Holdings, Sums
from services.indexer.models.extents import is_at_edge, merged

SHOWN = 100
NOTHING = Counted(size=0, changed="", status="described")


def added(sums: Sums, deltas: Iterable[Delta]) -> Sums:
    """Sums with these changes; `changed` can only grow here (see `may_be_older`)."""
    files, size, pending, changed = sums.files, sums.size, sums.pending, sums.changed
    for delta in deltas:
        files += delta.files
        size += delta.size
        pending += delta.pending
        if delta.came is not None:
            changed = max(changed, delta.came.changed)
    return Sums(files=files, size=size, pending=pending, changed=changed)


def may_be_older(sums: Sums, deltas: Iterable[Delta]) -> bool:
    """Whether the newest object below may be among those that left: then it must be looked up."""
    return any(delta.left is not None and delta.left.changed >= sums.changed for delta in deltas)


def held(holdings: Holdings, deltas: Sequence[Delta]) -> Holdings:
    """Holdings with these changes."""
    for delta in deltas:
        holdings = _with_said(holdings, delta)
        for left, came in _changes(delta):
            if left != came:
                holdings = _with_item(holdings, left, came)
    return holdings.model_copy(update=added(holdings, deltas).model_dump())


def item_of(one: Counted | None) -> CountedItem | None:
    """The item of an object, if it has one."""
    return one.item if one else None


def _changes(delta: Delta) -> Iterator[tuple[CountedItem | None, CountedItem | None]]:
    """Items that left and that came in their place."""
    yield item_of(delta.left), item_of(delta.came)
    yield from ((item, None) for item in delta.items_left)
    yield from ((None, item) for item in delta.items_came)


def _with_said(holdings: Holdings, delta: Delta) -> Holdings:
    """With the object's format, and what it says of the whole repository."""
    left, came = (one or NOTHING for one in (delta.left, delta.came))
    update = {
        "formats": _counts(holdings.formats, left.format, came.format),
        "collections": _counts(holdings.collections, left.collection, came.collection),
    }
    return holdings.model_copy(update=update)


def _with_item(holdings: Holdings, left: CountedItem | None, came: CountedItem | None) -> Holdings:
    shown = _shown(holdings.shown, left, came)
    codes = _counts(holdings.codes, left.code if left else "", came.code if came else "")
    media_types = _counts(
        holdings.media_types, left.media_type if left else "", came.media_type if came else ""
    )
    return holdings.model_copy(
        update={
            "items": holdings.items + (came is not None) - (left is not None),
            "codes": codes,
            "media_types": media_types,
            "extent": merged(holdings.extent, came.extent) if came else holdings.extent,
            "is_extent_stale": holdings.is_extent_stale or _may_shrink(holdings, left, came),
            "shown": shown,
            "is_shown_stale": holdings.is_shown_stale or len(shown) < len(holdings.shown),
        }
    )


def _may_shrink(holdings: Holdings, left: CountedItem | None, came: CountedItem | None) -> bool:
    """Whether an item at the edge of the extent left it, or moved away from there."""
    if left is None or left.extent is None or holdings.extent is None:
        return False
    if came and came.extent == left.extent:
        return False
    return is_at_edge(holdings.extent, left.extent)


def _counts(counts: Mapping[str, int], left: str, came: str) -> dict[str, int]:
    """One less of what left, one more of what came; what there is none of is not there."""
    if left == came:
        return dict(counts)
    changed = {**counts}
    for name, step in ((left, -1), (came, 1)):
        if name:
            changed[name] = changed.get(name, 0) + step
    return {name: number for name, number in changed.items() if number}


def _shown(
    shown: Mapping[str, list[float]], left: CountedItem | None, came: CountedItem | None
) -> dict[str, list[float]]:
    """The boxes of the first SHOWN items by id, as far as is known here."""
    boxes = {**shown}
    if left is not None:
        boxes.pop(left.item_id, None)
    if came is not None:
        boxes[came.item_id] = came.bbox
    return {item_id: boxes[item_id] for item_id in sorted(boxes)[:SHOWN]}
