"""Answers to what others ask on the bus, each to those alone who may know."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel

from services.indexer.handlers.resources import Resources, account_name
from services.indexer.handlers.rights import collected, readable
from services.indexer.handlers.searches import (
    aggregate_items,
    search_collections,
    search_features,
    search_items,
    search_repositories,
    suggest_searches,
)
from services.indexer.operations import (
    asking,
    mirroring,
    writing,
)
from services.indexer.stac.names import repository_of
from shared.contracts.base import Actor, Request
from shared.contracts.indexer import (
    AggregateItems,
    CollectionMirror,
    Directory,
    FileMetadata,
    FilePreview,
    GetCollection,
    GetFile,
    GetItem,
    GetItemSource,
    GetMirror,
    GetMirrorPart,
    GetPreview,
    GetSummaries,
    ItemSource,
    ListCatalogs,
    ListCollections,
    ListDirectory,
    ListItems,
    MirrorPart,
    PreparedItem,
    PrepareItem,
    SearchCollections,
    SearchFeatures,
    SearchItems,
    SearchRepositories,
    StacDocument,
    StacPage,
    SuggestSearches,
    SummaryPage,
)
from shared.contracts.repositories import (
    Repository,
)
from shared.policy import Action, Principal, may, repository_resource


async def get_file(resources: Resources, wanted: GetFile) -> FileMetadata:
    """What is known of one object."""
    names, asked = (wanted.account_id, wanted.repository_id), (Action.DATA_READ, wanted.key)
    repository = await readable(resources, wanted.actor, names, asked)
    file = await asking.get_file(resources.table, repository, wanted.key)
    if not (file.parts or file.part_of):
        return file
    principal = await resources.projection.principal(wanted.actor)
    return _as_seen(principal, repository, file)


def _as_seen(principal: Principal, repository: Repository, file: FileMetadata) -> FileMetadata:
    """Without the files of the same thing that who asks may not read."""
    resource = repository_resource(repository)
    parts = [key for key in file.parts if may(principal, Action.DATA_READ, resource, key)]
    if may(principal, Action.DATA_READ, resource, file.part_of):
        return file.model_copy(update={"parts": parts})
    return file.model_copy(update={"parts": parts, "part_of": "", "item_id": ""})


async def get_preview(resources: Resources, wanted: GetPreview) -> FilePreview:
    """What one object shows of itself."""
    names, asked = (wanted.account_id, wanted.repository_id), (Action.DATA_READ, wanted.key)
    repository = await readable(resources, wanted.actor, names, asked)
    file = await asking.get_file(resources.table, repository, wanted.key)
    # It may have been described under other names.
    today = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    return await resources.previewing.preview(file.model_copy(update=today))


async def list_directory(resources: Resources, wanted: ListDirectory) -> Directory:
    """One page of a directory."""
    names = (wanted.account_id, wanted.repository_id)
    asked = (Action.DATA_LIST, wanted.prefix)
    repository = await readable(resources, wanted.actor, names, asked)
    return await asking.list_directory(resources.table, repository, wanted.prefix, wanted)


async def get_summaries(resources: Resources, wanted: GetSummaries) -> SummaryPage:
    """Repositories in figures; those who asks may not list are left out."""
    principal = await resources.projection.principal(wanted.actor)
    found = [await resources.projection.repository_of(uid) for uid in wanted.repository_uids]
    seen = [one for one in found if one and _sees_figures(principal, one)]
    return SummaryPage(summaries=await asking.get_summaries(resources.table, seen))


def _sees_figures(principal: Principal, repository: Repository) -> bool:
    """They are of all of it: neither a share link nor a key of a part of it opens them."""
    return may(principal, Action.DATA_LIST, repository_resource(repository), "")


async def list_catalogs(resources: Resources, wanted: ListCatalogs) -> StacPage:
    """The accounts whose collections who asks may list."""
    is_listed, name_of = await _listing(resources, wanted.actor)
    return await asking.list_catalogs(resources.table, wanted, is_listed=is_listed, name_of=name_of)


async def list_collections(resources: Resources, wanted: ListCollections) -> StacPage:
    """The collections that who asks may list."""
    is_listed, name_of = await _listing(resources, wanted.actor)
    return await asking.list_collections(
        resources.table, wanted, is_listed=is_listed, name_of=name_of
    )


async def get_collection(resources: Resources, wanted: GetCollection) -> StacDocument:
    """One collection."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    name = await account_name(resources, repository.account_uid)
    return await asking.get_collection(resources.table, repository, name)


async def get_mirror(resources: Resources, wanted: GetMirror) -> CollectionMirror:
    """The table of all items of a collection."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    return await mirroring.get_mirror(resources.table, repository)


async def get_mirror_part(resources: Resources, wanted: GetMirrorPart) -> MirrorPart:
    """Some bytes of it."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    part = (wanted.generation, wanted.number)
    return await mirroring.get_mirror_part(resources.table, repository, *part)


async def list_items(resources: Resources, wanted: ListItems) -> StacPage:
    """Some items of a collection."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    return await asking.list_items(
        resources.table, repository, wanted, data_url=resources.data_url, key=wanted.key
    )


async def get_item(resources: Resources, wanted: GetItem) -> StacDocument:
    """One item."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    return await asking.get_item(
        resources.table, repository, wanted.item_id, data_url=resources.data_url
    )


async def get_item_source(resources: Resources, wanted: GetItemSource) -> ItemSource:
    """The object that one item is told from."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    key = await writing.source_key(resources.table, repository, wanted.item_id)
    action = Action.DATA_DELETE if wanted.to_delete else Action.DATA_WRITE
    await readable(resources, wanted.actor, repository_of(wanted.collection_id), (action, key))
    return await writing.get_source(
        resources.table, repository, wanted.item_id, data_url=resources.data_url
    )


async def prepare_item(resources: Resources, wanted: PrepareItem) -> PreparedItem:
    """One item as it is to be written."""
    repository = await collected(resources, wanted.actor, wanted.collection_id)
    asked = (Action.DATA_WRITE, writing.key_of(wanted))
    await readable(resources, wanted.actor, repository_of(wanted.collection_id), asked)
    return await writing.prepare_item(
        resources.table,
        repository,
        wanted,
        limits=resources.indexer.limits,
        data_url=resources.data_url,
    )


async def _listing(
    resources: Resources, actor: Actor
) -> tuple[Callable[[Repository], bool], Callable[[str], Awaitable[str]]]:
    """Whether who asks may list a repository, and what an account is called."""
    principal = await resources.projection.principal(actor)
    return (
        lambda one: may(principal, Action.REPOSITORY_LIST, repository_resource(one)),
        lambda uid: account_name(resources, uid),
    )


Handler = Callable[[Resources, Any], Awaitable[BaseModel]]
REQUESTS: Mapping[type[Request[Any]], Handler] = {
    GetFile: get_file,
    GetPreview: get_preview,
    ListDirectory: list_directory,
    GetSummaries: get_summaries,
    ListCatalogs: list_catalogs,
    ListCollections: list_collections,
    GetCollection: get_collection,
    GetMirror: get_mirror,
    GetMirrorPart: get_mirror_part,
    ListItems: list_items,
    GetItem: get_item,
    GetItemSource: get_item_source,
    PrepareItem: prepare_item,
    SearchItems: search_items,
    SearchFeatures: search_features,
    AggregateItems: aggregate_items,
    SearchRepositories: search_repositories,
    SuggestSearches: suggest_searches,
    SearchCollections: search_collections,
}
