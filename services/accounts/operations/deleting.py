"""Deletions of accounts: asked for with the name typed, cancelled while there is time."""

from datetime import timedelta

from services.accounts.operations.accounts import managed_account
from services.accounts.operations.auditing import audited
from services.accounts.operations.belongings import Sources
from services.accounts.operations.profiles import public
from services.accounts.store.accounts import find_accounts
from services.accounts.store.deletions import find_deletion, unchanged_account, written_deletion
from services.accounts.store.jobs import JobKind, ordered
from services.accounts.store.layout import commit
from services.accounts.store.memberships import count_owners
from shared.contracts.accounts import (
    Account,
    AccountDeletionCancelled,
    AccountDeletionScheduled,
    CancelDeletion,
    DeleteAccount,
    Deletion,
    DeletionState,
    GetDeletion,
    Role,
)
from shared.contracts.base import Actor, now
from shared.errors import Conflict, NotFound
from shared.fields import invalid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal
from shared.races import until_won

NAMED = 20


async def delete_account(
    sources: Sources, principal: Principal, wanted: DeleteAccount, *, grace: timedelta
) -> Deletion:
    """Schedule it; what is scheduled already is told. NotFound, Forbidden, Invalid, Conflict."""
    outbox = sources.outbox

    async def attempt() -> Deletion:
        account = await managed_account(
            outbox, principal, wanted.account_uid, Action.ACCOUNT_DELETE
        )
        if wanted.confirm != account.account_id:
            raise invalid("confirm", f"must be {account.account_id}, exactly so")
        before = await find_deletion(outbox, account.account_uid)
        if before is not None and before.state is DeletionState.SCHEDULED:
            return before
        if said := await hindrance(sources, account):
            raise Conflict(said)
        moment = now()
        after = Deletion(
            account_uid=account.account_uid,
            account_id=account.account_id,
            requested_by=wanted.actor.uid,
            requested_at=moment,
            due_at=moment + grace,
            version=next_version(before.version if before else None),
        )
        await write(outbox, account, before, after, wanted.actor, wanted.reason)
        return after

    return await until_won(attempt)


async def get_deletion(outbox: Outbox, principal: Principal, wanted: GetDeletion) -> Deletion:
    """How it stands."""
    account = await managed_account(outbox, principal, wanted.account_uid, Action.ACCOUNT_DELETE)
    deletion = await find_deletion(outbox, account.account_uid)
    if deletion is None:
        raise NotFound
    return deletion


async def cancel_deletion(outbox: Outbox, principal: Principal, wanted: CancelDeletion) -> Deletion:
    """All is as it was. NotFound, Forbidden, Conflict."""

    async def attempt() -> Deletion:
        account = await managed_account(
            outbox, principal, wanted.account_uid, Action.ACCOUNT_DELETE
        )
        before = await find_deletion(outbox, account.account_uid)
        if before is None or before.state is not DeletionState.SCHEDULED:
            raise Conflict("No deletion is scheduled.")
        after = settled(before, DeletionState.CANCELLED)
        await write(outbox, account, before, after, wanted.actor, wanted.reason)
        return after

    return await until_won(attempt)


def settled(before: Deletion, state: DeletionState, hindrance: str = "") -> Deletion:
    """The deletion that is none any more."""
    changes = {"state": state, "hindrance": hindrance, "version": next_version(before.version)}
    return before.model_copy(update=changes)


async def write(  # noqa: PLR0913, PLR0917 - what was, what is, by whom and why
    outbox: Outbox,
    account: Account,
    before: Deletion | None,
    after: Deletion,
    actor: Actor,
    reason: str = "",
) -> None:
    """The deletion as it is now, its event, its entry in the trail, its mail and its job."""
    uid, is_on = account.account_uid, after.state is DeletionState.SCHEDULED
    kind = AccountDeletionScheduled if is_on else AccountDeletionCancelled
    told = kind(
        account_id=account.account_id, account=public(account), due_at=after.due_at, reason=reason
    )
    entry = await audited(
        outbox, uid, actor, kind.event, uid, reason=reason, hindrance=after.hindrance
    )
    job = [ordered(JobKind.DELETION, uid, after.version, after.due_at)] if is_on else []
    await commit(
        outbox,
        written_deletion(after, before=before),
        unchanged_account(account),
        announce(told, aggregate=f"{uid}-deletion", version=after.version, actor=actor.uid),
        *entry,
        ordered(JobKind.DELETION_MAIL, uid, after.version),
        *job,
    )


async def hindrance(sources: Sources, account: Account) -> str:
    """Why an account cannot be deleted, with the names of what stands in the way; or nothing."""
    said = []
    if owned := await _owned_alone(sources.outbox, account):
        said.append(f"Make somebody else an owner first of: {', '.join(owned)}.")
    if kept := [one.full_name async for one in sources.repositories_of(account)]:
        more = f" and {len(kept) - NAMED} more" if len(kept) > NAMED else ""
        said.append(f"Delete or hand over first: {', '.join(kept[:NAMED])}{more}.")
    return " ".join(said)


async def _owned_alone(outbox: Outbox, account: Account) -> list[str]:
    """The organizations that have no other owner."""
    owned = [uid for uid, role in account.roles.items() if role is Role.OWNER]
    alone = [uid for uid in owned if await count_owners(outbox, uid) == 1]
    return sorted(one.account_id for one in await find_accounts(outbox, alone))
