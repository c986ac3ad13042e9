"""What people ask: one file, one directory, a repository in figures, collections and items."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any

from services.indexer.models.counted import Holdings
from services.indexer.models.editions import Edition
from services.indexer.operations.room import Room, fitting
from services.indexer.operations.writing import find_called
from services.indexer.stac.collections import build_catalog, build_collection, with_mirror
from services.indexer.stac.items import Document, located
from services.indexer.store.beside import find_newest, some_askers_of
from services.indexer.store.directories import page_of_directory
from services.indexer.store.editions import find_editions, find_many_editions
from services.indexer.store.files import find_file
from services.indexer.store.items import items_after
from services.indexer.store.layout import split
from services.indexer.store.mirrors import find_many_mirrors
from services.indexer.store.named import listed_items
from services.indexer.store.repositories import (
    owners_after,
    place_of,
    repositories_after,
)
from services.indexer.store.sums import find_holdings, find_many_holdings, find_sums
from shared.contracts.base import Listed
from shared.contracts.indexer import (
    Directory,
    FileMetadata,
    ListCatalogs,
    ListCollections,
    RepositorySummary,
    StacDocument,
    StacPage,
)
from shared.contracts.repositories import Repository
from shared.errors import NotFound
from shared.identifiers import object_uid
from shared.paging import Stretch, cursor_at, fill, place_at
from shared.tables import Table

# Folders of a store within others, looked through to its root.
MOST_LEVELS = 8


async def get_file(table: Table, repository: Repository, key: str) -> FileMetadata:
    """What is known of one object. Raises NotFound, also before its event has come."""
    edition = await _current(table, repository)
    found = await find_file(table, edition, object_uid(repository.repository_uid, key))
    if found is None:
        raise NotFound
    whole = await _whole_of(table, edition, found)
    if whole is found:
        return found.model_copy(update={"part_of": ""})
    return found.model_copy(update={"part_of": whole.key, "item_id": whole.item_id})


async def _whole_of(table: Table, edition: Edition, file: FileMetadata) -> FileMetadata:
    """The file that stands for the thing that this one is a part of; itself where it is none."""
    for _ in range(MOST_LEVELS):
        said = [file.part_of] if file.part_of else []
        keys = said or await some_askers_of(table, edition, file.key)
        # Parts lie beside each other; who asks from below asks for something else.
        folder = split(file.key)[0]
        uids = [
            object_uid(file.repository_uid, key) for key in keys if said or split(key)[0] == folder
        ]
        above = [one for one in await find_newest(table, [edition], uids) if one]
        wholes = [one for one in above if said or file.key in one.parts]
        if not wholes:
            break
        file = wholes[0]
    return file


async def list_directory(
    table: Table, repository: Repository, prefix: str, listed: Listed
) -> Directory:
    """One page of a directory, which is empty where nothing is below the prefix."""
    edition = await _current(table, repository)
    if prefix:
        sums = (await find_sums(table, edition, [prefix]))[prefix].sums
    else:
        sums = (await find_holdings(table, edition)).holdings
    entries, cursor = await page_of_directory(table, edition, prefix, listed)
    return Directory(
        prefix=prefix, entries=entries, files=sums.files, size=sums.size, cursor=cursor
    )


async def get_summaries(
    table: Table, repositories: Sequence[Repository]
) -> list[RepositorySummary]:
    """Repositories in figures, in their order."""
    holdings = await holdings_of(table, repositories)
    return [
        _summary(repository, one) for repository, one in zip(repositories, holdings, strict=True)
    ]


async def holdings_of(table: Table, repositories: Sequence[Repository]) -> list[Holdings]:
    """What each of them adds up to."""
    uids = [repository.repository_uid for repository in repositories]
    editions = await find_many_editions(table, uids)
    return await find_many_holdings(table, [one.current for one in editions])


def _summary(repository: Repository, holdings: Holdings) -> RepositorySummary:
    extent = holdings.extent
    start, end = extent.interval if extent else (None, None)
    return RepositorySummary.model_validate(
        {
            "repository_uid": repository.repository_uid,
            "account_id": repository.account_id,
            "repository_id": repository.repository_id,
            "files": holdings.files,
            "size": holdings.size,
            "items": holdings.items,
            "formats": holdings.formats,
            "bbox": extent.bbox if extent else None,
            "footprints": [box for box in holdings.shown.values() if box],
            "start": start,
            "end": end,
            "changed_at": holdings.changed or None,
        }
    )


async def get_collection(table: Table, repository: Repository, account_name: str) -> StacDocument:
    """The repository as a collection."""
    (document,) = await collections_of(table, [repository], [account_name])
    return StacDocument(document=document)


async def collections_of(
    table: Table, repositories: Sequence[Repository], account_names: Sequence[str]
) -> list[Document]:
    """Repositories as collections, in their order."""
    held = await holdings_of(table, repositories)
    mirrors = await find_many_mirrors(table, [one.repository_uid for one in repositories])
    return [
        with_mirror(build_collection(repository, name, holdings), mirror)
        for repository, name, holdings, mirror in zip(
            repositories, account_names, held, mirrors, strict=True
        )
    ]


async def list_collections(
    table: Table,
    wanted: ListCollections,
    *,
    is_listed: Callable[[Repository], bool],
    name_of: Callable[[str], Awaitable[str]],
) -> StacPage:
    """Repositories as collections, by name; `name_of` an account's uid."""

    async def read(place: str | None) -> Stretch[Repository]:
        return await repositories_after(table, wanted.account_id, place)

    found, cursor = await fill(read, wanted, keep=is_listed, place=place_of)
    names = {uid: await name_of(uid) for uid in {one.account_uid for one in found}}
    of_each = [names[one.account_uid] for one in found]
    documents = fitting(await collections_of(table, found, of_each))
    if len(documents) < len(found):
        cursor = cursor_at(place_of(found[len(documents) - 1]))
    return StacPage(documents=documents, cursor=cursor)


