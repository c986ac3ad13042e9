"""The limits of an access key: from places as people name them to what the policy reads."""

from services.accounts.operations.places import FindRepository
from services.accounts.store.accounts import find_account_named
from shared.contracts.accounts import CreateAccessKey, CreateTrust, RepositoryName
from shared.contracts.base import KeyAction, Scope, ScopePlace
from shared.errors import NotFound
from shared.fields import invalid
from shared.outbox import Outbox
from shared.policy import Principal, account_resource, repository_resource, sees


async def scope_of(
    outbox: Outbox,
    principal: Principal,
    wanted: CreateAccessKey | CreateTrust,
    find_repository: FindRepository,
) -> Scope | None:
    """The limits that are asked for; None where there are none, nor an end. Raises Invalid.

    What ends is limited by that: it makes no key that has no end.
    """
    actions = frozenset(wanted.actions or KeyAction)
    is_endless = isinstance(wanted, CreateAccessKey) and wanted.expires_at is None
    if is_endless and not wanted.places and actions == frozenset(KeyAction):
        return None
    places = [await _place(outbox, principal, text, find_repository) for text in wanted.places]
    return Scope(actions=actions, places=tuple(places))


async def _place(
    outbox: Outbox, principal: Principal, text: str, find_repository: FindRepository
) -> ScopePlace:
    """One place. What who asks may not see is told like what is not there."""
    account_id, _, rest = text.partition("/")
    repository_id, _, prefix = rest.partition("/")
    account = await find_account_named(outbox, account_id)
    if account is None or not sees(principal, account_resource(account)):
        raise _nowhere(text)
    if not repository_id:
        return ScopePlace(account_uid=account.account_uid)
    name = RepositoryName(account_id=account_id, repository_id=repository_id)
    try:
        repository = await find_repository(name)
    except NotFound:
        raise _nowhere(text) from None
    if not sees(principal, repository_resource(repository)):
        raise _nowhere(text)
    return ScopePlace(
        account_uid=repository.account_uid,
        repository_uid=repository.repository_uid,
        prefix=prefix,
    )


def _nowhere(text: str) -> Exception:
    return invalid("places", f"There is no {text[:100]}")
