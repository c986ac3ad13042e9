"""The catalogue: documents follow the records, and a look finds whatever was missed."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.indexer.fulltext import FullText, open_fts5
from services.indexer.models.texts import Question
from services.indexer.operations.catalogue import Catalogue, Shelves
from services.indexer.operations.folder import Folder
from services.indexer.operations.indexing import index_object
from services.indexer.settings import WordsSettings
from services.indexer.store.editions import find_editions
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository, State
from shared.contracts.storage import StoredObject
from shared.errors import Unavailable
from shared.runtime import going
from shared.tables import Put, Table
from tests.objects import REPOSITORY_UID, Shelf, indexer_on, point_csv
from tests.repository_rows import MOMENT
from tests.waiting import eventually

README = b"# Acornlore\n\nSee [the paper](https://example.org/hidden-word) on *oaks*.\n"
REPOSITORY = Repository(
    repository_uid=REPOSITORY_UID,
    repository_id="globe-land-mask",
    account_uid="01NOAA",
    account_id="noaa",
    title="Land or sea",
    description="A mask of the globe",
    tags=["topography", "coast"],
    license="CC0-1.0",
    created_at=MOMENT,
    updated_at=MOMENT,
    version=1,
)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def fulltext(tmp_path: Path) -> AsyncIterator[FullText]:
    made = await open_fts5(tmp_path / "search.db", WordsSettings())
    yield made
    await made.close()


@pytest.fixture
def catalogue(table: Table, fulltext: FullText, shelf: Shelf) -> Catalogue:
    async def read_start(stored: StoredObject, most: int) -> bytes:
        if shelf.away:
            raise Unavailable("The data door does not answer.")
        return shelf.content[stored.key][:most]

    return Catalogue(Shelves(table, fulltext, read_start))


async def keep(table: Table, repository: Repository) -> None:
    body = repository.model_dump_json()
    for place in (
        ("REPOSITORY", repository.repository_uid),
        ("REPOSITORY_ID", repository.full_name),
    ):
        await table.write(Put({"pk": place[0], "sk": place[1], "body": body}))


@pytest.fixture
async def files(table: Table, shelf: Shelf) -> None:
    """The repository with a README and a table."""
    folder = Folder(table)
    indexer = indexer_on(table, shelf, folder)
    await keep(table, REPOSITORY)
    for version, (key, data) in enumerate(
        {"README.md": README, "deep/points.csv": point_csv((1, 2))}.items(), 1
    ):
        await index_object(indexer, shelf.put(key, data, version))
    edition = (await find_editions(table, REPOSITORY_UID)).current

    async def drained() -> bool:
        return await folder.drain(edition)

    await eventually(drained)


async def finds(fulltext: FullText, words: str, *facets: tuple[str, str]) -> bool:
    texts = (words,) if words else ()
    return bool(await fulltext.find(Question(texts, facets)))


@pytest.mark.usefixtures("files")
async def test_a_repository_is_found_by_all_that_it_says(
    catalogue: Catalogue, fulltext: FullText
) -> None:
    assert await catalogue.look() == 1
    for words in (
        "land sea",
        "globe-land-mask",
        "noaa",
        "topography",
        "mask of",
        "acornlore",
        "lat lon",
    ):
        assert await finds(fulltext, words), words
    assert await finds(fulltext, "", ("format", "CSV"), ("tag", "coast"), ("license", "CC0-1.0"))
    assert await finds(fulltext, "", ("account", "noaa"), ("year", str(MOMENT.year)))
    assert not await finds(fulltext, "hidden-word")


@pytest.mark.usefixtures("files")
async def test_what_is_as_it_was_is_not_written_again(catalogue: Catalogue) -> None:
    assert [await catalogue.look() for _ in range(2)] == [1, 0]


@pytest.mark.usefixtures("files")
async def test_a_change_that_was_marked_is_found_and_one_that_was_missed_by_a_look(
    table: Table, catalogue: Catalogue, fulltext: FullText
) -> None:
    await catalogue.look()
    changed = REPOSITORY.model_copy(update={"title": "Herons", "version": 2})
    await keep(table, changed)
    catalogue.mark(REPOSITORY_UID)
    await catalogue.write_marked()
    assert await finds(fulltext, "herons")
    assert not await finds(fulltext, "land or sea")
    await keep(table, changed.model_copy(update={"title": "Gulls", "version": 3}))
    assert await catalogue.look() == 1
    assert await finds(fulltext, "gulls")


async def test_where_its_files_lie_is_known_when_they_were_added_up(
    table: Table, catalogue: Catalogue, fulltext: FullText, shelf: Shelf
) -> None:
    folder = Folder(table, catalogue.mark)
    await keep(table, REPOSITORY)
    await index_object(
        indexer_on(table, shelf, folder), shelf.put("points.csv", point_csv((1, 2)), 1)
    )
    catalogue.mark(REPOSITORY_UID)
    await catalogue.write_marked()
    elsewhere = Question(spans=((100.0, 110.0),), south=60.0, north=70.0)
    assert await fulltext.find(elsewhere)

    async def is_known() -> bool:
        # What waits is found by an index, which may be late.
        await folder.add_up()
        await catalogue.write_marked()
        return not await fulltext.find(elsewhere)

    gulf = ("region", "Atlantic Ocean")
    assert not await finds(fulltext, "", gulf)
    assert not await fulltext.find(Question(is_located=True))
    await eventually(is_known)
    assert await finds(fulltext, "", gulf)
    assert await fulltext.find(Question(is_located=True))


@pytest.mark.usefixtures("files")
async def test_what_was_missed_while_the_bus_was_away_is_found_soon_after_its_return(
    table: Table, catalogue: Catalogue, fulltext: FullText, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.indexer.operations.catalogue.RETRY_SECONDS", 0.0)
    async with going(catalogue.keep):
        await eventually(lambda: finds(fulltext, "land or sea"))
        await keep(table, REPOSITORY.model_copy(update={"title": "Herons", "version": 2}))
        catalogue.look_soon()
        await eventually(lambda: finds(fulltext, "herons"))


@pytest.mark.parametrize("is_marked", [True, False])
@pytest.mark.usefixtures("files")
async def test_a_deleted_repository_is_forgotten(
    table: Table, catalogue: Catalogue, fulltext: FullText, is_marked: bool
) -> None:
    await catalogue.look()
    await keep(table, REPOSITORY.model_copy(update={"state": State.DELETED, "version": 2}))
    if is_marked:
        catalogue.mark(REPOSITORY_UID)
        await catalogue.write_marked()
    else:
        await catalogue.look()
    assert await fulltext.stamps() == {}


@pytest.mark.usefixtures("files")
async def test_it_is_found_by_what_its_owner_is_called_now(
    table: Table, catalogue: Catalogue, fulltext: FullText
) -> None:
    await catalogue.look()
    account = Account(
        account_uid="01NOAA",
        account_id="noaa",
        kind="organization",
        name="Ocean Service",
        created_at=MOMENT,
        updated_at=MOMENT,
        version=1,
    )
    await table.write(Put({"pk": "ACCOUNT", "sk": "01NOAA", "body": account.model_dump_json()}))
    await catalogue.mark_owned("01NOAA")
    await catalogue.write_marked()
    assert await finds(fulltext, "ocean service")


@pytest.mark.usefixtures("files")
async def test_a_readme_that_cannot_be_read_now_is_found_by_the_next_look(
    catalogue: Catalogue, fulltext: FullText, shelf: Shelf
) -> None:
    shelf.away = True
    catalogue.mark(REPOSITORY_UID)
    await catalogue.write_marked()
    assert await fulltext.stamps() == {}
    shelf.away = False
    assert await catalogue.look() == 1
    assert await finds(fulltext, "acornlore")
