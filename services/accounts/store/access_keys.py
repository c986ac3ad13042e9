"""Access keys; their secrets are sealed before they come here."""

import asyncio
from datetime import UTC, datetime

from services.accounts.models import KeyRecord
from services.accounts.store.accounts import account_key, page_below
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import AccessKey, AccessKeySealed
from shared.contracts.base import Listed
from shared.outbox import VERSION_DIGITS, Outbox, history_key
from shared.tables import Absent, Action, AnyOf, Below, Delete, Equals, Item, Put, Update

PREFIX = "KEY#"
MINUTE = "%Y-%m-%dT%H:%MZ"


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


def noted_use(access_key_id: str, used_at: datetime) -> Action:
    """When a key was last used, if that is later than what is known."""
    minute = used_at.astimezone(UTC).strftime(MINUTE)
    later = AnyOf(Absent(), Below("used_at", minute))
    return Update(f"KEY#{access_key_id}", "USED", set={"used_at": minute}, when=later)


async def find_key(outbox: Outbox, access_key_id: str) -> KeyRecord | None:
    """By id, also when it is revoked."""
    item = await outbox.table.get(f"KEY#{access_key_id}", "KEY")
    return KeyRecord.model_validate_json(item["body"]) if item else None


async def page_of_keys(
    outbox: Outbox, account_uid: str, listed: Listed
) -> tuple[list[AccessKey], str | None]:
    """An account's keys, newest first, with when they were last used."""
    page = await page_below(outbox, account_key(account_uid), PREFIX, listed)
    ids = [f"KEY#{item['key']}" for item in page.items]
    items, uses = await asyncio.gather(
        outbox.table.get_many([(pk, "KEY") for pk in ids]),
        outbox.table.get_many([(pk, "USED") for pk in ids]),
    )
    keys = [
        KeyRecord.model_validate_json(item["body"]).shown(_moment(use))
        for item, use in zip(items, uses, strict=True)
        if item
    ]
    return keys, page.cursor


def _moment(use: Item | None) -> datetime | None:
    return datetime.strptime(use["used_at"], MINUTE).replace(tzinfo=UTC) if use else None
