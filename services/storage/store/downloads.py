"""How often objects were downloaded: each by day, and all of a repository by day with its event."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

from services.storage.store.layout import RECORD_VERSION
from shared.contracts.repositories import Repository
from shared.contracts.storage import ObjectsDownloaded
from shared.identifiers import object_uid
from shared.outbox import Outbox, announce, next_version
from shared.races import until_won
from shared.tables import Absent, Delete, Equals, Put, Update

# A transaction takes a hundred, two of which are the sum and its event.
OBJECTS_AT_ONCE = 98
DELETES_A_WRITE = 100
KEPT_DAYS = 400


def sums_of(repository_uid: str) -> str:
    """The partition of a repository's daily sums."""
    return f"DOWNLOADS#{repository_uid}"


def told_on(repository_uid: str, day: str) -> str:
    """The aggregate of the events that tell of a day."""
    return f"{repository_uid}-downloads-{day}"


def objects_on(repository_uid: str, day: str) -> str:
    """The partition of what was downloaded of its objects on a day."""
    return f"DOWNLOADS#{repository_uid}#{day}"


async def add_downloads(
    outbox: Outbox, repository: Repository, day: str, counts: Mapping[str, int]
) -> None:
    """Add these, by key, OBJECTS_AT_ONCE at most; the key `` is for what was not kept apart."""
    uid, ends = repository.repository_uid, _end_of(day)
    updates = _by_key(uid, day, counts)

    async def attempt() -> None:
        before = await outbox.table.get(sums_of(uid), day) or {}
        version = next_version(before.get("version"))
        downloads = before.get("downloads", 0) + sum(counts.values())
        row = {
            "pk": sums_of(uid),
            "sk": day,
            "schema": RECORD_VERSION,
            "version": version,
            "downloads": downloads,
            "expires_at": ends,
        }
        data = ObjectsDownloaded(
            account_id=repository.account_id,
            repository_id=repository.repository_id,
            repository_uid=uid,
            day=date.fromisoformat(day),
            downloads=downloads,
        )
        when = Equals("version", before["version"]) if before else Absent()
        told = announce(data, aggregate=told_on(uid, day), version=version)
        await outbox.commit(Put(row, when=when), told, *updates)

    await until_won(attempt)


def _by_key(repository_uid: str, day: str, counts: Mapping[str, int]) -> list[Update]:
    return [
        Update(
            objects_on(repository_uid, day),
            object_uid(repository_uid, key),
            set={"key": key, "expires_at": _end_of(day)},
            add={"downloads": count},
        )
        for key, count in counts.items()
    ]


async def downloads_since(outbox: Outbox, repository_uid: str, days: int) -> int:
    """Of all its objects, today and on the days before."""
    first = datetime.now(UTC).date() - timedelta(days=days - 1)
    page = await outbox.table.query(
        sums_of(repository_uid), start=first.isoformat(), limit=days + 1
    )
    return sum(row["downloads"] for row in page.items)


async def downloads_of(outbox: Outbox, repository_uid: str, key: str, day: str) -> int:
    """Of one object on a day."""
    row = await outbox.table.get(objects_on(repository_uid, day), object_uid(repository_uid, key))
    return int(row["downloads"]) if row else 0


async def drop_downloads(outbox: Outbox, repository_uid: str) -> bool:
    """Forget all of them and what was told; False where an event waits to be published."""
    days, is_all = await outbox.table.query(sums_of(repository_uid), limit=KEPT_DAYS + 1), True
    for row in days.items:
        day = row["sk"]
        await _drop_objects(outbox, objects_on(repository_uid, day))
        if await outbox.forget(told_on(repository_uid, day)):
            await outbox.table.write(Delete(sums_of(repository_uid), day))
        else:
            is_all = False
    return is_all


async def _drop_objects(outbox: Outbox, partition: str) -> None:
    while True:
        page = await outbox.table.query(partition, limit=DELETES_A_WRITE)
        if not page.items:
            return
        await outbox.table.write(*(Delete(partition, row["sk"]) for row in page.items))


def _end_of(day: str) -> int:
    moment = datetime.combine(date.fromisoformat(day), datetime.min.time(), UTC)
    return int((moment + timedelta(days=KEPT_DAYS)).timestamp())
