"""What each mirror has, a row for each object and version, and which keys it has yet to look at."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, replace

from services.storage.models import Copy, ObjectRecord, Uncopied
from services.storage.store.clock import now_ms
from services.storage.store.layout import RECORD_VERSION
from shared.identifiers import new_uid, object_uid
from shared.outbox import VERSION_DIGITS, Outbox
from shared.paging import stretches
from shared.tables import Action, Delete, Item, Put

PAGE = 100
COUNTED = 1000
LONGEST_MS = 3_600_000


def copies_of(mirror: str, repository_uid: str) -> str:
    """The partition of what a mirror has of a repository."""
    return f"COPIES#{mirror}#{repository_uid}"


def uncopied_of(mirror: str) -> str:
    """The partition of what it has yet to look at, the first that is due first."""
    return f"UNCOPIED#{mirror}"


def put_copy(mirror: str, copy: Copy) -> Action:
    """It has these bytes."""
    return Put(
        {
            "pk": copies_of(mirror, copy.repository_uid),
            "sk": _name(copy.repository_uid, copy.key, copy.stamp),
            "schema": RECORD_VERSION,
            **asdict(copy),
        }
    )


def drop_copy(mirror: str, copy: Copy) -> Action:
    """It has them no more."""
    name = _name(copy.repository_uid, copy.key, copy.stamp)
    return Delete(copies_of(mirror, copy.repository_uid), name)


async def copies_of_key(outbox: Outbox, mirror: str, repository_uid: str, key: str) -> list[Copy]:
    """All that a mirror has of a key."""
    partition, prefix = copies_of(mirror, repository_uid), f"{object_uid(repository_uid, key)}#"
    found = list[Copy]()
    async for rows in stretches(
        lambda cursor: outbox.table.query(partition, prefix=prefix, limit=PAGE, cursor=cursor)
    ):
        found += map(_copy_of, rows)
    return found


async def find_copies(
    outbox: Outbox, mirror: str, records: Sequence[ObjectRecord]
) -> list[Copy | None]:
    """What a mirror has of these, in the same order; not where it is of other bytes."""
    names = [
        (copies_of(mirror, one.repository_uid), _name(one.repository_uid, one.key, one.stamp))
        for one in records
    ]
    rows = await outbox.table.get_many(names)
    found = [_copy_of(row) if row is not None else None for row in rows]
    return [
        copy if copy is not None and fits(copy, record) else None
        for copy, record in zip(found, records, strict=True)
    ]


def fits(copy: Copy, record: ObjectRecord) -> bool:
    """Whether these are the bytes that the record is about."""
    known = record.checksums.get("crc64nvme", copy.crc64nvme)
    told = (record.stamp, record.etag, record.size, known)
    return told == (copy.stamp, copy.etag, copy.size, copy.crc64nvme)


async def all_copies(outbox: Outbox, mirror: str, repository_uid: str) -> AsyncIterator[list[Copy]]:
    """All that a mirror has of a repository, some at a time."""
    partition = copies_of(mirror, repository_uid)
    async for rows in stretches(
        lambda cursor: outbox.table.query(partition, limit=PAGE, cursor=cursor)
    ):
        yield [_copy_of(row) for row in rows]


def ask_to_copy(mirror: str, folder: tuple[str, str, str], key: str) -> Action:
    """In the transaction that changes what the key has; without one the repository is gone."""
    moment = now_ms()
    return _put(mirror, Uncopied(*folder, key, moment, moment, new_uid()))


async def due_changes(outbox: Outbox, mirror: str) -> list[Uncopied]:
    """Some of what is to be looked at now."""
    end = f"{now_ms() + 1:015d}"
    page = await outbox.table.query(uncopied_of(mirror), end=end, limit=PAGE)
    return [_uncopied_of(row) for row in page.items]


async def waiting_changes(outbox: Outbox, mirror: str) -> list[Uncopied]:
    """What a mirror has yet to look at, COUNTED at most."""
    page = await outbox.table.query(uncopied_of(mirror), limit=COUNTED)
    return [_uncopied_of(row) for row in page.items]


async def forget_changes(outbox: Outbox, mirror: str, changes: Sequence[Uncopied]) -> None:
    """The mirror has followed them."""
    await outbox.table.write(*(Delete(uncopied_of(mirror), _moment(one)) for one in changes))


async def put_off(outbox: Outbox, mirror: str, changes: Sequence[Uncopied]) -> None:
    """It could not: they come again after 2 seconds, 4, 8 … an hour."""
    for one in changes:
        pause = min(1000 << min(one.tries + 1, 20), LONGEST_MS)
        again = replace(one, due=now_ms() + pause, tries=one.tries + 1)
        gone = Delete(uncopied_of(mirror), _moment(one))
        await outbox.table.write(gone, _put(mirror, again))


def _put(mirror: str, change: Uncopied) -> Action:
    row = {"pk": uncopied_of(mirror), "sk": _moment(change), "schema": RECORD_VERSION}
    return Put({**row, **asdict(change)})


def _moment(change: Uncopied) -> str:
    return f"{change.due:015d}#{change.uid}"


def _name(repository_uid: str, key: str, stamp: int) -> str:
    return f"{object_uid(repository_uid, key)}#{stamp:0{VERSION_DIGITS}d}"


def _copy_of(row: Item) -> Copy:
    return Copy(**{name: row[name] for name in Copy.__dataclass_fields__})


def _uncopied_of(row: Item) -> Uncopied:
    return Uncopied(**{name: row[name] for name in Uncopied.__dataclass_fields__})
