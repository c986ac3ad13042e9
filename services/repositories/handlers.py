"""The bus door: who asks and whose account it is are looked up, one operation is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from services.repositories.operations import lists, repositories
from shared.cloudevents import Event, EventData
from shared.contracts.accounts import (
    Account,
    AccountCreated,
    AccountEvent,
    AccountUpdated,
    GetAccount,
)
from shared.contracts.base import Actor, Request
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    ListAllRepositories,
    ListRepositories,
    RepositoryPage,
)
from shared.errors import Forbidden, NotFound, Problem
from shared.outbox import Outbox
from shared.policy import Principal, account_principal
from shared.projection import Projection


@dataclass(frozen=True)
class Resources:
    """What a process of repositories holds open."""

    outbox: Outbox
    projection: Projection
    name_rest: timedelta


Outcome = TypeVar("Outcome", bound=BaseModel)
Operation = Callable[[Outbox, Principal, Account, Any], Awaitable[Outcome]]
Handler = Callable[[Resources, Any], Awaitable[BaseModel]]


def in_account(operation: Operation[Outcome]) -> Handler:
    """The operation, told who asks and in whose account."""

    async def handle(resources: Resources, wanted: Any) -> BaseModel:  # noqa: ANN401 (any request that names an account)
        account = await _account_named(resources, wanted.account_id)
        return await _as_entitled(
            resources,
            wanted.actor,
            lambda principal: operation(resources.outbox, principal, account, wanted),
        )

    return handle


async def delete_repository(resources: Resources, wanted: DeleteRepository) -> BaseModel:
    """The operation that must know how long names rest."""
    operation = partial(repositories.delete_repository, name_rest=resources.name_rest)
    return await in_account(operation)(resources, wanted)


async def list_repositories(resources: Resources, wanted: ListRepositories) -> RepositoryPage:
    """Of the account that is named, or of all."""
    account = await _account_named(resources, wanted.account_id) if wanted.account_id else None
    principal = await resources.projection.principal(wanted.actor)
    return await lists.list_repositories(resources.outbox, principal, account, wanted)


async def list_all_repositories(
    resources: Resources, wanted: ListAllRepositories
) -> RepositoryPage:
    """Needs no account."""
    principal = await resources.projection.principal(wanted.actor)
    return await lists.list_all_repositories(resources.outbox, principal, wanted)


async def on_account(resources: Resources, event: Event[AccountEvent]) -> None:
    """An account is now so; who may do what here follows from it."""
    await resources.projection.on_account(event)


async def _account_named(resources: Resources, account_id: str) -> Account:
    account = await resources.projection.account_named(account_id) if account_id else None
    if account is None:
        raise NotFound
    return account


async def _as_entitled(
    resources: Resources, actor: Actor, attempt: Callable[[Principal], Awaitable[Outcome]]
) -> Outcome:
    """The outcome for who asks; before refusing, ask accounts whether more is allowed by now.

    Who has just made an organization goes on to make a repository in it, and may be faster than
    the event that tells of it.
    """
    principal = await resources.projection.principal(actor)
    try:
        return await attempt(principal)
    except (Forbidden, NotFound):
        fresh = await _fresh(resources.projection, principal)
        if fresh == principal:
            raise
    return await attempt(fresh)


async def _fresh(projection: Projection, principal: Principal) -> Principal:
    """The principal as accounts knows it now; unchanged if it is no account or nobody answers."""
    if principal.kind != "account":
        return principal
    wanted = GetAccount(actor=projection.asker, account_uid=principal.account_uid)
    try:
        return account_principal(await projection.bus.request(wanted))
    except Problem:
        return principal


REQUESTS: Mapping[type[Request[Any]], Handler] = {
    CreateRepository: in_account(repositories.create_repository),
    GetRepository: in_account(repositories.get_repository),
    EditRepository: in_account(repositories.edit_repository),
    DeleteRepository: delete_repository,
    ListRepositories: list_repositories,
    ListAllRepositories: list_all_repositories,
}
EVENTS: Mapping[type[EventData], Callable[[Resources, Any], Awaitable[None]]] = {
    AccountCreated: on_account,
    AccountUpdated: on_account,
}
