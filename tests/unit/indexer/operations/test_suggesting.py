"""Suggesting: what begins so, and never what could not be found."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.indexer.fulltext import FullText, open_fts5
from services.indexer.operations.suggesting import suggest
from services.indexer.settings import WordsSettings
from shared.contracts.repositories import State, Visibility
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, repository_resource
from shared.tables import Put, Table
from tests.documents import document
from tests.repository_rows import repository_of

GAUGES, NOAA, TIDES = ("repository", "noaa/gauges"), ("account", "noaa"), ("tag", "tides")


@pytest.fixture
async def fulltext(tmp_path: Path) -> AsyncIterator[FullText]:
    made = await open_fts5(tmp_path / "search.db", WordsSettings())
    yield made
    await made.close()


async def keep(table: Table, fulltext: FullText | None, **more: Any) -> None:
    """A repository in the projection and, where it is given, in the index."""
    told = {"title": "Tidal gauges", "tags": ["tides", "coast"], "version": 1, **more}
    repository = repository_of("noaa", "gauges").model_copy(update=told)
    uid, body = repository.repository_uid, repository.model_dump_json()
    await table.write(Put({"pk": "REPOSITORY", "sk": uid, "body": body}))
    if fulltext is None:
        return
    resource = repository_resource(repository)
    said = {"names": repository.full_name, "tags": "; ".join(repository.tags)}
    rights = {"visibility": resource.visibility, "state": resource.state}
    facets = (("account", "noaa"), *(("tag", tag) for tag in repository.tags))
    version = repository.version
    await fulltext.put(
        document(uid, title=repository.title, version=version, facets=facets, **said, **rights)
    )


async def told(
    table: Table, fulltext: FullText, text: str, who: Principal = ANONYMOUS_PRINCIPAL
) -> list[tuple[str, str]]:
    found = await suggest(table, fulltext, text, who)
    return [(one.kind, one.value) for one in found.suggestions]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tid", [GAUGES, TIDES]),
        ("  Tidal   gau ", [GAUGES]),
        ("noa", [GAUGES, NOAA]),
        ("co", [("tag", "coast")]),
        ("t", []),
        ("", []),
        ("lake", []),
        ("%_", []),
        ('"*', []),
    ],
)
async def test_repositories_accounts_and_tags_that_begin_so(
    table: Table, fulltext: FullText, text: str, found: list[tuple[str, str]]
) -> None:
    await keep(table, fulltext)
    assert await told(table, fulltext, text) == found


@pytest.mark.parametrize("is_known", [True, False], ids=["in the index", "not yet in the index"])
@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": Visibility.RESTRICTED},
        {"visibility": Visibility.UNLISTED},
        {"state": State.DEACTIVATED},
        {"state": State.DELETED},
        {"owner_disabled": True},
    ],
    ids=str,
)
async def test_what_is_hidden_is_never_told(
    table: Table, fulltext: FullText, hidden: dict[str, Any], is_known: bool
) -> None:
    await keep(table, fulltext)
    await keep(table, fulltext if is_known else None, version=2, **hidden)
    for text in ("tidal", "gauges", "tides", "coast", "noaa"):
        for who in (ANONYMOUS_PRINCIPAL, Principal("account", "eve")):
            assert await told(table, fulltext, text, who) == []


async def test_its_people_are_told(table: Table, fulltext: FullText) -> None:
    await keep(table, fulltext, visibility=Visibility.RESTRICTED)
    assert await told(table, fulltext, "tid", Principal("account", "noaa")) == [GAUGES, TIDES]


async def test_a_tag_that_was_taken_away_is_not_told_though_the_index_is_behind(
    table: Table, fulltext: FullText
) -> None:
    await keep(table, fulltext)
    await keep(table, None, version=2, tags=["coast"])
    assert TIDES not in await told(table, fulltext, "tides")
