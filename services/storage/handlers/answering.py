"""What the bus door needs, and may they: asked of the policy with what is known here."""

from dataclasses import dataclass

from services.storage.operations.keeping_listed import Relistings
from services.storage.operations.presigning import SigningDoor
from services.storage.operations.quotas import Quotas
from services.storage.operations.resources import Resources
from services.storage.operations.rights import demand_account
from shared.contracts.accounts import Account
from shared.contracts.base import Actor
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.policy import Action, demand, may, repository_resource
from shared.projection import Projection


@dataclass(frozen=True, slots=True)
class Answering:
    """What the bus door needs."""

    resources: Resources
    projection: Projection
    door: SigningDoor
    quotas: Quotas
    relistings: Relistings


async def repository_for(
    answering: Answering, actor: Actor, action: Action, names: tuple[str, str], key: str
) -> Repository:
    """The repository, if the actor may do this to a key of it. NotFound, Forbidden."""
    repository = await answering.projection.repository(*names)
    if repository is None:
        raise NotFound
    resource = repository_resource(repository)
    principal = await answering.projection.principal(actor)
    if not may(principal, action, resource, key):
        # A role given a moment ago may be faster than the event that tells of it.
        principal = await answering.projection.fresh_principal(principal)
    demand(principal, action, resource, key)
    return repository


async def account_for(
    answering: Answering, actor: Actor, action: Action, account: Account | None
) -> Account:
    """The account, if the actor may do this to it. NotFound, Forbidden."""
    known = answering.projection
    principal = await known.principal(actor)
    return await demand_account(principal, action, account, refresh=known.fresh_principal)
