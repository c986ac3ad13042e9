"""Repositories: listed, made, changed, deleted."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.web.api.models import NewRepository, RepositoryChange, RepositoryList
from services.web.api.queries import (
    AccountName,
    Cursor,
    Limit,
    RepositoryName,
    ask,
    check_names,
)
from services.web.api.visitors import Calling, SignedIn
from shared.contracts.indexer import GetSummaries, RepositorySummary
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    ListRepositories,
    Repository,
)

router = APIRouter(tags=["repositories"])


@router.get("/repositories", summary="Repositories")
async def list_repositories(
    request: Request,
    visitor: Calling,
    account_id: Annotated[str, Query(description="Only those of this account")] = "",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> RepositoryList:
    """The public ones of all, or those of one account that you may list; newest first."""
    if account_id:
        check_names(account_id)
    page = await ask(
        request,
        ListRepositories(actor=visitor.actor, account_id=account_id, limit=limit, cursor=cursor),
    )
    return RepositoryList(repositories=page.repositories, cursor=page.cursor)


@router.post("/repositories", status_code=201, summary="Create a repository")
async def create_repository(
    request: Request, visitor: SignedIn, wanted: NewRepository
) -> Repository:
    """409 where its name is taken in that account."""
    return await ask(request, CreateRepository(actor=visitor.actor, **wanted.model_dump()))


@router.get("/repositories/{account_id}/{repository_id}", summary="A repository")
async def get_repository(
    request: Request, visitor: Calling, account_id: AccountName, repository_id: RepositoryName
) -> Repository:
    """Its metadata and visibility."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        GetRepository(actor=visitor.actor, account_id=account_id, repository_id=repository_id),
    )


@router.patch("/repositories/{account_id}/{repository_id}", summary="Change a repository")
async def edit_repository(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    repository_id: RepositoryName,
    change: RepositoryChange,
) -> Repository:
    """What is given is changed; 409 where `version` is given and is no longer the newest."""
    check_names(account_id, repository_id)
    return await ask(
        request,
        EditRepository(
            actor=visitor.actor,
            account_id=account_id,
            repository_id=repository_id,
            **change.model_dump(),
        ),
    )


@router.delete(
    "/repositories/{account_id}/{repository_id}", status_code=204, summary="Delete a repository"
)
async def delete_repository(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    repository_id: RepositoryName,
    confirm: Annotated[str, Query(description="The full name, `account/repository`")],
) -> None:
    """Hidden everywhere at once."""
    check_names(account_id, repository_id)
    await ask(
        request,
        DeleteRepository(
            actor=visitor.actor,
            account_id=account_id,
            repository_id=repository_id,
            confirm=confirm,
        ),
    )


@router.get("/repositories/{account_id}/{repository_id}/summary", summary="A repository in figures")
async def get_summary(
    request: Request, visitor: Calling, account_id: AccountName, repository_id: RepositoryName
) -> RepositorySummary:
    """Files, bytes, formats, extent in space and time."""
    found = await get_repository(request, visitor, account_id, repository_id)
    page = await ask(
        request,
        GetSummaries(actor=visitor.actor, repository_uids=[found.repository_uid]),
    )
    if page.summaries:
        return page.summaries[0]
    return RepositorySummary(
        repository_uid=found.repository_uid,
        account_id=found.account_id,
        repository_id=found.repository_id,
    )
