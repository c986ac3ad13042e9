"""The audit trail of an account, as its owners and maintainers read it."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import resources_of, visitor_of
from services.web.session.visitor import Visitor
from services.web.views.names import find_account, named
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import needed_account
from shared.contracts.accounts import Account, AuditEntry, GetAccount, ListAuditEntries
from shared.errors import NotFound
from shared.identifiers import is_uid

PAGE = 50


async def audit(request: Request) -> Response:
    """Newest first, with names in the place of uids where there are such accounts."""
    await needed_account(request)
    account, visitor = (
        await find_account(request, named(request).account_id),
        await visitor_of(request),
    )
    wanted = ListAuditEntries(
        actor=visitor.actor,
        account_uid=account.account_uid,
        limit=PAGE,
        cursor=asked_cursor(request),
    )
    found = await resources_of(request).bus.request(wanted)
    return await page(
        request,
        "accounts/audit.html",
        account=account,
        entries=found.entries,
        names=await _names(request, visitor, found.entries),
        next_page=next_page(found.cursor),
    )


async def _names(request: Request, visitor: Visitor, entries: list[AuditEntry]) -> dict[str, str]:
    """The account names of those who did something, and of those whom it concerns."""
    named = ((one.actor.account_uid, one.subject, *one.details.values()) for one in entries)
    uids = {uid for entry in named for uid in entry if is_uid(uid)}
    found = await asyncio.gather(*(_find(request, visitor, uid) for uid in sorted(uids)))
    return {one.account_uid: one.account_id for one in found if one is not None}


async def _find(request: Request, visitor: Visitor, account_uid: str) -> Account | None:
    try:
        wanted = GetAccount(actor=visitor.actor, account_uid=account_uid)
        return await resources_of(request).bus.request(wanted)
    except NotFound:
        return None
