"""The account or the repository that an address is about, for those signed in who may."""

from collections.abc import Callable

from starlette.requests import Request

from services.web.views.names import (
    May,
    MayAccount,
    demand,
    find_account,
    find_repository,
    may_account,
    may_of,
    named,
)
from services.web.views.sending import Fields, needed_account
from shared.contracts.accounts import Account
from shared.contracts.repositories import Repository


async def allowed_account(
    request: Request,
    is_allowed: Callable[[MayAccount], bool],
    refusal: str,
    fields: Fields | None = None,
) -> Account:
    """Who is not signed in is led there, and keeps `fields`; NotFound, and Forbidden as told."""
    await needed_account(request, fields)
    account = await find_account(request, named(request).account_id)
    await demand(request, lambda who: is_allowed(may_account(who, account)), refusal)
    return account


async def allowed_repository(
    request: Request,
    is_allowed: Callable[[May], bool],
    refusal: str,
    fields: Fields | None = None,
) -> Repository:
    """Who is not signed in is led there, and keeps `fields`; NotFound, and Forbidden as told."""
    await needed_account(request, fields)
    repository = await find_repository(request, named(request))
    await demand(request, lambda who: is_allowed(may_of(who, repository)), refusal)
    return repository
