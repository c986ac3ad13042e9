"""A repository in its next version, and the row that announces it."""

from typing import Any

from shared.contracts.accounts import Account
from shared.contracts.base import now
from shared.contracts.repositories import CreateRepository, Repository, RepositoryEvent
from shared.identifiers import new_uid
from shared.outbox import announce, next_version
from shared.tables import Put


def first_version(
    account: Account, wanted: CreateRepository, metadata: dict[str, Any]
) -> Repository:
    """The repository that is asked for."""
    moment = now()
    return Repository(
        repository_uid=new_uid(),
        repository_id=wanted.repository_id,
        account_uid=account.account_uid,
        account_id=account.account_id,
        created_at=moment,
        updated_at=moment,
        version=next_version(),
        owner_disabled=account.disabled,
        **metadata,
    )


def next_after(before: Repository, changes: dict[str, Any]) -> Repository:
    """The repository after a change; the same one where nothing changes."""
    after = before.changed(**changes)
    if after == before:
        return before
    return after.changed(updated_at=now(), version=next_version(before.version))


def told(event: type[RepositoryEvent], repository: Repository, actor_uid: str) -> Put:
    """The row that announces a repository as it is now, but whom to write to about it."""
    data = event(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        repository=repository.model_copy(update={"contact": ""}),
    )
    aggregate, version = repository.repository_uid, repository.version
    return announce(data, aggregate=aggregate, version=version, actor=actor_uid)
