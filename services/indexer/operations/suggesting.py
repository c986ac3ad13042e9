"""Suggesting what somebody who searches may mean: nothing that they could not find."""

from collections.abc import Iterable, Mapping, Sequence

from services.indexer.fulltext import FullText
from services.indexer.models.texts import Begun, Question
from services.indexer.operations.finding import beside_public, finds
from services.indexer.store.repositories import find_repositories
from shared.contracts.indexer import Suggestion, Suggestions
from shared.contracts.repositories import Repository
from shared.policy import Principal, repository_resource
from shared.tables import Table

SHORTEST = 2
MOST_REPOSITORIES = 5


async def suggest(table: Table, fulltext: FullText, text: str, principal: Principal) -> Suggestions:
    """Repositories first, then accounts, then tags."""
    text = " ".join(text.split())
    if len(text) < SHORTEST:
        return Suggestions(suggestions=[])
    beside = beside_public(principal)
    called = Question((text,), is_called=True, beside_public=beside)
    resources = [one.resource for one in await fulltext.find(called)]
    uids = [one.repository_uid for one in resources if finds(principal, one)][:MOST_REPOSITORIES]
    values = await fulltext.begun(text, Question(beside_public=beside))
    now = await _now(table, [*uids, *(one.resource.repository_uid for one in values)], principal)
    repositories = [_repository(now[uid]) for uid in uids if uid in now]
    return Suggestions(suggestions=[*repositories, *_told(values, now)])


async def _now(table: Table, uids: Sequence[str], principal: Principal) -> Mapping[str, Repository]:
    """Those of them that may be found this moment, for the index may be behind."""
    return {
        one.repository_uid: one
        for one in await find_repositories(table, list(dict.fromkeys(uids)))
        if finds(principal, repository_resource(one))
    }


def _repository(one: Repository) -> Suggestion:
    return Suggestion(kind="repository", value=one.full_name, title=one.title)


def _told(values: Iterable[Begun], now: Mapping[str, Repository]) -> Iterable[Suggestion]:
    for one in values:
        repository = now.get(one.resource.repository_uid)
        if repository is None:
            continue
        if one.kind == "account" and repository.account_id == one.value:
            yield Suggestion(kind="account", value=one.value)
        if one.kind == "tag" and one.value in repository.tags:
            yield Suggestion(kind="tag", value=one.value)
