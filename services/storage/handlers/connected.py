"""Answers about repositories whose bytes are in a bucket of their owner's."""

from services.storage.handlers.answering import Answering, repository_for
from services.storage.store.relistings import find_relisting, state_of
from shared.contracts.base import Done
from shared.contracts.repositories import Repository
from shared.contracts.storage import GetRelisting, RelistingState, RelistRepository
from shared.errors import NotFound
from shared.policy import Action


async def relist_repository(answering: Answering, wanted: RelistRepository) -> Done:
    """Its bucket is listed soon. NotFound where its bytes are ours."""
    await answering.relistings.order(await connected_for(answering, wanted))
    return Done()


async def get_relisting(answering: Answering, wanted: GetRelisting) -> RelistingState:
    """When its bucket was listed, and what came of it."""
    repository = await connected_for(answering, wanted)
    one = await find_relisting(answering.resources.outbox, repository.repository_uid)
    return RelistingState() if one is None else state_of(one)


async def connected_for(
    answering: Answering, wanted: RelistRepository | GetRelisting
) -> Repository:
    """The repository, if its bytes are in a bucket of its owner's, for who may edit it."""
    names = (wanted.account_id, wanted.repository_id)
    action = Action.REPOSITORY_EDIT
    repository = await repository_for(answering, wanted.actor, action, names, "")
    if not repository.connection_uid:
        raise NotFound("Its bytes are kept here, so there is no bucket to list.")
    return repository
