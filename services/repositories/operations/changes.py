"""A repository in its next version, and the row that announces it."""

from dataclasses import dataclass
from typing import Any

from shared.contracts.accounts import Account
from shared.contracts.base import now
from shared.contracts.repositories import (
    CreateRepository,
    RepositoriesChange,
    Repository,
    RepositoryEvent,
)
from shared.identifiers import new_uid
from shared.outbox import announce, next_version
from shared.tables import Put

# What of a repository is told as it was before, where it changed.
TOLD_BEFORE = ("account_uid", "account_id", "repository_id", "visibility", "state", "quota")


@dataclass(frozen=True)
class Cause:
    """By whom something is done, with which key of theirs, and why."""

    actor_uid: str
    access_key_id: str = ""
    reason: str = ""


def cause_of(wanted: RepositoriesChange[Any]) -> Cause:
    """As the request says."""
    return Cause(wanted.actor.uid, wanted.actor.access_key_id, wanted.reason)


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
        connection_uid=wanted.connection_uid,
        connection_prefix=wanted.connection_prefix,
        **metadata,
    )


def next_after(before: Repository, changes: dict[str, Any]) -> Repository:
    """The repository after a change; the same one where nothing changes."""
    after = before.changed(**changes)
    if after == before:
        return before
    return after.changed(updated_at=now(), version=next_version(before.version))


def told(
    event: type[RepositoryEvent],
    repository: Repository,
    cause: Cause,
    before: Repository | None = None,
) -> Put:
    """The row that announces a repository as it is now, but whom to write to about it.

    `before`: where a person changed it, whose account's audit trail tells what.
    """
    data = event(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        repository=repository.model_copy(update={"contact": ""}),
        was=_was(before, repository) if before else {},
        reason=cause.reason,
        access_key_id=cause.access_key_id,
    )
    aggregate, version = repository.repository_uid, repository.version
    return announce(data, aggregate=aggregate, version=version, actor=cause.actor_uid)


def _was(before: Repository, after: Repository) -> dict[str, str]:
    stood = ((name, getattr(before, name)) for name in TOLD_BEFORE)
    return {name: str(value) for name, value in stood if value != getattr(after, name)}
