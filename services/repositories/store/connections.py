"""Data connections of accounts; one that is removed has no row any more."""

from services.repositories.models import ConnectionRecord
from services.repositories.store.layout import RECORD_VERSION
from shared.contracts.base import Listed
from shared.contracts.repositories import ConnectionPage
from shared.outbox import Outbox
from shared.tables import Absent, Action, Delete, Equals, Put


def new_connection(record: ConnectionRecord) -> Action:
    """A connection of a uid that there was none of."""
    row = {
        "pk": _connections(record.account_uid),
        "sk": record.connection_uid,
        "schema": RECORD_VERSION,
        "version": record.version,
        "body": record.model_dump_json(),
    }
    return Put(row, when=Absent())


def gone_connection(record: ConnectionRecord) -> Action:
    """None any more, if this is what is stored."""
    unchanged = Equals("version", record.version)
    return Delete(_connections(record.account_uid), record.connection_uid, when=unchanged)


async def find_connection(
    outbox: Outbox, account_uid: str, connection_uid: str
) -> ConnectionRecord | None:
    """A connection of this account."""
    row = await outbox.table.get(_connections(account_uid), connection_uid)
    return ConnectionRecord.model_validate_json(row["body"]) if row else None


async def connections_of(
    outbox: Outbox, account_uid: str, *, limit: int, cursor: str | None = None
) -> tuple[list[ConnectionRecord], str | None]:
    """Some connections of an account, newest first, and where to go on."""
    page = await outbox.table.query(
        _connections(account_uid), forward=False, limit=limit, cursor=cursor
    )
    return [ConnectionRecord.model_validate_json(row["body"]) for row in page.items], page.cursor


async def page_of_connections(outbox: Outbox, account_uid: str, listed: Listed) -> ConnectionPage:
    """An account's connections, without what they are read by."""
    records, cursor = await connections_of(
        outbox, account_uid, limit=listed.limit, cursor=listed.cursor
    )
    return ConnectionPage(connections=[one.shown() for one in records], cursor=cursor)


def _connections(account_uid: str) -> str:
    return f"CONNECTIONS#{account_uid}"
