"""What is kept of a person, section by section, as an export tells it: no secret in it."""

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from services.accounts.models import Membership
from services.accounts.store.access_keys import page_of_keys
from services.accounts.store.access_requests import page_of_own
from services.accounts.store.audit import trail_of
from services.accounts.store.identities import find_email
from services.accounts.store.invitations import invitee_key, pending_after
from services.accounts.store.memberships import find_membership, place_key
from services.accounts.store.trusts import page_of_trusts
from shared.contracts.accounts import Account
from shared.contracts.base import Listed, now
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.paging import stretches

Rows = AsyncIterator[BaseModel]
RepositoriesOf = Callable[[Account], AsyncIterator[Repository]]
PAGE = 100


@dataclass(frozen=True)
class Sources:
    """Where a person's things are; repositories are asked for over the bus."""

    outbox: Outbox
    repositories_of: RepositoriesOf


async def of_account(_: Sources, account: Account) -> Rows:
    """The profile."""
    yield account


async def addresses(sources: Sources, account: Account) -> Rows:
    """What is known of the address to sign in with."""
    _, state = await find_email(sources.outbox, account.account_uid)
    yield state


async def memberships(sources: Sources, account: Account) -> Rows:
    """Every role, and since which version."""
    for held in await roles_of(sources.outbox, account):
        yield held


async def roles_of(outbox: Outbox, account: Account) -> list[Membership]:
    """The memberships behind an account's roles, be they on organizations or on repositories."""
    uid = account.account_uid
    places = [place for one in account.roles for place in (place_key(one), place_key("", one))]
    found = [await find_membership(outbox, place, uid) for place in places]
    return [one for one in found if one is not None]


async def access_keys(sources: Sources, account: Account) -> Rows:
    """Without secrets, the revoked ones too."""
    uid = account.account_uid
    async for keys in stretches(lambda cursor: page_of_keys(sources.outbox, uid, _next(cursor))):
        for one in keys:
            yield one


async def trusts(sources: Sources, account: Account) -> Rows:
    """Whose tokens act for the account."""
    uid = account.account_uid
    async for found in stretches(lambda cursor: page_of_trusts(sources.outbox, uid, _next(cursor))):
        for one in found:
            yield one


async def invitations(sources: Sources, account: Account) -> Rows:
    """What is offered to the account, or to its address if that is proven."""
    _, state = await find_email(sources.outbox, account.account_uid)
    keys = [invitee_key(account_uid=account.account_uid)]
    keys += [invitee_key(email=state.email.lower())] if state.verified else []
    async for rows in stretches(lambda after: pending_after(sources.outbox, keys, after)):
        for one in rows:
            yield one.shown(now())


async def access_requests(sources: Sources, account: Account) -> Rows:
    """What the account asked for."""
    uid = account.account_uid
    async for rows in stretches(lambda cursor: page_of_own(sources.outbox, uid, _next(cursor))):
        for one in rows:
            yield one.shown(now())


async def audit(sources: Sources, account: Account) -> Rows:
    """The account's trail from its first entry on."""
    async for entries in trail_of(sources.outbox, account.account_uid):
        for one in entries:
            yield one


async def repositories(sources: Sources, account: Account) -> Rows:
    """Their metadata; the files are had by any S3 client."""
    async for one in sources.repositories_of(account):
        yield one


def _next(cursor: str | None) -> Listed:
    return Listed(limit=PAGE, cursor=cursor)


SECTIONS: Mapping[str, Callable[[Sources, Account], Rows]] = {
    "account": of_account,
    "address": addresses,
    "memberships": memberships,
    "access-keys": access_keys,
    "trusts": trusts,
    "invitations": invitations,
    "access-requests": access_requests,
    "audit": audit,
    "repositories": repositories,
}
