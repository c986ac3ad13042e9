"""May they do this to an account: the policy, asked with what is known here."""

from collections.abc import Awaitable, Callable

from shared.contracts.accounts import Account
from shared.errors import NotFound
from shared.policy import Action, Principal, account_resource, demand, may

Refresh = Callable[[Principal], Awaitable[Principal]]


async def demand_account(
    principal: Principal, action: Action, account: Account | None, *, refresh: Refresh
) -> Account:
    """The account, if there is one still and they may. NotFound, Forbidden."""
    if account is None or account.deleted:
        raise NotFound
    resource = account_resource(account)
    if not may(principal, action, resource):
        # A role given a moment ago may be faster than the event that tells of it.
        principal = await refresh(principal)
    demand(principal, action, resource)
    return account
