"""Which repository a request is about, if who asks may ask that of it."""

from services.indexer.handlers.resources import Resources
from services.indexer.stac.names import repository_of
from shared.contracts.base import Actor
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.identifiers import SLUG
from shared.policy import Action, demand, may, repository_resource


async def collected(resources: Resources, actor: Actor, collection_id: str) -> Repository:
    """The repository of a collection, all of which who asks may read. NotFound, Forbidden."""
    return await readable(resources, actor, repository_of(collection_id), (Action.DATA_READ, ""))


async def readable(
    resources: Resources, actor: Actor, names: tuple[str, str], asked: tuple[Action, str]
) -> Repository:
    """The repository of these names, if this may be asked of this key or prefix of it."""
    (account_id, repository_id), (action, key) = names, asked
    if not (SLUG.fullmatch(account_id) and SLUG.fullmatch(repository_id)):
        raise NotFound
    projection = resources.projection
    repository = await projection.repository(account_id, repository_id)
    if repository is None:
        raise NotFound
    resource = repository_resource(repository)
    principal = await projection.principal(actor)
    if not may(principal, action, resource, key):
        principal = await projection.fresh_principal(principal)
    demand(principal, action, resource, key)
    return repository
