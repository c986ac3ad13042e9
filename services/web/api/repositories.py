"""Repositories: listed, made, changed, deleted."""

from typing import Annotated, Any

from fastapi import Query, Request, Response

from services.web.api.editions import Edition, tag
from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import (
    CitationView,
    NewRepository,
    RepositoryChange,
    RepositoryList,
)
from services.web.api.queries import (
    Paging,
    RepositoryPath,
    ask,
    check_names,
)
from services.web.api.routing import routing
from services.web.api.visitors import Calling, SignedIn
from services.web.render.citations import citations_of
from services.web.resources import resources_of
from services.web.session.visitor import Visitor
from shared.contracts.accounts import GetAccount
from shared.contracts.accounts import RepositoryName as FullName
from shared.contracts.indexer import GetSummaries, ListDirectory, RepositorySummary
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    ListRepositories,
    Repository,
)

router = routing("repositories")


@router.get("/repositories", summary="Repositories")
async def list_repositories(
    request: Request,
    visitor: Calling,
    paging: Paging,
    account_id: Annotated[str, Query(description="Only those of this account")] = "",
) -> RepositoryList:
    """The public ones of all, or those of one account that you may list; newest first."""
    if account_id:
        check_names(account_id)
    page = await ask(
        request,
        ListRepositories(actor=visitor.actor, account_id=account_id, **paging.asked),
    )
    paging.told(page)
    return RepositoryList(repositories=page.repositories, cursor=page.cursor)


@router.post("/repositories", status_code=201, summary="Create a repository")
async def create_repository(
    request: Request,
    response: Response,
    visitor: SignedIn,
    wanted: NewRepository,
    key: IdempotencyKey,
) -> Repository:
    """409 where its name is taken in that account."""
    asked = {**wanted.model_dump(), "idempotency_key": key}
    made = await ask(request, CreateRepository(actor=visitor.actor, **asked))
    tag(response, made)
    return made


@router.get("/repositories/{account_id}/{repository_id}", summary="A repository")
async def get_repository(
    request: Request,
    response: Response,
    visitor: Calling,
    name: RepositoryPath,
) -> Repository:
    """Its metadata and visibility."""
    found = await _found(request, visitor, name)
    tag(response, found)
    return found


@router.patch("/repositories/{account_id}/{repository_id}", summary="Change a repository")
async def edit_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    change: RepositoryChange,
    edition: Edition,
) -> Repository:
    """What is given is changed; 409 where `version` is given and is no longer the newest."""
    version = change.version if edition.version is None else edition.version
    given = {**name.model_dump(), **change.model_dump(), "version": version}
    return await edition.done(ask(request, EditRepository(actor=visitor.actor, **given)))


@router.delete(
    "/repositories/{account_id}/{repository_id}", status_code=204, summary="Delete a repository"
)
async def delete_repository(  # noqa: PLR0913, PLR0917  (each is a part of the request)
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    confirm: Annotated[str, Query(description="The full name, `account/repository`")],
    edition: Edition,
    reason: WhyQuery = "",
) -> None:
    """Hidden everywhere at once."""
    given = {**name.model_dump(), "confirm": confirm, "version": edition.version, "reason": reason}
    await edition.done(ask(request, DeleteRepository(actor=visitor.actor, **given)))


@router.get("/repositories/{account_id}/{repository_id}/summary", summary="A repository in figures")
async def get_summary(
    request: Request, visitor: Calling, name: RepositoryPath
) -> RepositorySummary:
    """Files, bytes, formats, extent in space and time; for whoever may list all of its files."""
    found = await _found(request, visitor, name)
    names: dict[str, Any] = found.model_dump(include={"account_id", "repository_id"})
    wanted = GetSummaries(actor=visitor.actor, repository_uids=[found.repository_uid])
    page = await ask(request, wanted)
    if not page.summaries:
        # It is left out for who may not list its files. Asked for these, the indexer says so.
        await ask(request, ListDirectory(actor=visitor.actor, **names, limit=1))
        page = await ask(request, wanted)
    if page.summaries:
        return page.summaries[0]
    return RepositorySummary(repository_uid=found.repository_uid, **names)


@router.get("/repositories/{account_id}/{repository_id}/citation", summary="How to cite it")
async def get_citation(request: Request, visitor: Calling, name: RepositoryPath) -> CitationView:
    """In words, as BibTeX and as CITATION.cff."""
    found = await _found(request, visitor, name)
    owner = await ask(request, GetAccount(actor=visitor.actor, account_id=found.account_id))
    return CitationView(**citations_of(found, resources_of(request).public_url, owner.name))


async def _found(request: Request, visitor: Visitor, name: FullName) -> Repository:
    return await ask(
        request,
        GetRepository(actor=visitor.actor, **name.model_dump()),
    )
