"""Pictures of accounts: rows, because they are small, and go as they come in one write.

A new one is on trial, and gone by itself, until its account goes by its name; the one before goes
then. So whoever dies in between leaves neither a name without a picture nor a picture for ever.
"""

import time
from base64 import b64decode, b64encode
from contextlib import suppress

from services.storage.store.layout import RECORD_VERSION
from shared.contracts.accounts import Account
from shared.outbox import Outbox
from shared.tables import Absent, Action, Below, ConditionFailed, Delete, Equals, Item, Put, Update

# Longer than any event should have to wait.
TRIAL_SECONDS = 7 * 24 * 3600
ON_TRIAL = 0
# Of one account; of more the oldest goes, so that nobody fills a disk with what is never shown.
MOST_ON_TRIAL = 10


def avatars_of(account_uid: str) -> str:
    """The partition of an account's pictures; their sort keys are their names."""
    return f"AVATAR#{account_uid}"


async def put_on_trial(outbox: Outbox, account_uid: str, name: str, content: bytes) -> None:
    """A new picture, under a name that no other ever has."""
    place = avatars_of(account_uid)
    row = {
        "pk": place,
        "sk": name,
        "schema": RECORD_VERSION,
        "version": ON_TRIAL,
        "body": b64encode(content).decode(),
        "expires_at": int(time.time()) + TRIAL_SECONDS,
    }
    await outbox.table.write(Put(row, when=Absent()))
    page = await outbox.table.query(place)
    # Names are made of time, so the first are the oldest.
    waiting = [one["sk"] for one in page.items if one["version"] == ON_TRIAL]
    for old in waiting[:-MOST_ON_TRIAL]:
        await _write(outbox, Delete(place, old, when=Equals("version", ON_TRIAL)))


async def find_avatar(outbox: Outbox, account_uid: str, name: str) -> bytes | None:
    """The picture of that name, on trial or not."""
    item = await outbox.table.get(avatars_of(account_uid), name)
    return b64decode(item["body"]) if item else None


async def keep_only(outbox: Outbox, account: Account) -> None:
    """The picture that the account goes by stays, one that it went by before goes.

    `account` may be old: what a newer version of it decided is left alone.
    """
    page = await outbox.table.query(avatars_of(account.account_uid))
    for row in page.items:
        action = _decided(row, account)
        if action is not None:
            await _write(outbox, action)


def _decided(row: Item, account: Account) -> Action | None:
    pk, sk, version = row["pk"], row["sk"], row["version"]
    if sk == account.avatar:
        kept = {"version": account.version}
        newer = Below("version", account.version)
        return Update(pk, sk, set=kept, remove=("expires_at",), when=newer)
    is_over = account.deleted or ON_TRIAL < version < account.version
    return Delete(pk, sk, when=Equals("version", version)) if is_over else None


async def _write(outbox: Outbox, action: Action) -> None:
    """Unless another was faster."""
    with suppress(ConditionFailed):
        await outbox.table.write(action)
