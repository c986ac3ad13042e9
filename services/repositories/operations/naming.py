"""Giving a repository a name: the one that had it before does not answer to it any more."""

from services.repositories.operations.changes import Cause, next_after, told
from services.repositories.operations.resources import Resources
from services.repositories.store.names import find_name, taken_name
from services.repositories.store.repositories import changed_repository, find_anywhere
from shared.contracts.repositories import Repository, RepositoryUpdated
from shared.tables import Action


async def naming(resources: Resources, repository: Repository, actor_uid: str) -> list[Action]:
    """What gives a repository today's name; whether it may have it, the store decides."""
    taken = taken_name(repository, moment=resources.rules.seconds())
    name = await find_name(resources.outbox, repository.account_uid, repository.repository_id)
    if name is None or name.repository_uid == repository.repository_uid:
        return [taken]
    other = await find_anywhere(resources.outbox, name.account_uid, name.repository_uid)
    return [taken, *_forgetting(other, repository.full_name, actor_uid)]


async def was_used(resources: Resources, account_uid: str, repository_id: str) -> bool:
    """Whether another repository had the name once: its bytes may lie there still."""
    return await find_name(resources.outbox, account_uid, repository_id) is not None


def _forgetting(other: Repository | None, name: str, actor_uid: str) -> list[Action]:
    """The repository that had this name once, without it."""
    if other is None or name not in other.former_names:
        return []
    left = [one for one in other.former_names if one != name]
    after = next_after(other, {"former_names": left})
    return [
        changed_repository(after, before=other.version),
        told(RepositoryUpdated, after, Cause(actor_uid)),
    ]
