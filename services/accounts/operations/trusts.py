"""Trusts: made, listed, removed by an account's owners; told to services."""

from services.accounts.operations.accounts import demand_service, managed_account
from services.accounts.operations.auditing import audited
from services.accounts.operations.places import FindRepository
from services.accounts.operations.scopes import scope_of
from services.accounts.store.accounts import find_account
from services.accounts.store.layout import commit
from services.accounts.store.trusts import find_trust, new_trust, page_of_trusts, removed_trust
from shared.contracts.accounts import (
    CreateTrust,
    GetTrust,
    ListTrusts,
    RemoveTrust,
    Trust,
    TrustCreated,
    TrustPage,
    TrustRemoved,
)
from shared.contracts.base import Done, now
from shared.errors import NotFound
from shared.fields import invalid, is_web_address, one_line
from shared.identifiers import new_uid
from shared.outbox import Outbox, announce, next_version
from shared.policy import Action, Principal, account_resource, demand
from shared.races import until_won
from shared.tables import Action as TableAction

MANAGE = Action.ACCESS_KEY_MANAGE
FIELDS = {"name", "audience", "subject", "duration_seconds", "places", "account_uid"}


async def create_trust(
    outbox: Outbox, principal: Principal, wanted: CreateTrust, *, find_repository: FindRepository
) -> Trust:
    """A new trust. Raises NotFound, Forbidden, Invalid."""
    account = await managed_account(outbox, principal, wanted.account_uid, MANAGE)
    _check_subject(wanted.subject)
    one_line("audience", wanted.audience)
    trust = Trust(
        trust_uid=new_uid(),
        account_id=account.account_id,
        issuer=issuer_of(wanted.issuer),
        scope=await scope_of(outbox, principal, wanted, find_repository),
        created_at=now(),
        made_by=wanted.actor.uid,
        version=next_version(),
        **wanted.model_dump(include=FIELDS),
    )
    told = TrustCreated(account_id=account.account_id, trust=trust, reason=wanted.reason)

    async def attempt() -> Trust:
        rows = await _rows(outbox, told, wanted)
        await commit(outbox, *new_trust(trust), *rows)
        return trust

    return await until_won(attempt)


async def list_trusts(outbox: Outbox, principal: Principal, wanted: ListTrusts) -> TrustPage:
    """An account's trusts, newest first. Raises NotFound, Forbidden."""
    account = await managed_account(outbox, principal, wanted.account_uid, MANAGE)
    trusts, cursor = await page_of_trusts(outbox, account.account_uid, wanted)
    return TrustPage(trusts=trusts, cursor=cursor)


async def remove_trust(outbox: Outbox, principal: Principal, wanted: RemoveTrust) -> Done:
    """The trust is no more. Raises NotFound, Forbidden."""
    account = await find_account(outbox, wanted.account_uid)
    # Not managed_account: one that ends is deleted before its trusts are removed.
    if account is None:
        raise NotFound
    demand(principal, MANAGE, account_resource(account))

    async def attempt() -> Done:
        before = await find_trust(outbox, wanted.trust_uid)
        if before is None or before.account_uid != account.account_uid:
            raise NotFound
        if before.removed:
            return Done()
        changes = {"removed": True, "version": next_version(before.version)}
        trust = before.model_copy(update=changes)
        told = TrustRemoved(account_id=account.account_id, trust=trust, reason=wanted.reason)
        rows = await _rows(outbox, told, wanted)
        await commit(outbox, *removed_trust(trust, before=before.version), *rows)
        return Done()

    return await until_won(attempt)


async def get_trust(outbox: Outbox, principal: Principal, wanted: GetTrust) -> Trust:
    """For services alone."""
    demand_service(principal)
    trust = await find_trust(outbox, wanted.trust_uid)
    if trust is None:
        raise NotFound
    return trust


def issuer_of(text: str) -> str:
    """The issuer as its tokens name it: an address without query, fragment or credentials.

    Whether it may be asked at all (https, a public address) is for who asks it to say.
    """
    if not is_web_address(text) or not text.isascii() or {*"?#@\\"} & {*text}:
        raise invalid("issuer", "must be an address such as https://issuer.example/path")
    return text


def _check_subject(pattern: str) -> None:
    one_line("subject", pattern)
    if pattern.startswith("*"):
        raise invalid("subject", "must begin with what all who are trusted have in common")


async def _rows(
    outbox: Outbox, told: TrustCreated | TrustRemoved, wanted: CreateTrust | RemoveTrust
) -> list[TableAction]:
    """Everyone hears of it, and the account's trail has it."""
    trust = told.trust
    entry = await audited(
        outbox,
        trust.account_uid,
        wanted.actor,
        told.event,
        trust.trust_uid,
        reason=wanted.reason,
        issuer=trust.issuer,
        token_subject=trust.subject,
    )
    announced = announce(
        told, aggregate=trust.trust_uid, version=trust.version, actor=wanted.actor.uid
    )
    return [announced, *entry]
