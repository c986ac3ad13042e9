"""How much storage keeps, beside what a page is about; it does without while nobody can tell."""

from starlette.requests import Request

from services.web.resources import resources_of, visitor_of
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository
from shared.contracts.storage import GetAccountFigures, GetRepositoryFigures, StoredFigures
from shared.errors import Forbidden, NotFound, Unavailable

PATIENCE_SECONDS = 1.0


async def repository_figures(request: Request, repository: Repository) -> StoredFigures | None:
    """Of a repository whose files the visitor may list."""
    visitor = await visitor_of(request)
    wanted = GetRepositoryFigures(
        actor=visitor.actor,
        account_id=repository.account_id,
        repository_id=repository.repository_id,
    )
    return await _told(request, wanted)


async def account_figures(request: Request, account: Account) -> StoredFigures | None:
    """Of all that an account keeps, for its owners and maintainers."""
    visitor = await visitor_of(request)
    wanted = GetAccountFigures(actor=visitor.actor, account_id=account.account_id)
    return await _told(request, wanted)


async def _told(
    request: Request, wanted: GetRepositoryFigures | GetAccountFigures
) -> StoredFigures | None:
    try:
        return await resources_of(request).bus.request(wanted, timeout=PATIENCE_SECONDS)
    except (NotFound, Forbidden, Unavailable):
        return None
