"""Whole repositories: put aside, taken up, had back, renamed, handed over."""

from typing import Annotated, Any

from fastapi import Depends, Request, Response

from services.web.api.editions import Edition, tag
from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Confirmed, NewName, NewOwner
from services.web.api.queries import (
    AccountName,
    Paging,
    RepositoryPath,
    ask,
    check_names,
)
from services.web.api.routing import routing
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

router = routing("repositories")
ONE = "/repositories/{account_id}/{repository_id}"


async def _named_by_uid(account_id: AccountName, repository_uid: str) -> dict[str, Any]:
    check_names(account_id)
    return {"account_id": account_id, "repository_uid": repository_uid}


WholeRepository = Annotated[dict[str, Any], Depends(_named_by_uid)]
"""A repository as one of an account's that has no name there now: offered to it, or deleted."""


@router.post(f"{ONE}/deactivate", summary="Put a repository aside")
async def deactivate_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: Confirmed,
    edition: Edition,
) -> Repository:
    """Only its maintainers see it then, and nobody writes to it."""
    asked = {**name.model_dump(), **wanted.model_dump(), "version": edition.version}
    return await edition.done(ask(request, DeactivateRepository(actor=visitor.actor, **asked)))


@router.post(f"{ONE}/activate", summary="Take a repository up again")
async def activate_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    edition: Edition,
    reason: WhyQuery = "",
) -> Repository:
    """403 where an operator put it aside."""
    asked = {**name.model_dump(), "version": edition.version, "reason": reason}
    return await edition.done(ask(request, ActivateRepository(actor=visitor.actor, **asked)))


@router.post(f"{ONE}/rename", summary="Rename a repository")
async def rename_repository(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewName,
    edition: Edition,
) -> Repository:
    """Its old name goes on leading to it; 409 where the new one is taken or rests."""
    new = {"new_repository_id": wanted.repository_id, "reason": wanted.reason}
    asked = {**name.model_dump(), **new, "version": edition.version}
    return await edition.done(ask(request, RenameRepository(actor=visitor.actor, **asked)))


@router.put(f"{ONE}/transfer", summary="Offer a repository to another account")
async def offer_transfer(  # noqa: PLR0913, PLR0917  (each is a part of the request)
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewOwner,
    key: IdempotencyKey,
    edition: Edition,
) -> Transfer:
    """It stays where it is until the other account accepts; one offer at a time.

    If-Match is about the offer that this one replaces.
    """
    asked = {**name.model_dump(), **wanted.model_dump(), "idempotency_key": key}
    offer = OfferTransfer(actor=visitor.actor, **asked, version=edition.version)
    return await edition.done(ask(request, offer))


@router.get(f"{ONE}/transfer", summary="The offer of a repository")
async def get_transfer(
    request: Request, response: Response, visitor: SignedIn, name: RepositoryPath
) -> Transfer:
    """404 where none is open."""
    found = await ask(request, GetTransfer(actor=visitor.actor, **name.model_dump()))
    tag(response, found)
    return found


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
    request: Request,
    visitor: SignedIn,
    offered: WholeRepository,
    edition: Edition,
    reason: WhyQuery = "",
) -> Repository:
    """It is this account's now; 409 where its name is taken here. If-Match is about the offer."""
    asked = {**offered, "version": edition.version, "reason": reason}
    return await edition.done(ask(request, AcceptTransfer(actor=visitor.actor, **asked)))


@router.delete(
    "/accounts/{account_id}/transfers/{repository_uid}",
    status_code=204,
    summary="Decline or withdraw an offer",
)
async def decline_transfer(
    request: Request,
    visitor: SignedIn,
    offered: WholeRepository,
    edition: Edition,
    reason: WhyQuery = "",
) -> None:
    """As the account it is offered to, or the one that offered it. If-Match is about the offer."""
    asked = {**offered, "version": edition.version, "reason": reason}
    await edition.done(ask(request, DeclineTransfer(actor=visitor.actor, **asked)))


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
    request: Request,
    visitor: SignedIn,
    deleted: WholeRepository,
    edition: Edition,
    reason: WhyQuery = "",
) -> Repository:
    """As it was, under its name; 404 once it is purged."""
    asked = {**deleted, "version": edition.version, "reason": reason}
    return await edition.done(ask(request, UndeleteRepository(actor=visitor.actor, **asked)))
