"""What repositories announces, in the audit trails of those whose it is, a moment later.

Each event is an entry once, however often it comes; a transfer is told to both sides.
"""

from dataclasses import dataclass

from services.accounts.operations.auditing import audited
from services.accounts.store.audit import heard_event, is_heard
from services.accounts.store.jobs import JobKind, ordered
from services.accounts.store.layout import commit
from services.accounts.store.transfers import gone_offer, kept_offer
from shared.cloudevents import Event
from shared.contracts.base import Actor
from shared.contracts.repositories import (
    ConnectionEvent,
    RepositoryEvent,
    RepositoryUpdated,
    ShareLinkEvent,
    State,
    TransferDeclined,
    TransferEvent,
)
from shared.identifiers import is_uid
from shared.outbox import Outbox
from shared.races import until_won
from shared.tables import Action as TableAction

Told = (
    Event[RepositoryEvent] | Event[TransferEvent] | Event[ShareLinkEvent] | Event[ConnectionEvent]
)
# What is told with how it stood before, where that is all that changed.
SETTINGS = {
    "visibility": "repository_visibility_changed",
    "quota": "repository_quota_set",
}
STATES = {State.ACTIVE: "repository_activated", State.DEACTIVATED: "repository_deactivated"}

# What ends an offer of a repository, beside its being declined.
ENDING = {"repository_transferred", "repository_deleted", "repository_purged"}


@dataclass(frozen=True)
class Deed:
    """What was done to what; details that are empty are left out."""

    action: str
    subject: str
    details: dict[str, str]


async def audit_repository(outbox: Outbox, event: Event[RepositoryEvent]) -> None:
    """In the trail of its account, and of the one that had it before; a new title is no matter."""
    data = event.data
    action, owner_uid = action_of(data), data.repository.account_uid
    giver_uid = data.was.get("account_uid", "")
    details = {
        "name": data.repository.full_name,
        **before(data),
        "giver": giver_uid,
        "receiver": owner_uid if giver_uid else "",
    }
    uid = data.repository.repository_uid
    deed, over = Deed(action, uid, details), [gone_offer(uid)] if action in ENDING else []
    for account_uid in filter(None, (giver_uid, owner_uid)) if action else ():
        await _append(outbox, account_uid, event, deed, *over)


async def audit_transfer(outbox: Outbox, event: Event[TransferEvent]) -> None:
    """In the trails of both sides."""
    transfer, action = event.data.transfer, event.data.event
    if isinstance(event.data, TransferDeclined) and event.data.withdrawn:
        action = "transfer_withdrawn"
    details = {
        "name": f"{transfer.account_id}/{transfer.repository_id}",
        "giver": transfer.account_uid,
        "receiver": transfer.to_account_uid,
    }
    deed = Deed(action, transfer.repository_uid, details)
    await _append(outbox, transfer.account_uid, event, deed)
    await _append(outbox, transfer.to_account_uid, event, deed, *_offer_kept(event.data))


async def audit_share_link(outbox: Outbox, event: Event[ShareLinkEvent]) -> None:
    """In the trail of the account that has the repository."""
    link = event.data.share_link
    details = {
        "repository": link.repository_uid,
        "prefix": link.prefix,
        "name": link.name,
        "until": "" if link.revoked else link.expires_at.isoformat(),
    }
    deed = Deed(event.data.event, link.link_id, details)
    await _append(outbox, link.account_uid, event, deed)


async def audit_connection(outbox: Outbox, event: Event[ConnectionEvent]) -> None:
    """In the trail of the account whose bucket it is."""
    one = event.data.connection
    details = {"name": one.name, "bucket": one.bucket, "endpoint": one.endpoint}
    deed = Deed(event.data.event, one.connection_uid, details)
    await _append(outbox, one.account_uid, event, deed)


def action_of(data: RepositoryEvent) -> str:
    """What was done, as trails call it; empty where they do not tell it."""
    if "account_uid" in data.was:
        return "repository_transferred"
    if not isinstance(data, RepositoryUpdated):
        return data.event
    if data.was.get("state") == State.DELETED:
        return "repository_undeleted"
    if "state" in data.was:
        return STATES[data.repository.state]
    return next((action for name, action in SETTINGS.items() if name in data.was), "")


def before(data: RepositoryEvent) -> dict[str, str]:
    """What a repository was called, who could find it, what it could hold, where it is another."""
    was, repository = data.was, data.repository
    names = {"account_id", "repository_id"}
    if names & was.keys():
        named = {name: was.get(name, getattr(repository, name)) for name in names}
        return {"was": "{account_id}/{repository_id}".format_map(named)}
    changed = next((name for name in SETTINGS if name in was), "")
    return {changed: str(getattr(repository, changed)), "was": was[changed]} if changed else {}


def _offer_kept(data: TransferEvent) -> list[TableAction]:
    """What is known of the offer from now on, and the mail about a new one."""
    transfer = data.transfer
    if isinstance(data, TransferDeclined):
        return [gone_offer(transfer.repository_uid)]
    mail = ordered(JobKind.TRANSFER_MAIL, transfer.repository_uid, transfer.version)
    return [kept_offer(transfer), mail]


async def _append(
    outbox: Outbox, account_uid: str, event: Told, deed: Deed, *also: TableAction
) -> None:
    """The entry and what goes with it, in one transaction; once."""

    async def attempt() -> None:
        if await is_heard(outbox, account_uid, event.id):
            return
        entry = await audited(
            outbox,
            account_uid,
            _actor(event),
            deed.action,
            deed.subject,
            reason=event.data.reason,
            at=event.time,
            **deed.details,
        )
        await commit(outbox, heard_event(account_uid, event.id), *entry, *also)

    await until_won(attempt)


def _actor(event: Told) -> Actor:
    """A person or an organization is named by uid, one of our services by its name."""
    key_id = event.data.access_key_id
    if is_uid(event.actor):
        return Actor(kind="account", account_uid=event.actor, access_key_id=key_id)
    return Actor(kind="service", service=event.actor)
