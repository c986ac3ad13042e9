"""A repository in its next version, and the row that announces it."""

from typing import Any

from shared.contracts.accounts import Account
from shared.contracts.base import now
from shared.contracts.repositories import (
    CreateRepository,
    EditRepository,
    Repository,
    RepositoryEvent,
)
from shared.fields import one_line
from shared.identifiers import new_uid
from shared.outbox import announce, next_version
from shared.tables import Put

EDITABLE = {"title", "description", "tags", "license", "visibility"}


def first_version(account: Account, wanted: CreateRepository) -> Repository:
    """The repository that is asked for; raises Invalid for a title that nobody could see."""
    moment = now()
    return Repository(
        repository_uid=new_uid(),
        repository_id=wanted.repository_id,
        account_uid=account.account_uid,
        account_id=account.account_id,
        created_at=moment,
        updated_at=moment,
        version=next_version(),
        **given(wanted),
    )


def next_after(before: Repository, changes: dict[str, Any]) -> Repository:
    """The repository after a change; the same one where nothing changes."""
    after = before.model_copy(update=changes)
    if after == before:
        return before
    return after.model_copy(update={"updated_at": now(), "version": next_version(before.version)})


def given(wanted: CreateRepository | EditRepository) -> dict[str, Any]:
    """The metadata that a request brings, tidied: one line a title, each tag once."""
    values = wanted.model_dump(include=EDITABLE, exclude_none=True)
    if "title" in values:
        values["title"] = one_line("title", values["title"])
    if "tags" in values:
        values["tags"] = list(dict.fromkeys(one_line("tags", tag) for tag in values["tags"]))
    return values


def told(event: type[RepositoryEvent], repository: Repository, actor_uid: str) -> Put:
    """The row that announces a repository as it is now."""
    data = event(
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        repository=repository,
    )
    aggregate, version = repository.repository_uid, repository.version
    return announce(data, aggregate=aggregate, version=version, actor=actor_uid)
