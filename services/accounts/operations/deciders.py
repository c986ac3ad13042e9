"""Those who may decide something about an account or a repository, to be told of it by mail."""

from collections.abc import AsyncIterator

from services.accounts.models import Place
from services.accounts.store.accounts import find_principal
from services.accounts.store.memberships import memberships_after, place_key
from shared.contracts.base import Actor
from shared.outbox import Outbox
from shared.policy import Action, may

MOST_DECIDERS = 20


async def deciders(outbox: Outbox, place: Place, action: Action) -> list[str]:
    """The uids of those who may do this there; so many at most."""
    found = list[str]()
    async for uid in _candidates(outbox, place):
        principal = await find_principal(outbox, Actor(kind="account", account_uid=uid))
        if uid not in found and may(principal, action, place.resource):
            found.append(uid)
        if len(found) >= MOST_DECIDERS:
            break
    return found


async def _candidates(outbox: Outbox, place: Place) -> AsyncIterator[str]:
    """The owner, and whoever has a role there or on all of the organization's."""
    owner = place.account
    if owner.kind == "individual":
        yield owner.account_uid
    keys = [place_key(owner.account_uid), place_key(owner.account_uid, place.repository_uid)]
    for key in dict.fromkeys(keys):
        last: str | None = None
        while True:
            members, last = await memberships_after(outbox, key, last)
            for one in members:
                yield one.member_uid
            if last is None:
                break
