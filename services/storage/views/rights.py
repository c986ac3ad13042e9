"""May they: asked of the policy on the local projection. What may not be seen does not exist."""

from functools import lru_cache

from services.storage.s3.addressing import Target
from services.storage.s3.errors import S3Error
from services.storage.views.exchange import Exchange
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository
from shared.identifiers import SLUG, SLUG_MAX
from shared.policy import (
    Action,
    account_resource,
    may,
    refusal_of,
    repository_resource,
    sees,
)


async def allowed_repository(
    exchange: Exchange, target: Target, action: Action, key: str | None
) -> Repository:
    """The repository, if who asks may do this to it, or to this key or prefix of it.

    Raises NoSuchBucket and AccessDenied.
    """
    repository = await known_repository(exchange, target.account_id, target.repository_id)
    if repository is None:
        raise no_such_bucket(target)
    resource, principal = repository_resource(repository), exchange.caller.principal
    if may(principal, action, resource, key):
        return repository
    principal = await exchange.held.projection.fresh_principal(principal)
    if may(principal, action, resource, key):
        return repository
    if sees(principal, resource):
        raise S3Error("AccessDenied", refusal_of(action, resource))
    raise no_such_bucket(target)


async def demand_within(
    exchange: Exchange, repository: Repository, action: Action, key: str
) -> None:
    """Raises AccessDenied for a key that the limits of who asks do not reach."""
    principal = exchange.caller.principal
    if principal.scope is not None:
        resource = repository_resource(repository)
        if not may(principal, action, resource, key):
            raise S3Error("AccessDenied")


async def known_repository(
    exchange: Exchange, account_id: str, repository_id: str
) -> Repository | None:
    """The repository of these names, whoever asks."""
    if not (is_slug(account_id) and is_slug(repository_id)):
        return None
    return await exchange.held.projection.repository(account_id, repository_id)


async def seen_account(exchange: Exchange, target: Target) -> Account:
    """The account, if it exists for who asks. Raises NoSuchBucket."""
    account = None
    if is_slug(target.account_id):
        account = await exchange.held.projection.account_named(target.account_id)
    if account is None or not sees(exchange.caller.principal, account_resource(account)):
        raise no_such_bucket(target)
    return account


@lru_cache(maxsize=4096)
def is_slug(name: str) -> bool:
    """Whether it can be an id at all; others are not worth a question."""
    return len(name) <= SLUG_MAX and SLUG.fullmatch(name) is not None


def no_such_bucket(target: Target) -> S3Error:
    """The same words for what is hidden and what never was."""
    return S3Error("NoSuchBucket", BucketName=target.bucket[:128])
