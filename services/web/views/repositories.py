"""A repository's page: its files with what they are, its README, and what is known of the whole."""

import asyncio
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, about, data_url, directory_page
from services.web.render.catalogues import FORMS, schema_org
from services.web.render.footprint import Map, world
from services.web.render.readme import Readme, is_readme
from services.web.render.snippets import Snippet, Target, for_repository
from services.web.resources import resources_of, visitor_of
from services.web.session.visitor import NOBODY
from services.web.views.cards import summaries_of
from services.web.views.catalogues import dataset_of
from services.web.views.events import events_of
from services.web.views.figures import repository_figures
from services.web.views.names import (
    May,
    find_account,
    find_repository,
    is_open,
    may_of,
    named,
    place_of_request,
    share_of,
)
from services.web.views.page import page
from services.web.views.readmes import Text, readme_of
from shared.contracts.accounts import Account
from shared.contracts.indexer import (
    Directory,
    GetFile,
    ListDirectory,
    RepositorySummary,
)
from shared.contracts.repositories import Repository, Visibility
from shared.contracts.storage import StoredFigures
from shared.errors import NotFound, Problem, Unavailable
from shared.policy import Action, Principal, may, repository_resource

PAGE = 200
PATIENCE_SECONDS = 1.0
AWAY = Directory(prefix="", entries=[], files=0, size=0)


@dataclass(frozen=True, slots=True)
class RepositoryView:
    """Everything the page shows."""

    repository: Repository
    directory: Directory
    summary: RepositorySummary | None
    figures: StoredFigures | None
    may: May
    trail: list[tuple[str, str]]
    readme: Readme | None
    map: Map | None
    snippets: list[Snippet]
    tool: str
    cursor: str
    fragment: str
    events: str
    is_away: bool


async def show(request: Request) -> Response:
    """The page of a repository, or of one directory in it."""
    place = place_of_request(request)
    view, owner = await asyncio.gather(_view(request, place), _owner(request, place))
    told = _for_search_engines(request, view, owner) if owner else None
    return await page(request, "repositories/show.html", view=view, told=told, catalogues=FORMS)


async def blocks(request: Request) -> Response:
    """The blocks of that page that change by themselves."""
    place = named(request)
    prefix = request.query_params.get("prefix", "")
    view = await _view(request, Place(place.account_id, place.repository_id, prefix))
    return await page(request, "repositories/fragment.html", view=view)


async def _view(request: Request, place: Place) -> RepositoryView:
    cursor = request.query_params.get("cursor", "")
    repository, found = await asyncio.gather(
        find_repository(request, place), listed(request, place, cursor)
    )
    principal = (await visitor_of(request)).shared_principal
    may = may_of(principal, repository)
    # Of what is new the indexer knows nothing yet; of a folder that was shared, this is above.
    if found is None and (place.key or not may.see):
        raise NotFound
    # That it may be seen has not come to the indexer yet.
    directory = found or AWAY
    uid = repository.repository_uid
    summaries, readme, figures = await asyncio.gather(
        summaries_of(request, [] if directory is AWAY else [uid]),
        _readme(request, repository, directory, cursor),
        repository_figures(request, repository),
    )
    summary = summaries.get(uid)
    snippets = for_repository(await _target(request, repository, place.key))
    tool = chosen(request, snippets)
    return RepositoryView(
        repository=repository,
        directory=directory,
        summary=summary,
        figures=figures,
        may=may,
        trail=trail_of(principal, repository, directory.prefix),
        readme=readme,
        map=world(summary.footprints) if summary and summary.footprints else None,
        snippets=snippets,
        tool=tool,
        cursor=cursor,
        fragment=_fragment(repository, directory.prefix, cursor),
        events=events_of(request, repository) if may.see else "",
        is_away=directory is AWAY,
    )


async def _owner(request: Request, place: Place) -> Account | None:
    """For search engines, which look at the whole and never sign in; None for everyone else."""
    if place.key or (await visitor_of(request)) is not NOBODY:
        return None
    try:
        return await find_account(request, place.account_id)
    except Problem:
        return None


def _for_search_engines(
    request: Request, view: RepositoryView, owner: Account
) -> dict[str, Any] | None:
    """JSON-LD of what they may list; None for the rest."""
    if view.repository.visibility is not Visibility.PUBLIC:
        return None
    return schema_org.document_of(dataset_of(request, view.repository, owner, view.summary))


async def listed(request: Request, place: Place, cursor: str = "") -> Directory | None:
    """The listing, or AWAY while the indexer does not answer: the rest of the page still does."""
    try:
        return await find_directory(request, place, cursor)
    except Unavailable:
        return AWAY


async def find_directory(request: Request, place: Place, cursor: str = "") -> Directory | None:
    """One page of a directory; None where the indexer knows of nothing there."""
    visitor = await visitor_of(request)
    wanted = ListDirectory(
        actor=visitor.actor,
        account_id=place.account_id,
        repository_id=place.repository_id,
        prefix=place.key,
        limit=PAGE,
        cursor=cursor or None,
    )
    try:
        directory = await resources_of(request).bus.request(wanted, timeout=PATIENCE_SECONDS)
    except NotFound:
        return None
    return directory if directory.entries or cursor or not place.key else None


def trail_of(principal: Principal, repository: Repository, prefix: str) -> list[tuple[str, str]]:
    """The way down to a directory: each step's name, and its address where it may be listed."""
    names = (repository.account_id, repository.repository_id)
    resource, so_far = repository_resource(repository), ""
    steps: list[tuple[str, str]] = []
    for segment in (repository.repository_id, *prefix.split("/")[:-1]):
        so_far += f"{segment}/" if steps else ""
        is_open = may(principal, Action.DATA_LIST, resource, so_far)
        steps.append((segment, directory_page(*names, so_far) if is_open else ""))
    return steps


def chosen(request: Request, snippets: list[Snippet]) -> str:
    """The tool whose lines are shown: the one asked for, else the first."""
    asked = request.query_params.get("with", "")
    return asked if any(one.slug == asked for one in snippets) else snippets[0].slug


async def _readme(
    request: Request, repository: Repository, directory: Directory, cursor: str
) -> Readme | None:
    for entry in directory.entries:
        if not entry.is_directory and is_readme(entry.name):
            text = Text(entry.key, entry.size, entry.changed_at)
            return await readme_of(request, repository, text)
    if directory.cursor and not cursor:
        return await _further_readme(request, repository, f"{directory.prefix}README.md")
    return None


async def _further_readme(request: Request, repository: Repository, key: str) -> Readme | None:
    """In a long directory it may lie behind the first page."""
    visitor = await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    try:
        file = await resources_of(request).bus.request(
            GetFile(actor=visitor.actor, key=key, **names)
        )
    except Problem:
        return None
    return await readme_of(request, repository, Text(key, file.size, file.last_modified))


async def _target(request: Request, repository: Repository, prefix: str) -> Target:
    edge = resources_of(request)
    names = (repository.account_id, repository.repository_id)
    return Target(
        url=data_url(edge.data_door, *names),
        endpoint=edge.data_door,
        account_id=names[0],
        repository_id=names[1],
        key=prefix,
        share=await share_of(request, repository),
        is_open=is_open(repository),
        catalog=f"{edge.public_url}/stac",
    )


def _fragment(repository: Repository, prefix: str, cursor: str) -> str:
    query = {name: value for name, value in (("prefix", prefix), ("cursor", cursor)) if value}
    address = about(repository.account_id, repository.repository_id, "blocks")
    return f"{address}?{urlencode(query)}" if query else address
