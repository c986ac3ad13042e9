"""Deletions that were asked for, and what of an account goes with it."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.accounts.store.accounts import account_key
from services.accounts.store.layout import RECORD_VERSION
from shared.contracts.accounts import Account, Deletion
from shared.outbox import Outbox
from shared.paging import stretches
from shared.tables import Absent, Action, Check, Delete, Equals, Item, Put

DELETION = "DELETION"
CHUNK = 100


def written_deletion(deletion: Deletion, *, before: Deletion | None) -> Action:
    """The deletion in its new version, if it is still as it was."""
    row = {
        "pk": account_key(deletion.account_uid),
        "sk": DELETION,
        "schema": RECORD_VERSION,
        "version": deletion.version,
        "body": deletion.model_dump_json(),
    }
    return Put(row, when=Equals("version", before.version) if before else Absent())


def still_wanted(deletion: Deletion) -> Action:
    """Nothing is written unless it is as it was."""
    unchanged = Equals("version", deletion.version)
    return Check(account_key(deletion.account_uid), DELETION, unchanged)


def unchanged_account(account: Account) -> Action:
    """Nothing is written unless the account is as it was."""
    return Check(account_key(account.account_uid), "ACCOUNT", Equals("version", account.version))


async def find_deletion(outbox: Outbox, account_uid: str) -> Deletion | None:
    """The last that was asked for."""
    item = await outbox.table.get(account_key(account_uid), DELETION)
    return Deletion.model_validate_json(item["body"]) if item else None


def ended(account: Account, deletion: Deletion, identity_id: str, rests: datetime) -> list[Action]:
    """Name and identity lead nowhere any more; the name is nobody's until `rests` is over."""
    uid = account.account_uid
    name = {
        "pk": f"NAME#{account.account_id}",
        "sk": "NAME",
        "account_uid": uid,
        "expires_at": int(rests.timestamp()),
    }
    rows: list[Action] = [
        Put(name, when=Equals("account_uid", uid)),
        Delete(account_key(uid), DELETION, when=Equals("version", deletion.version)),
        Delete(account_key(uid), "IDENTITY"),
    ]
    return [*rows, Delete(f"IDENTITY#{identity_id}", "IDENTITY")] if identity_id else rows


async def forget_export(outbox: Outbox, account_uid: str) -> None:
    """The last export with all that is in it."""
    pointer = await outbox.table.get(account_key(account_uid), "EXPORT")
    if pointer is None:
        return
    async for item in _rows(outbox, f"EXPORT#{pointer['export_uid']}"):
        await outbox.table.write(Delete(item["pk"], item["sk"]))
    await outbox.table.write(Delete(pointer["pk"], pointer["sk"]))


async def _rows(outbox: Outbox, pk: str) -> AsyncIterator[Item]:
    async for items in stretches(lambda cursor: outbox.table.query(pk, limit=CHUNK, cursor=cursor)):
        for item in items:
            yield item
