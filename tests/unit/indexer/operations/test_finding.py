"""Finding: nothing that who asks may not read, pages without gaps, counts of what is theirs."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from services.indexer.fulltext import FullText, open_fts5
from services.indexer.operations.finding import search_repositories
from services.indexer.settings import WordsSettings
from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction, Scope, ScopePlace, Share
from shared.contracts.indexer import FoundPage, SearchRepositories
from shared.contracts.repositories import Repository, State, Visibility
from shared.errors import Invalid
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, repository_resource
from shared.tables import Put, Table
from tests.documents import document
from tests.repository_rows import repository_of


@pytest.fixture
async def fulltext(tmp_path: Path) -> AsyncIterator[FullText]:
    made = await open_fts5(tmp_path / "search.db", WordsSettings())
    yield made
    await made.close()


async def keep(table: Table, fulltext: FullText | None, repository: Repository) -> None:
    """In the projection and, where it is given, in the index."""
    uid, body = repository.repository_uid, repository.model_dump_json()
    await table.write(Put({"pk": "REPOSITORY", "sk": uid, "body": body}))
    if fulltext is not None:
        resource = repository_resource(repository)
        more = {"owner": resource.owner_uid, "visibility": resource.visibility}
        facets = (("account", repository.account_id),)
        version = repository.version
        await fulltext.put(
            document(
                uid, title="Tides", state=resource.state, version=version, facets=facets, **more
            )
        )


def made(name: str, **more: object) -> Repository:
    account, _, repository = name.partition("/")
    return repository_of(account, repository).model_copy(update={"version": 1, **more})


def names(page: FoundPage) -> list[str]:
    return [one.repository.full_name for one in page.found]


ASKED = SearchRepositories(text="tides")


async def test_who_may_list_and_read_it_finds_it(table: Table, fulltext: FullText) -> None:
    closed = made("noaa/closed", visibility=Visibility.RESTRICTED)
    await keep(table, fulltext, closed)
    uid = closed.repository_uid
    whole = Scope(actions=[KeyAction.READ, KeyAction.LIST])
    place = ScopePlace(account_uid="noaa", repository_uid=uid, prefix="open/")
    of_folder = Scope(actions=[KeyAction.READ, KeyAction.LIST], places=[place])
    share = Share(link_id="x", account_uid="noaa", repository_uid=uid, prefix="")
    finds = {
        "a stranger": (ANONYMOUS_PRINCIPAL, False),
        "somebody else": (Principal("account", "eve"), False),
        "the owner": (Principal("account", "noaa"), True),
        "a reader": (Principal("account", "bob", roles={uid: Role.READER}), True),
        "a member": (Principal("account", "bob", roles={"noaa": Role.WRITER}), True),
        "who is disabled": (Principal("account", "noaa", disabled=True), False),
        "an administrator": (Principal("account", "root", admin=True), True),
        "a key": (Principal("account", "noaa", scope=whole), True),
        "a key of a folder": (Principal("account", "noaa", scope=of_folder), False),
        "a share link": (Principal(share=share), False),
    }
    for who, (principal, is_found) in finds.items():
        page = await search_repositories(table, fulltext, ASKED, principal)
        assert (names(page) == ["noaa/closed"]) is is_found, who
        assert (page.total, bool(page.facets)) == (int(is_found), is_found), who


async def test_what_is_restricted_is_gone_at_once_though_the_index_is_behind(
    table: Table, fulltext: FullText
) -> None:
    await keep(table, fulltext, made("noaa/mask"))
    for changed in (
        {"visibility": Visibility.RESTRICTED},
        {"visibility": Visibility.UNLISTED},
        {"state": State.DEACTIVATED},
        {"owner_disabled": True},
        {"state": State.DELETED},
    ):
        await keep(table, None, made("noaa/mask", version=2, **changed))
        page = await search_repositories(table, fulltext, ASKED, ANONYMOUS_PRINCIPAL)
        assert not page.found


async def test_hidden_ones_take_no_room_of_those_that_may_be_seen(
    table: Table, fulltext: FullText
) -> None:
    for number in range(12):
        hidden = number % 2
        visibility = Visibility.UNLISTED if hidden else Visibility.PUBLIC
        await keep(table, fulltext, made(f"noaa/one-{number}", visibility=visibility))
    found: list[str] = []
    cursor: str | None = None
    while True:
        asked = ASKED.model_copy(update={"limit": 4, "cursor": cursor})
        page = await search_repositories(table, fulltext, asked, ANONYMOUS_PRINCIPAL)
        assert page.total == 6
        assert page.facets["account"][0].count == 6
        found += names(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert len(found) == len(set(found)) == 6


async def test_values_are_counted_whatever_their_case(table: Table, fulltext: FullText) -> None:
    for number, tag in enumerate(("Ocean", "ocean", "ocean", "CC:0")):
        repository = made(f"noaa/one-{number}")
        await keep(table, fulltext, repository)
        facets = (("tag", tag), ("year", "2026"))
        again = document(repository.repository_uid, title="Tides", facets=facets)
        await fulltext.put(again)
    page = await search_repositories(table, fulltext, ASKED, ANONYMOUS_PRINCIPAL)
    told = {kind: [(one.value, one.count) for one in of] for kind, of in page.facets.items()}
    assert told == {"tag": [("ocean", 3), ("CC:0", 1)], "year": [("2026", 4)]}


@pytest.mark.parametrize("cursor", ["LTE", "eA", "!", "MTAwMDAw", "x" * 500, "wrI"])
async def test_a_cursor_that_is_not_ours_is_refused(
    table: Table, fulltext: FullText, cursor: str
) -> None:
    asked = ASKED.model_copy(update={"cursor": cursor})
    with pytest.raises(Invalid, match="not one of ours"):
        await search_repositories(table, fulltext, asked, ANONYMOUS_PRINCIPAL)


async def test_by_place_only_what_says_where_it_is_is_found(
    table: Table, fulltext: FullText
) -> None:
    places = {
        "basel": {"bbox": (7.4, 47.4, 7.8, 47.7), "is_located": True},
        "fiji": {"bbox": (177.0, -20.0, -178.0, -15.0), "is_located": True},
        "nowhere": {},
    }
    for name, place in places.items():
        repository = made(f"noaa/{name}")
        await keep(table, None, repository)
        await fulltext.put(document(repository.repository_uid, title="Tides", **place))
    for box, found in (
        ([7, 47, 8, 48], ["noaa/basel"]),
        ([179, -18, 0, 181, -17, 9], ["noaa/fiji"]),
        ([-180, -90, 180, 90], ["noaa/basel", "noaa/fiji"]),
        ([10, 0, 11, 1], []),
        (None, ["noaa/basel", "noaa/fiji", "noaa/nowhere"]),
    ):
        for asked in (ASKED, SearchRepositories()):
            wanted = asked.model_copy(update={"bbox": box})
            page = await search_repositories(table, fulltext, wanted, ANONYMOUS_PRINCIPAL)
            assert sorted(names(page)) == found, box


async def test_by_time_only_what_says_when_it_is_is_found(table: Table, fulltext: FullText) -> None:
    times = {
        "old": {"first": "1958-03-01T00:00:00Z", "last": "2001-12-29T12:00:00Z"},
        "new": {"first": "2020-06-30T23:59:59Z", "last": "2020-06-30T23:59:59Z"},
        "timeless": {},
    }
    for name, time in times.items():
        repository = made(f"noaa/{name}")
        await keep(table, None, repository)
        await fulltext.put(document(repository.repository_uid, title="Tides", **time))
    for start, end, found in (
        ("2001-12-29", None, ["noaa/new", "noaa/old"]),
        ("2001-12-30", None, ["noaa/new"]),
        (None, "1958-03-01", ["noaa/old"]),
        (None, "1958-02-28", []),
        ("2020-06-30", "2020-06-30", ["noaa/new"]),
        ("2020-07-01", "2020-07-01", []),
        (None, None, ["noaa/new", "noaa/old", "noaa/timeless"]),
    ):
        first = datetime.fromisoformat(f"{start}T00:00:00Z") if start else None
        last = datetime.fromisoformat(f"{end}T23:59:59Z") if end else None
        for asked in (ASKED, SearchRepositories()):
            wanted = asked.model_copy(update={"start": first, "end": last})
            page = await search_repositories(table, fulltext, wanted, ANONYMOUS_PRINCIPAL)
            assert sorted(names(page)) == found, (start, end)
            there = wanted.model_copy(update={"bbox": [7, 47, 8, 48]})
            page = await search_repositories(table, fulltext, there, ANONYMOUS_PRINCIPAL)
            assert names(page) == [], "without a place it is nowhere"


async def test_what_nothing_has_is_taken_for_what_was_meant(
    table: Table, fulltext: FullText
) -> None:
    await keep(table, fulltext, made("noaa/open"))
    for typed, mended in {"tdies": "tides", "Tidse": "tides", "tides": "", "lakes": ""}.items():
        asked = SearchRepositories(text=typed)
        page = await search_repositories(table, fulltext, asked, ANONYMOUS_PRINCIPAL)
        assert page.mended == mended
        assert names(page) == ([] if typed == "lakes" else ["noaa/open"])
    asked = SearchRepositories(text="tdies", account="nobody")
    page = await search_repositories(table, fulltext, asked, ANONYMOUS_PRINCIPAL)
    assert (page.mended, page.found) == ("", [])


async def test_no_word_of_what_is_hidden_is_told(table: Table, fulltext: FullText) -> None:
    for state in ({"visibility": Visibility.RESTRICTED}, {"state": State.DEACTIVATED}):
        await keep(table, fulltext, made("noaa/closed", **state))
        asked = SearchRepositories(text="tdies")
        for who in (ANONYMOUS_PRINCIPAL, Principal("account", "eve")):
            page = await search_repositories(table, fulltext, asked, who)
            assert (page.mended, page.found, page.total) == ("", [], 0)
    page = await search_repositories(table, fulltext, asked, Principal("account", "noaa"))
    assert page.mended == "tides"
    await keep(table, fulltext, made("noaa/late"))
    await keep(table, None, made("noaa/late", version=2, visibility=Visibility.RESTRICTED))
    page = await search_repositories(table, fulltext, asked, ANONYMOUS_PRINCIPAL)
    assert (page.mended, page.found) == ("", [])