async def list_catalogs(
    table: Table,
    wanted: ListCatalogs,
    *,
    is_listed: Callable[[Repository], bool],
    name_of: Callable[[str], Awaitable[str]],
) -> StacPage:
    """Accounts with something to list as catalogs, by id; `name_of` an account's uid."""

    async def read(place: str | None) -> Stretch[Repository]:
        owners, following = await owners_after(table, place)
        firsts = [await _first_listed(table, owner, is_listed) for owner in owners]
        return [one for one in firsts if one is not None], following

    found, cursor = await fill(read, wanted, keep=lambda _: True, place=lambda one: one.account_id)
    catalogs = [build_catalog(one.account_id, await name_of(one.account_uid)) for one in found]
    return StacPage(documents=catalogs, cursor=cursor)


async def _first_listed(
    table: Table, account_id: str, is_listed: Callable[[Repository], bool]
) -> Repository | None:
    """The first repository of an account that may be listed."""
    place: str | None = None
    while True:
        found, place = await repositories_after(table, account_id, place)
        first = next(filter(is_listed, found), None)
        if first is not None or place is None:
            return first


async def list_items(
    table: Table, repository: Repository, listed: Listed, *, data_url: str, key: str = ""
) -> StacPage:
    """Some items of a repository by id, and how many there are; or of the list of this key."""
    edition, after = await _current(table, repository), place_at(listed.cursor) or ""
    matched: int | None = None
    if key:
        uid = object_uid(repository.repository_uid, key)
        found = listed_items(table, edition, uid, after)
    else:
        found = items_after(table, edition, after)
        matched = (await find_holdings(table, edition)).holdings.items
    documents: dict[str, Document] = {}
    room = Room()
    async with aclosing(found) as items:
        async for item_id, item in items:
            document = _told(item, repository, data_url)
            if len(documents) == listed.limit or not room.takes(document):
                cursor = cursor_at(next(reversed(documents)))
                return StacPage(documents=[*documents.values()], cursor=cursor, matched=matched)
            documents[item_id] = document
    return StacPage(documents=[*documents.values()], matched=matched)


async def get_item(
    table: Table, repository: Repository, item_id: str, *, data_url: str
) -> StacDocument:
    """One item, by its id or that which it was written by. Raises NotFound."""
    item = await find_called(table, await _current(table, repository), item_id)
    if item is None:
        raise NotFound
    return StacDocument(document=_told(item, repository, data_url))


def _told(item: dict[str, Any], repository: Repository, data_url: str) -> Document:
    return located(item, repository.account_id, repository.repository_id, data_url)


async def _current(table: Table, repository: Repository) -> Edition:
    return (await find_editions(table, repository.repository_uid)).current
