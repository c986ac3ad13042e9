"""Collections found by words, place and time: in pages, in an order, and nothing of others."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.indexer.fulltext import FullText, open_fts5
from services.indexer.operations.collecting import search_collections
from services.indexer.settings import WordsSettings
from shared.contracts.indexer import SearchCollections, SortField
from shared.contracts.repositories import State, Visibility
from shared.errors import Invalid
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, repository_resource
from shared.tables import Put, Table
from tests.documents import document
from tests.repository_rows import repository_of

FIJI = (177.0, -19.0, -179.0, -16.0)
BASEL = (7.5, 47.5, 7.7, 47.6)


@pytest.fixture
async def fulltext(tmp_path: Path) -> AsyncIterator[FullText]:
    made = await open_fts5(tmp_path / "search.db", WordsSettings())
    yield made
    await made.close()


async def keep(table: Table, fulltext: FullText, name: str, **more: Any) -> None:
    """A repository of this name, as the projection and the index keep it."""
    said = {"visibility": more.pop("visibility", Visibility.PUBLIC)}
    repository = repository_of("noaa", name).model_copy(update={"version": 1, **said})
    uid, body = repository.repository_uid, repository.model_dump_json()
    await table.write(Put({"pk": "REPOSITORY", "sk": uid, "body": body}))
    told = {"title": name, "collection_id": f"noaa--{name}", **more}
    resource = repository_resource(repository)
    await fulltext.put(document(uid, visibility=resource.visibility, **told))


@pytest.fixture
async def kept(table: Table, fulltext: FullText) -> None:
    await keep(table, fulltext, "reefs", title="Tides of reefs", bbox=FIJI, created="2")
    span = {"first": "1999-01-01T00:00:00Z", "last": "2001-12-31T00:00:00Z"}
    await keep(table, fulltext, "rhine", title="A river", bbox=BASEL, created="1", **span)
    await keep(table, fulltext, "tables", title="Tides as a table", created="3")
    await keep(table, fulltext, "closed", title="Tides", visibility=Visibility.RESTRICTED)


async def name_of(_: str) -> str:
    return "NOAA"


async def found(
    table: Table,
    fulltext: FullText,
    principal: Principal = ANONYMOUS_PRINCIPAL,
    **asked: Any,
) -> list[str]:
    """The names of all pages."""
    names: list[str] = []
    cursor: str | None = None
    while True:
        wanted = SearchCollections(cursor=cursor, **asked)
        page = await search_collections(table, fulltext, wanted, principal, name_of)
        names += [str(one["id"]).partition("--")[2] for one in page.documents]
        cursor = page.cursor
        if cursor is None:
            return names


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_they_are_found_by_words_place_time_and_all_of_it(
    table: Table, fulltext: FullText, limit: int
) -> None:
    async def names(**asked: Any) -> list[str]:
        return await found(table, fulltext, limit=limit, **asked)

    assert await names() == ["reefs", "rhine", "tables"]
    assert await names(texts=["tides reef"]) == ["reefs"]
    assert set(await names(texts=["reefs", "river"])) == {"reefs", "rhine"}
    assert await names(bbox=[7, 47, 8, 48]) == ["rhine", "tables"]
    assert await names(bbox=[179, -18, 181, -17]) == ["reefs", "tables"]
    assert await names(bbox=[-179.5, -18, 0, -179.4, -17, 9]) == ["reefs", "tables"]
    assert await names(bbox=[10, -18, 20, -17]) == ["tables"]
    assert await names(bbox=[179, -18, -179, -17], texts=["tides"], sort=BY_ID) == [
        "reefs",
        "tables",
    ]
    then = datetime(2002, 1, 1, tzinfo=UTC)
    assert await names(start=then) == ["reefs", "tables"]
    assert await names(end=then) == ["reefs", "rhine", "tables"]


BY_ID = [SortField(field="id")]


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("limit", [1, 2])
async def test_they_are_told_in_the_order_asked_for(
    table: Table, fulltext: FullText, limit: int
) -> None:
    async def names(field: str, *, descending: bool) -> list[str]:
        sort = [SortField(field=field, descending=descending)]
        return await found(table, fulltext, limit=limit, sort=sort)

    assert await names("title", descending=False) == ["rhine", "tables", "reefs"]
    assert await names("created", descending=True) == ["tables", "reefs", "rhine"]
    assert await names("updated", descending=True) == ["tables", "rhine", "reefs"]


@pytest.mark.usefixtures("kept")
async def test_who_may_not_read_it_does_not_find_it(table: Table, fulltext: FullText) -> None:
    for asked in ({"texts": ["tides"]}, {"sort": BY_ID}, {"bbox": [0, 0, 1, 1]}):
        assert "closed" in await found(table, fulltext, Principal("account", "noaa"), **asked)
        assert "closed" not in await found(table, fulltext, Principal("account", "eve"), **asked)
    gone = repository_of("noaa", "reefs").model_copy(update={"version": 2, "state": State.DELETED})
    body = gone.model_dump_json()
    await table.write(Put({"pk": "REPOSITORY", "sk": gone.repository_uid, "body": body}))
    assert await found(table, fulltext, texts=["reefs"]) == []


@pytest.mark.usefixtures("kept")
async def test_after_the_best_of_too_many_it_is_told_that_there_are_more(
    table: Table, fulltext: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.indexer.operations.collecting.MOST_MATCHES", 2)
    with pytest.raises(Invalid, match="sortby=id lists them all"):
        await found(table, fulltext, texts=["tides"], limit=1)


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("cursor", ["LTE", "eA", "!", "x" * 500, "WyJhIiwiYiIsImMiXQ"])
@pytest.mark.parametrize("asked", [{"texts": ["tides"]}, {"sort": BY_ID}])
async def test_a_cursor_that_is_not_of_this_search_is_refused(
    table: Table, fulltext: FullText, cursor: str, asked: dict[str, Any]
) -> None:
    wanted = SearchCollections(cursor=cursor, **asked)
    with pytest.raises(Invalid, match=r"not one of ours|another search"):
        await search_collections(table, fulltext, wanted, ANONYMOUS_PRINCIPAL, name_of)


@pytest.mark.parametrize("fields", [["nonsense"], ["id", "title"]])
async def test_an_order_that_there_is_not_is_refused(
    table: Table, fulltext: FullText, fields: list[str]
) -> None:
    with pytest.raises(Invalid, match="id, title, created, updated"):
        await found(table, fulltext, sort=[SortField(field=one) for one in fields])
