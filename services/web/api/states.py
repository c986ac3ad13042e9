"""Whole repositories: put aside, taken up, had back, renamed, handed over."""

from fastapi import APIRouter, Request, Response

from services.web.api.editions import Expected, condition, tag
from services.web.api.models import Confirmed, NewName, NewOwner
from services.web.api.queries import (
    AccountName,
    Paging,
    RepositoryPath,
    ask,
    check_names,
)
from services.web.api.retries import IdempotencyKey
from services.web.api.visitors import SignedIn
from shared.contracts.repositories import (
    AcceptTransfer,
    ActivateRepository,
    DeactivateRepository,
    DeclineTransfer,
    GetTransfer,
    ListDeletedRepositories,
    ListTransfers,
    OfferTransfer,
    RenameRepository,
    Repository,
    RepositoryPage,
    Transfer,
    TransferPage,
    UndeleteRepository,
)

router = APIRouter(tags=["repositories"])
ONE = "/repositories/{account_id}/{repository_id}"


@router.post(f"{ONE}/deactivate", summary="Put a repository aside")
async def deactivate_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: Confirmed,
) -> Repository:
    """Only its maintainers see it then, and nobody writes to it."""
    return await ask(
        request,
        DeactivateRepository(actor=visitor.actor, confirm=wanted.confirm, **name.model_dump()),
    )


@router.post(f"{ONE}/activate", summary="Take a repository up again")
async def activate_repository(
    request: Request, visitor: SignedIn, name: RepositoryPath
) -> Repository:
    """403 where an operator put it aside."""
    return await ask(request, ActivateRepository(actor=visitor.actor, **name.model_dump()))


@router.post(f"{ONE}/rename", summary="Rename a repository")
async def rename_repository(  # noqa: PLR0913, PLR0917  (each is a part of the request)
    request: Request,
    response: Response,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewName,
    expected: Expected,
) -> Repository:
    """Its old name goes on leading to it; 409 where the new one is taken or rests."""
    asked = RenameRepository(
        actor=visitor.actor,
        **name.model_dump(),
        new_repository_id=wanted.repository_id,
        version=expected,
    )
    with condition(expected):
        after = await ask(request, asked)
    tag(response, after)
    return after


@router.put(f"{ONE}/transfer", summary="Offer a repository to another account")
async def offer_transfer(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewOwner,
    key: IdempotencyKey,
) -> Transfer:
    """It stays where it is until the other account accepts; one offer at a time."""
    asked = {**name.model_dump(), **wanted.model_dump(), "idempotency_key": key}
    return await ask(request, OfferTransfer(actor=visitor.actor, **asked))


@router.get(f"{ONE}/transfer", summary="The offer of a repository")
async def get_transfer(request: Request, visitor: SignedIn, name: RepositoryPath) -> Transfer:
    """404 where none is open."""
    return await ask(request, GetTransfer(actor=visitor.actor, **name.model_dump()))


@router.get("/accounts/{account_id}/transfers", summary="Repositories offered to an account")
async def list_transfers(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> TransferPage:
    """Those that can still be taken."""
    check_names(account_id)
    asked = {"account_id": account_id, **paging.asked}
    return paging.told(await ask(request, ListTransfers(actor=visitor.actor, **asked)))


@router.post(
    "/accounts/{account_id}/transfers/{repository_uid}/accept", summary="Take a repository"
)
async def accept_transfer(
    request: Request, visitor: SignedIn, account_id: AccountName, repository_uid: str
) -> Repository:
    """It is this account's now; 409 where its name is taken here."""
    check_names(account_id)
    asked = {"account_id": account_id, "repository_uid": repository_uid}
    return await ask(request, AcceptTransfer(actor=visitor.actor, **asked))


@router.delete(
    "/accounts/{account_id}/transfers/{repository_uid}",
    status_code=204,
    summary="Decline or withdraw an offer",
)
async def decline_transfer(
    request: Request, visitor: SignedIn, account_id: AccountName, repository_uid: str
) -> None:
    """As the account it is offered to, or the one that offered it."""
    check_names(account_id)
    asked = {"account_id": account_id, "repository_uid": repository_uid}
    await ask(request, DeclineTransfer(actor=visitor.actor, **asked))


@router.get("/accounts/{account_id}/deleted", summary="Repositories that can be had back")
async def list_deleted_repositories(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> RepositoryPage:
    """Newest first; those that you may have back."""
    check_names(account_id)
    asked = {"account_id": account_id, **paging.asked}
    return paging.told(await ask(request, ListDeletedRepositories(actor=visitor.actor, **asked)))


@router.post("/accounts/{account_id}/deleted/{repository_uid}/undelete", summary="Undelete")
async def undelete_repository(
    request: Request, visitor: SignedIn, account_id: AccountName, repository_uid: str
) -> Repository:
    """As it was, under its name; 404 once it is purged."""
    check_names(account_id)
    asked = {"account_id": account_id, "repository_uid": repository_uid}
    return await ask(request, UndeleteRepository(actor=visitor.actor, **asked))
