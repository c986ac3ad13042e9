"""What administrators do: find accounts, shut them and open them again, say what they may hold."""

from services.accounts.operations.auditing import audited
from services.accounts.operations.changes import updated
from services.accounts.operations.profiles import public
from services.accounts.store.accounts import changed_account, find_account, page_of_accounts
from services.accounts.store.jobs import JobKind, ordered
from services.accounts.store.layout import commit
from shared.contracts.accounts import (
    Account,
    AccountDisabled,
    AccountEnabled,
    AccountPage,
    AccountUpdated,
    DisableAccount,
    EnableAccount,
    SearchAccounts,
    SetAccountQuota,
)
from shared.contracts.base import Actor, Listed
from shared.errors import Conflict, NotFound
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal, account_resource, may
from shared.races import demand_version, until_won
from shared.tables import Action as TableAction
from shared.tables import Put

LOOKED_AT = 1000


async def search_accounts(
    outbox: Outbox, principal: Principal, wanted: SearchAccounts
) -> AccountPage:
    """Those that match among the next thousand accounts; NotFound for anyone else."""
    if not principal.admin or principal.disabled or principal.scope is not None:
        raise NotFound
    text, found, cursor = wanted.text.strip().lower(), list[Account](), wanted.cursor
    for _ in range(max(1, LOOKED_AT // wanted.limit)):
        listed = Listed(limit=wanted.limit, cursor=cursor)
        page = await page_of_accounts(outbox, listed, saying=text)
        found += [one for one in page.accounts if _matches(one, text, wanted.disabled)]
        cursor = page.cursor
        if cursor is None or found:
            break
    return AccountPage(accounts=found, cursor=cursor)


def _matches(account: Account, text: str, disabled: bool | None) -> bool:
    says = text in account.account_id or text in account.name.lower()
    return says and not account.deleted and disabled in {None, account.disabled}


async def _found(outbox: Outbox, principal: Principal, action: Action, account_uid: str) -> Account:
    """As managed_account, but for others than administrators there is nothing of this here."""
    account = await find_account(outbox, account_uid)
    if account is None or account.deleted:
        raise NotFound
    if not may(principal, action, account_resource(account)):
        raise NotFound
    return account


async def disable_account(outbox: Outbox, principal: Principal, wanted: DisableAccount) -> Account:
    """Shut an account; nothing where it is shut already."""
    if principal.account_uid and principal.account_uid == wanted.account_uid:
        raise Conflict("Nobody disables the account they are using.")
    return await _shut(outbox, principal, wanted, disabled=True)


async def enable_account(outbox: Outbox, principal: Principal, wanted: EnableAccount) -> Account:
    """Open an account again; nothing where it is open."""
    return await _shut(outbox, principal, wanted, disabled=False)


async def _shut(
    outbox: Outbox,
    principal: Principal,
    wanted: DisableAccount | EnableAccount,
    *,
    disabled: bool,
) -> Account:
    async def attempt() -> Account:
        before = await _found(outbox, principal, Action.ACCOUNT_DISABLE, wanted.account_uid)
        if before.disabled is disabled:
            return before
        changes = {"disabled": disabled, "version": next_version(before.version)}
        after = before.model_copy(update=changes)
        await commit(
            outbox,
            changed_account(after, before=before.version),
            updated(AccountUpdated, after, wanted.actor),
            *await _shutting(outbox, after, wanted),
        )
        return after

    return await until_won(attempt)


async def _shutting(
    outbox: Outbox, account: Account, wanted: DisableAccount | EnableAccount
) -> list[TableAction]:
    """Event, trail, and the end of all sessions of what is shut."""
    kind = AccountDisabled if account.disabled else AccountEnabled
    uid = account.account_uid
    entry = await audited(outbox, uid, wanted.actor, kind.event, uid, reason=wanted.reason)
    ends = [ordered(JobKind.SIGN_OUT, uid, account.version)] if account.disabled else []
    return [_told(kind, account, wanted), *entry, *ends]


async def set_account_quota(
    outbox: Outbox, principal: Principal, wanted: SetAccountQuota
) -> Account:
    """What all its repositories may hold from now on; what they hold already stays."""

    async def attempt() -> Account:
        before = await _found(outbox, principal, Action.ACCOUNT_LIMIT, wanted.account_uid)
        demand_version(before, wanted.version)
        if before.quota == wanted.quota:
            return before
        changes = {"quota": wanted.quota, "version": next_version(before.version)}
        after, uid = before.model_copy(update=changes), before.account_uid
        await commit(
            outbox,
            changed_account(after, before=before.version),
            updated(AccountUpdated, after, wanted.actor),
            *await audited(
                outbox,
                uid,
                wanted.actor,
                "quota_set",
                uid,
                reason=wanted.reason,
                quota=str(after.quota),
                was=str(before.quota),
            ),
        )
        return after

    return await until_won(attempt)


async def grant_admin(outbox: Outbox, actor: Actor, account: Account) -> Account:
    """For operators at the machine alone: no request asks for it."""

    async def attempt() -> Account:
        before = await find_account(outbox, account.account_uid)
        if before is None:
            raise NotFound
        if before.admin:
            return before
        changes = {"admin": True, "version": next_version(before.version)}
        after = before.model_copy(update=changes)
        uid = after.account_uid
        await commit(
            outbox,
            changed_account(after, before=before.version),
            updated(AccountUpdated, after, actor),
            *await audited(outbox, uid, actor, "admin_granted", uid),
        )
        return after

    return await until_won(attempt)


def _told(
    kind: type[AccountDisabled] | type[AccountEnabled],
    account: Account,
    wanted: DisableAccount | EnableAccount,
) -> Put:
    """An aggregate of its own: the stream takes two events of one id for one."""
    data = kind(account_id=account.account_id, account=public(account), reason=wanted.reason)
    return announce(
        data,
        aggregate=f"{account.account_uid}-state",
        version=account.version,
        actor=wanted.actor.uid,
    )
