"""The audit trail: rows that are only ever added, each where none is, and the head of the chain."""

import time
from collections.abc import AsyncIterator

from shared.contracts.accounts import AuditEntry, ListAuditEntries
from shared.outbox import HISTORY_SECONDS, Outbox
from shared.paging import stretches
from shared.tables import Absent, Action, Equals, Put

ENTRY, HEAD, HEARD = "ENTRY#", "HEAD", "HEARD#"
SEQUENCE_DIGITS = 12
# The head of a trail without entries.
START = (0, "")


def trail_key(account_uid: str) -> str:
    """The partition of an account's trail."""
    return f"AUDIT#{account_uid}"


def added_entry(entry: AuditEntry) -> list[Action]:
    """The entry at the end of the chain, if the one before it still is the last."""
    pk = trail_key(entry.account_uid)
    row = {
        "pk": pk,
        "sk": f"{ENTRY}{entry.sequence:0{SEQUENCE_DIGITS}d}",
        "body": entry.model_dump_json(),
    }
    head = {"pk": pk, "sk": HEAD, "sequence": entry.sequence, "hash": entry.hash}
    is_first = entry.sequence == 1
    unchanged = Absent() if is_first else Equals("hash", entry.previous_hash)
    return [Put(row, when=Absent()), Put(head, when=unchanged)]


def heard_event(account_uid: str, event_id: str) -> Action:
    """That an event of another service is in the trail, for as long as it could come again."""
    row = {"pk": trail_key(account_uid), "sk": f"{HEARD}{event_id}"}
    return Put({**row, "expires_at": int(time.time()) + HISTORY_SECONDS}, when=Absent())


async def is_heard(outbox: Outbox, account_uid: str, event_id: str) -> bool:
    """Whether it is in the trail already."""
    return await outbox.table.get(trail_key(account_uid), f"{HEARD}{event_id}") is not None


async def head_of(outbox: Outbox, account_uid: str) -> tuple[int, str]:
    """The last entry's sequence and hash; 0 and nothing where there is none."""
    head = await outbox.table.get(trail_key(account_uid), HEAD)
    return (int(head["sequence"]), str(head["hash"])) if head else START


def trail_of(outbox: Outbox, account_uid: str) -> AsyncIterator[list[AuditEntry]]:
    """An account's trail from its first entry on, some at a time."""
    wanted = ListAuditEntries(account_uid=account_uid, oldest_first=True, limit=1000)
    return stretches(
        lambda cursor: page_of_entries(outbox, wanted.model_copy(update={"cursor": cursor}))
    )


async def page_of_entries(
    outbox: Outbox, wanted: ListAuditEntries
) -> tuple[list[AuditEntry], str | None]:
    """Some entries in the order that is wanted."""
    page = await outbox.table.query(
        trail_key(wanted.account_uid),
        prefix=ENTRY,
        forward=wanted.oldest_first,
        limit=wanted.limit,
        cursor=wanted.cursor,
    )
    return [AuditEntry.model_validate_json(item["body"]) for item in page.items], page.cursor
