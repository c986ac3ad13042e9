"""The bus door: who asks and whose account it is are looked up, one operation is done."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self, TypeVar, cast

from pydantic import BaseModel

from services.repositories.operations import (
    connections,
    lists,
    moving,
    repositories,
    share_links,
    states,
    transfers,
)
from services.repositories.operations.owners import follow_owner
from services.repositories.operations.resources import Resources
from shared.cloudevents import Event, EventData
from shared.contracts.accounts import (
    Account,
    AccountCreated,
    AccountDisabled,
    AccountEnabled,
    AccountEvent,
    AccountUpdated,
)
from shared.contracts.base import Actor, Request
from shared.contracts.repositories import (
    AcceptTransfer,
    ActivateRepository,
    CreateConnection,
    CreateRepository,
    CreateShareLink,
    DeactivateRepository,
    DeclineTransfer,
    DeleteRepository,
    EditRepository,
    GetRepository,
    GetSealedShareLink,
    GetTransfer,
    ListAllRepositories,
    ListConnections,
    ListDeletedRepositories,
    ListRepositories,
    ListShareLinks,
    ListTransfers,
    NoteLinkUse,
    OfferTransfer,
    RemoveConnection,
    RenameRepository,
    RepositoryPage,
    RevokeShareLink,
    SetRepositoryQuota,
    SetRetention,
    SetVersioning,
    Transfer,
    UndeleteRepository,
)
from shared.errors import Forbidden, NotFound
from shared.idempotency import IdempotencyRecords, once
from shared.outbox import Outbox
from shared.policy import Principal
from shared.projection import Projection


@dataclass(frozen=True)
class Answering:
    """What the bus door needs."""

    resources: Resources
    projection: Projection
    idempotency: IdempotencyRecords

    def writing_to(self, outbox: Outbox) -> Self:
        """The same, but that operations commit there."""
        return replace(self, resources=replace(self.resources, outbox=outbox))


Outcome = TypeVar("Outcome", bound=BaseModel)
Operation = Callable[[Resources, Principal, Account, Any], Awaitable[Outcome]]
Handler = Callable[[Answering, Any], Awaitable[BaseModel]]


def in_account(operation: Operation[Outcome]) -> Handler:
    """The operation, told who asks and in whose account."""

    async def handle(answering: Answering, wanted: Any) -> BaseModel:  # noqa: ANN401 (any request that names an account)
        account = await _account_named(answering, wanted.account_id)
        return await _as_entitled(
            answering,
            wanted.actor,
            lambda principal: operation(answering.resources, principal, account, wanted),
        )

    return handle


async def offer_transfer(answering: Answering, wanted: OfferTransfer) -> Transfer:
    """The operation that must know a second account."""
    receiver = await answering.projection.account_named(wanted.to_account_id)
    operation = partial(transfers.offer_transfer, receiver=receiver)
    return cast(Transfer, await in_account(operation)(answering, wanted))


async def list_repositories(answering: Answering, wanted: ListRepositories) -> RepositoryPage:
    """Of the account that is named, or of all."""
    account = await _account_named(answering, wanted.account_id) if wanted.account_id else None
    principal = await answering.projection.principal(wanted.actor)
    return await lists.list_repositories(answering.resources, principal, account, wanted)


def of_all(operation: Callable[[Resources, Principal, Any], Awaitable[Outcome]]) -> Handler:
    """The operation that needs no account, told who asks."""

    async def handle(answering: Answering, wanted: Any) -> BaseModel:  # noqa: ANN401 (any request)
        principal = await answering.projection.principal(wanted.actor)
        return await operation(answering.resources, principal, wanted)

    return handle


async def on_account(answering: Answering, event: Event[AccountEvent]) -> None:
    """An account is now so; who may do what here follows from it."""
    await answering.projection.on_account(event)
    if event.data.account.deleted:
        await connections.drop_connections(answering.resources, event.data.account)


async def on_account_state(answering: Answering, event: Event[AccountEvent]) -> None:
    """An account was shut or opened: so are its repositories, as it is by now."""
    await answering.projection.on_account(event)
    account = await answering.projection.account(event.data.account.account_uid)
    if account is not None:
        await follow_owner(answering.resources, account, event.actor)


async def _account_named(answering: Answering, account_id: str) -> Account:
    account = await answering.projection.account_named(account_id) if account_id else None
    if account is None:
        raise NotFound
    return account


async def _as_entitled(
    answering: Answering, actor: Actor, attempt: Callable[[Principal], Awaitable[Outcome]]
) -> Outcome:
    """The outcome for who asks; before refusing, ask accounts whether more is allowed by now.

    Who has just made an organization goes on to make a repository in it, and may be faster than
    the event that tells of it.
    """
    principal = await answering.projection.principal(actor)
    try:
        return await attempt(principal)
    except (Forbidden, NotFound):
        fresh = await answering.projection.fresh_principal(principal, every=0.0)
        if fresh == principal:
            raise
    return await attempt(fresh)


REQUESTS: Mapping[type[Request[Any]], Handler] = {
    CreateRepository: once(in_account(repositories.create_repository)),
    GetRepository: in_account(repositories.get_repository),
    EditRepository: in_account(repositories.edit_repository),
    DeleteRepository: in_account(states.delete_repository),
    DeactivateRepository: in_account(states.deactivate_repository),
    ActivateRepository: in_account(states.activate_repository),
    SetRepositoryQuota: in_account(states.set_repository_quota),
    SetVersioning: in_account(states.set_versioning),
    SetRetention: in_account(states.set_retention),
    UndeleteRepository: in_account(states.undelete_repository),
    ListDeletedRepositories: in_account(states.list_deleted_repositories),
    RenameRepository: in_account(moving.rename_repository),
    OfferTransfer: once(offer_transfer),
    GetTransfer: in_account(transfers.get_transfer),
    ListTransfers: in_account(transfers.list_transfers),
    AcceptTransfer: in_account(transfers.accept_transfer),
    DeclineTransfer: in_account(transfers.decline_transfer),
    ListRepositories: list_repositories,
    ListAllRepositories: of_all(lists.list_all_repositories),
    CreateShareLink: once(in_account(share_links.create_share_link), share_links.is_revoked),
    ListShareLinks: in_account(share_links.list_share_links),
    RevokeShareLink: in_account(share_links.revoke_share_link),
    CreateConnection: once(in_account(connections.create_connection)),
    ListConnections: in_account(connections.list_connections),
    RemoveConnection: in_account(connections.remove_connection),
    GetSealedShareLink: of_all(share_links.get_sealed_share_link),
    NoteLinkUse: of_all(share_links.note_link_use),
}
EVENTS: Mapping[type[EventData], Callable[[Answering, Any], Awaitable[None]]] = {
    AccountCreated: on_account,
    AccountUpdated: on_account,
    AccountDisabled: on_account_state,
    AccountEnabled: on_account_state,
}
