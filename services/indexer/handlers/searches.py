"""Answers to searches: of items, collections and repositories, by place, time and words."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing

from services.indexer.handlers.resources import Resources, account_name
from services.indexer.handlers.rights import collected
from services.indexer.operations import (
    aggregating,
    collecting,
    finding,
    reaching,
    searching,
    suggesting,
)
from services.indexer.store.repositories import repositories_from
from shared.contracts.base import Actor
from shared.contracts.indexer import (
    AggregateItems,
    Aggregations,
    FeaturePage,
    FoundPage,
    ItemFilter,
    SearchCollections,
    SearchFeatures,
    SearchItems,
    SearchRepositories,
    StacPage,
    Suggestions,
    SuggestSearches,
)
from shared.contracts.repositories import Repository
from shared.errors import Forbidden, NotFound
from shared.policy import Action, may, repository_resource


async def search_items(resources: Resources, wanted: SearchItems) -> StacPage:
    """Some items of all collections, or of those that are named."""
    return await searching.search_items(
        resources.table,
        wanted,
        _readable(resources, wanted.actor, wanted),
        data_url=resources.data_url,
        limits=resources.limits,
    )


async def search_features(resources: Resources, wanted: SearchFeatures) -> FeaturePage:
    """The same as texts."""
    return await searching.search_features(
        resources.table,
        wanted,
        _readable(resources, wanted.actor, wanted),
        data_url=resources.data_url,
        limits=resources.limits,
    )


async def aggregate_items(resources: Resources, wanted: AggregateItems) -> Aggregations:
    """Items of all collections, or of those that are named, in figures."""
    collections = _collections(resources, wanted.actor, wanted)
    return await aggregating.aggregate_items(
        resources.table, wanted, collections, limits=resources.limits
    )


async def search_collections(resources: Resources, wanted: SearchCollections) -> StacPage:
    """Collections by words, place and time."""
    return await collecting.search_collections(
        resources.table,
        resources.catalogue.shelves.fulltext,
        wanted,
        await resources.projection.principal(wanted.actor),
        lambda uid: account_name(resources, uid),
    )


async def search_repositories(resources: Resources, wanted: SearchRepositories) -> FoundPage:
    """Repositories by words."""
    principal = await resources.projection.principal(wanted.actor)
    fulltext = resources.catalogue.shelves.fulltext
    return await finding.search_repositories(resources.table, fulltext, wanted, principal)


async def suggest_searches(resources: Resources, wanted: SuggestSearches) -> Suggestions:
    """What somebody may be about to type."""
    principal = await resources.projection.principal(wanted.actor)
    fulltext = resources.catalogue.shelves.fulltext
    return await suggesting.suggest(resources.table, fulltext, wanted.text, principal)


def _readable(resources: Resources, actor: Actor, wanted: ItemFilter) -> reaching.Readable:
    """What may be told to who asks."""
    table = resources.table

    async def reach() -> reaching.Reach:
        return await reaching.reach_of(table, await resources.projection.principal(actor))

    collections = _collections(resources, actor, wanted)
    return reaching.Readable(collections, bool(wanted.collections), reach)


def _collections(
    resources: Resources, actor: Actor, wanted: ItemFilter
) -> Callable[[str], AsyncGenerator[Repository, None]]:
    """The collections asked for, by id and from an id on."""
    if wanted.collections:
        return lambda first: _named(resources, actor, wanted.collections, first)
    return lambda first: _listed(resources, actor, first)


async def _named(
    resources: Resources, actor: Actor, names: Sequence[str], first: str
) -> AsyncGenerator[Repository, None]:
    """The collections asked for that who asks may read; no other is told from one that is none."""
    for name in sorted(set(names)):
        if name < first:
            continue
        try:
            repository = await collected(resources, actor, name)
        except (NotFound, Forbidden):
            continue
        yield repository


async def _listed(
    resources: Resources, actor: Actor, first: str
) -> AsyncGenerator[Repository, None]:
    """All collections that who asks may list and read."""
    principal = await resources.projection.principal(actor)
    async with aclosing(repositories_from(resources.table, first)) as repositories:
        async for repository in repositories:
            resource = repository_resource(repository)
            asked = (Action.REPOSITORY_LIST, Action.DATA_READ)
            if all(may(principal, action, resource, "") for action in asked):
                yield repository
