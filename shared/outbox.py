"""State and event in one transaction: the rows a service writes beside its records.

An event row is the history of its aggregate (pk `EVT#<aggregate>`, sk the version); while it waits
to be published it also stands in the sparse index `outbox`, from which the relay takes it.
"""

import asyncio
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from shared.cloudevents import EventData, envelop
from shared.errors import TooLarge
from shared.log import correlation_id
from shared.paging import stretches
from shared.tables import (
    Absent,
    Action,
    AnyOf,
    Below,
    Condition,
    Delete,
    Index,
    Item,
    Page,
    Put,
    Schema,
    Table,
    Update,
)
from shared.tables.copies import change_items
from shared.tables.port import EXPIRES_AT

OUTBOX_INDEX = Index(name="outbox", partition="ob", sort="obsk")
SHARD = "OUTBOX#0"
MAX_EVENT_BYTES = 240 * 1024
VERSION_DIGITS = 20
# Longer than streams keep events. Versions are times, so what was forgotten is not met again.
HISTORY_SECONDS = 40 * 24 * 3600
# A transaction takes a hundred.
FORGET_STEP = 90
HISTORY = "EVT#"


def next_version(previous: int | None = None) -> int:
    """The version after `previous`: microseconds now, or one more where the clock is behind.

    A hybrid logical clock: versions of one aggregate only grow, also across a delete, and sort
    with those of other aggregates in about the order in which things happened.
    """
    return max(time.time_ns() // 1000, (previous or 0) + 1)


def history_key(aggregate: str) -> str:
    """The partition of an aggregate's events."""
    return f"{HISTORY}{aggregate}"


def announce(data: EventData, *, aggregate: str, version: int, actor: str = "") -> Put:
    """The row to write in the same transaction as the state that `data` describes.

    Raises TooLarge before anything is written, since a stream would refuse the message later.
    """
    event = envelop(
        data, aggregate=aggregate, version=version, actor=actor, correlation=correlation_id()
    )
    body = event.model_dump_json()
    if len(body.encode()) > MAX_EVENT_BYTES:
        raise TooLarge(f"This change is larger than an event may be ({MAX_EVENT_BYTES} bytes).")
    stamp = f"{version:0{VERSION_DIGITS}d}"
    return Put(
        {
            "pk": history_key(aggregate),
            "sk": f"{stamp}#{data.event}",
            **_waiting(stamp, event.id, data.event),
            "subject": data.nats_subject,
            "event": data.event,
            "aggregate": aggregate,
            "id": event.id,
            "body": body,
        }
    )


def _waiting(stamp: str, event_id: str, event: str) -> dict[str, str]:
    """What puts a row into the index of those that wait."""
    return {"ob": SHARD, "obsk": f"{stamp}#{event_id}#{event}"}


def announce_again(path: Path, since: int) -> None:
    """In a copied table: events from this version on wait once more, though they were published.

    Whoever heard of them before ignores them; blocks.
    """
    index = Schema("outbox", (OUTBOX_INDEX,))
    change_items(path, HISTORY, partial(_unsent, f"{since:0{VERSION_DIGITS}d}"), index)


def _unsent(since: str, row: Item) -> Item | None:
    stamp = row["sk"].partition("#")[0]
    if "ob" in row or stamp < since:
        return None
    kept = {name: value for name, value in row.items() if name != EXPIRES_AT}
    return kept | _waiting(stamp, row["id"], row["event"])


def newer(version: int) -> Condition:
    """The inbox rule: write only what is newer than what is there. Doubles change nothing."""
    return AnyOf(Absent(), Below("version", version))


class Outbox:
    """A service's events that wait, and the bell that tells the relay of new ones."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.rung = asyncio.Event()

    async def commit(self, *actions: Action) -> None:
        """One transaction of state and event rows; then the relay is told.

        Raises ConditionFailed as `Table.write` does; then nothing was written.
        """
        await self.table.write(*actions)
        self.rung.set()

    async def latest_version(self, aggregate: str) -> int | None:
        """The version of the newest event of an aggregate, also when its record is gone."""
        page = await self.table.query(history_key(aggregate), forward=False, limit=1)
        return int(page.items[0]["sk"].partition("#")[0]) if page.items else None

    async def pending(self, *, limit: int) -> Page:
        """The oldest events that wait."""
        return await self.table.query(SHARD, index=OUTBOX_INDEX.name, limit=limit)

    async def check(self) -> None:
        """Raises Unavailable unless the table can be read."""
        await self.pending(limit=1)

    async def sent(self, rows: Sequence[Item]) -> None:
        """These are on the stream: out of the index, kept as history for a while."""
        until = {"expires_at": int(time.time()) + HISTORY_SECONDS}
        await asyncio.gather(
            *(
                self.table.write(Update(row["pk"], row["sk"], set=until, remove=("ob", "obsk")))
                for row in rows
            )
        )

    async def forget(self, aggregate: str) -> bool:
        """Remove the events of an aggregate that were published; whether none waits still."""
        key, is_all = history_key(aggregate), True
        async for rows in stretches(
            lambda cursor: self.table.query(key, limit=FORGET_STEP, cursor=cursor)
        ):
            sent = [row for row in rows if "ob" not in row]
            if sent:
                await self.table.write(*(Delete(row["pk"], row["sk"]) for row in sent))
            is_all = is_all and len(sent) == len(rows)
        return is_all
