"""Access keys; their secrets are sealed before they come here."""

from services.accounts.models import KeyRecord
from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import AccessKeySealed
from shared.contracts.base import Listed
from shared.outbox import VERSION_DIGITS, Outbox, history_key
from shared.tables import Absent, Action, Delete, Equals, Item, Put

PREFIX = "KEY#"


def key_row(record: KeyRecord) -> Item:
    """An access key as it is kept."""
    return {
        "pk": f"KEY#{record.access_key_id}",
        "sk": "KEY",
        "schema": RECORD_VERSION,
        "version": record.version,
        "body": record.model_dump_json(),
    }


def new_key(record: KeyRecord) -> list[Action]:
    """A key of an id that there was none of, and its place in its owner's list."""
    place = f"{PREFIX}{record.created_at.isoformat()}#{record.access_key_id}"
    listed = {"pk": account_key(record.account_uid), "sk": place, "key": record.access_key_id}
    return [Put(key_row(record), when=Absent()), Put(listed)]


def revoked_key(record: KeyRecord, *, before: KeyRecord) -> list[Action]:
    """The key without its material, which also leaves the history of its events."""
    stamp = f"{before.version:0{VERSION_DIGITS}d}"
    told = Delete(history_key(before.access_key_id), f"{stamp}#{AccessKeySealed.event}")
    return [Put(key_row(record), when=Equals("version", before.version)), told]


async def find_key(outbox: Outbox, access_key_id: str) -> KeyRecord | None:
    """By id, also when it is revoked."""
    item = await outbox.table.get(f"KEY#{access_key_id}", "KEY")
    return KeyRecord.model_validate_json(item["body"]) if item else None


async def page_of_keys(
    outbox: Outbox, account_uid: str, listed: Listed
) -> tuple[list[KeyRecord], str | None]:
    """An account's keys, newest first."""
    page = await outbox.table.query(
        account_key(account_uid),
        prefix=PREFIX,
        forward=False,
        limit=listed.limit,
        cursor=listed.cursor,
    )
    items = await outbox.table.get_many([(f"KEY#{item['key']}", "KEY") for item in page.items])
    return [KeyRecord.model_validate_json(item["body"]) for item in items if item], page.cursor
