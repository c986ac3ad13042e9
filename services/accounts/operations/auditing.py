"""The audit trail of an account: written with what it tells of, read, and proved."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from services.accounts.store.accounts import find_account
from services.accounts.store.audit import added_entry, head_of, page_of_entries
from shared.contracts.accounts import AuditEntry, AuditPage, ListAuditEntries
from shared.contracts.base import Actor, now
from shared.errors import NotFound
from shared.log import correlation_id
from shared.outbox import Outbox
from shared.policy import Action, Principal, account_resource, demand
from shared.tables import Action as TableAction


async def audited(  # noqa: PLR0913 - who did what to whom, why: an entry says no less
    outbox: Outbox,
    account_uid: str,
    actor: Actor,
    action: str,
    subject: str,
    *,
    reason: str = "",
    at: datetime | None = None,
    **details: str,
) -> list[TableAction]:
    """The rows that add one entry to an account's trail, for the transaction it tells of."""
    sequence, previous_hash = await head_of(outbox, account_uid)
    entry = AuditEntry(
        account_uid=account_uid,
        sequence=sequence + 1,
        at=at or now(),
        actor=actor.model_copy(update={"scope": None}),
        action=action,
        subject=subject,
        details={name: value for name, value in details.items() if value},
        reason=reason,
        correlation_id=correlation_id(),
        previous_hash=previous_hash,
    )
    return added_entry(entry.model_copy(update={"hash": hash_of(entry)}))


def hash_of(entry: AuditEntry) -> str:
    """What must stand in its `hash`."""
    content = entry.model_dump(mode="json", exclude={"hash"})
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(written.encode()).hexdigest()


def breaks(entries: Iterable[AuditEntry]) -> list[str]:
    """Where a chain, told from its first entry on, does not hold; one sentence each."""
    said, expected, previous_hash = [], 1, ""
    for entry in entries:
        if entry.sequence != expected:
            said.append(f"After entry {expected - 1} comes entry {entry.sequence}.")
        if entry.previous_hash != previous_hash:
            said.append(f"Entry {entry.sequence} does not follow the one before it.")
        if entry.hash != hash_of(entry):
            said.append(f"Entry {entry.sequence} was altered.")
        expected, previous_hash = entry.sequence + 1, entry.hash
    return said


def lost(entries: Sequence[AuditEntry], head: tuple[int, str]) -> list[str]:
    """What a chain, read after its head was, lacks of what the head tells."""
    sequence, last_hash = head
    if len(entries) < sequence:
        return [f"After entry {len(entries)} all up to entry {sequence} are missing."]
    if sequence and entries[sequence - 1].hash != last_hash:
        return [f"Entry {sequence} is not the one that was written."]
    return []


async def list_audit_entries(
    outbox: Outbox, principal: Principal, wanted: ListAuditEntries
) -> AuditPage:
    """For owners and maintainers; NotFound, Forbidden."""
    account = await find_account(outbox, wanted.account_uid)
    # A trail outlives its account: of one that was deleted administrators still read it.
    if account is None:
        raise NotFound
    demand(principal, Action.ACCOUNT_AUDIT, account_resource(account))
    entries, cursor = await page_of_entries(outbox, wanted)
    return AuditPage(entries=entries, cursor=cursor)
