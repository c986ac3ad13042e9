"""Changes of address that wait for their code; all of it is gone once its time is up."""

from datetime import datetime

from services.accounts.models import EmailChangeRecord
from services.accounts.store.layout import RECORD_VERSION
from shared.outbox import Outbox
from shared.tables import Absent, Action, Delete, Equals, Put

CHANGE, CHANGED = "CHANGE", "CHANGED"


def _key(change_uid: str) -> str:
    return f"EMAIL#{change_uid}"


def new_change(record: EmailChangeRecord) -> Action:
    """The row of a change that was asked for."""
    return _row(record, Absent())


def tried_change(before: EmailChangeRecord) -> tuple[EmailChangeRecord, Action]:
    """The change with one try more, if nobody tried meanwhile."""
    after = before.model_copy(update={"tries": before.tries + 1})
    return after, _row(after, Equals("tries", before.tries))


async def find_change(outbox: Outbox, change_uid: str) -> EmailChangeRecord | None:
    """By uid."""
    item = await outbox.table.get(_key(change_uid), CHANGE)
    return EmailChangeRecord.model_validate_json(item["body"]) if item else None


def done_change(change_uid: str) -> Action:
    """It was done; its code is good no more."""
    return Delete(_key(change_uid), CHANGE)


def address_before(change_uid: str, email: str, until: datetime) -> Action:
    """The row of the address that is to be told."""
    row = {
        "pk": _key(change_uid),
        "sk": CHANGED,
        "schema": RECORD_VERSION,
        "expires_at": int(until.timestamp()),
        "email": email,
    }
    return Put(row)


async def find_address_before(outbox: Outbox, change_uid: str) -> str:
    """By the uid of the change that was done; empty where nobody is to be told."""
    item = await outbox.table.get(_key(change_uid), CHANGED)
    return str(item["email"]) if item else ""


def _row(record: EmailChangeRecord, when: Absent | Equals) -> Put:
    row = {
        "pk": _key(record.change_uid),
        "sk": CHANGE,
        "schema": RECORD_VERSION,
        "tries": record.tries,
        "expires_at": int(record.expires_at.timestamp()),
        "body": record.model_dump_json(),
    }
    return Put(row, when=when)
