"""Sums of directories and repositories, and the changes that wait to be added to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from services.indexer.models.counted import CountedItem, Delta, Holdings, Sums
from services.indexer.models.editions import Edition
from services.indexer.store.layout import (
    NEWEST,
    WAITING,
    WAITING_PARTITION,
    delta_key,
    directory_entry_key,
    directory_key,
    holdings_key,
    item_key,
    parent_of,
)
from shared.outbox import next_version
from shared.paging import stretches
from shared.tables import (
    Absent,
    Action,
    Condition,
    Delete,
    Equals,
    Item,
    Present,
    Put,
    Table,
    Update,
)

LOOKED_AT = 20
SCANNED = 5000
PAGE = 1000
STAMP_DIGITS = 20


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change that waits, and where it is kept."""

    place: str
    delta: Delta


@dataclass(frozen=True, slots=True)
class Kept:
    """Sums as they are kept; `revision` is 0 where none are."""

    sums: Sums
    revision: int = 0


@dataclass(frozen=True, slots=True)
class KeptHoldings:
    """Holdings as they are kept; `revision` is 0 where none are."""

    holdings: Holdings
    revision: int = 0


def put_delta(edition: Edition, delta: Delta, object_uid: str) -> Put:
    """The stamp keeps the order in which changes were made, roughly: sums do not depend on it."""
    sk = f"{next_version():0{STAMP_DIGITS}d}#{object_uid}"
    row = {
        "pk": delta_key(edition),
        "sk": sk,
        "body": delta.model_dump_json(),
        "repository_uid": edition.repository_uid,
        "number": edition.number,
        "wp": WAITING_PARTITION,
        "ws": sk,
    }
    return Put(row)


async def editions_waiting(table: Table, *, limit: int = 200) -> list[Edition]:
    """Those with the oldest changes."""
    page = await table.query(WAITING_PARTITION, index=WAITING.name, limit=limit)
    found = (Edition(row["repository_uid"], row["number"]) for row in page.items)
    return list(dict.fromkeys(found))


async def find_waiting(table: Table, edition: Edition, *, limit: int) -> list[Waiting]:
    """The oldest changes of an edition."""
    page = await table.query(delta_key(edition), limit=limit)
    return [Waiting(row["sk"], Delta.model_validate_json(row["body"])) for row in page.items]


async def find_sums(table: Table, edition: Edition, prefixes: Sequence[str]) -> dict[str, Kept]:
    """The sums of some directories (never the root) by prefix."""
    rows = await table.get_many([directory_entry_key(edition, prefix) for prefix in prefixes])
    return {
        prefix: Kept(_sums_of(row), row["revision"]) if row else Kept(Sums())
        for prefix, row in zip(prefixes, rows, strict=True)
    }


def _sums_of(row: Item) -> Sums:
    """The sums that the row of a directory holds."""
    return Sums(files=row["files"], size=row["size"], pending=row["pending"], changed=row["nt"])


async def find_holdings(table: Table, edition: Edition) -> KeptHoldings:
    """What a repository adds up to; nothing where it was never added up."""
    return _kept_holdings(await table.get(*holdings_key(edition)))


async def find_many_holdings(table: Table, editions: Sequence[Edition]) -> list[Holdings]:
    """Of several repositories, in their order."""
    return [one.holdings for one in await find_many_kept(table, editions)]


async def find_many_kept(table: Table, editions: Sequence[Edition]) -> list[KeptHoldings]:
    """The same, as they are kept."""
    rows = await table.get_many([holdings_key(edition) for edition in editions])
    return [_kept_holdings(row) for row in rows]


def _kept_holdings(row: Item | None) -> KeptHoldings:
    if row is None:
        return KeptHoldings(Holdings())
    return KeptHoldings(Holdings.model_validate_json(row["body"]), row["revision"])


def put_sums(edition: Edition, prefix: str, sums: Sums, before: Kept) -> Action:
    """The sums of a directory, which is no more where nothing is below it."""
    pk, sk = directory_entry_key(edition, prefix)
    if not sums.files:
        return Delete(pk, sk, when=_unchanged(before.revision))
    row = {
        "pk": pk,
        "sk": sk,
        "directory": prefix,
        "files": sums.files,
        "size": sums.size,
        "pending": sums.pending,
        "revision": before.revision + 1,
        "nd": directory_key(edition, parent_of(prefix)),
        "nt": sums.changed,
    }
    return Put(row, when=_unchanged(before.revision))


def put_holdings(edition: Edition, holdings: Holdings, before: KeptHoldings) -> Put:
    """What a repository adds up to now."""
    pk, sk = holdings_key(edition)
    body = holdings.model_dump_json()
    row = {"pk": pk, "sk": sk, "body": body, "revision": before.revision + 1}
    return Put(row, when=_unchanged(before.revision))


def _unchanged(revision: int) -> Condition:
    return Equals("revision", revision) if revision else Absent()


def taken(edition: Edition, waiting: Waiting) -> Delete:
    """The change is in the sums: it can be so but once."""
    return Delete(delta_key(edition), waiting.place, when=Present())


def taken_in_part(edition: Edition, waiting: Waiting, *, done: int) -> Update:
    """The change is in the sums of the `done` deepest directories above it."""
    body = waiting.delta.model_copy(update={"done": done}).model_dump_json()
    before = waiting.delta.model_dump_json()
    return Update(
        delta_key(edition), waiting.place, set={"body": body}, when=Equals("body", before)
    )


async def newest_in(
    table: Table, edition: Edition, prefix: str, *, but: Collection[str], most: int
) -> str:
    """The last change among a directory's entries, leaving out the directories `but`.

    `most` entries at the most are there. Few are all looked at; of very many an index knows the
    newest, which may be late where the table is DynamoDB.
    """
    partition = directory_key(edition, prefix)
    if most <= SCANNED:
        return await _newest_of_all(table, partition, but)
    cursor: str | None = None
    while True:
        page = await table.query(
            partition, index=NEWEST.name, forward=False, limit=LOOKED_AT, cursor=cursor
        )
        told = [row for row in page.items if row.get("directory") not in but]
        now = await table.get_many([(row["pk"], row["sk"]) for row in told])
        for before, row in zip(told, now, strict=True):
            if row is not None and row["nt"] == before["nt"]:
                return str(row["nt"])
        cursor = page.cursor
        if cursor is None:
            return ""


async def _newest_of_all(table: Table, partition: str, but: Collection[str]) -> str:
    newest = ""
    async for rows in stretches(lambda cursor: table.query(partition, limit=PAGE, cursor=cursor)):
        times = [str(row["nt"]) for row in rows if row.get("directory") not in but]
        newest = max([newest, *times])
    return newest


async def counted_items(
    table: Table, edition: Edition, cursor: str | None, *, limit: int = PAGE
) -> tuple[list[CountedItem], str | None]:
    """What the items of a repository count for, by id."""
    page = await table.query(item_key(edition), limit=limit, cursor=cursor)
    return [CountedItem.model_validate_json(row["counted"]) for row in page.items], page.cursor
