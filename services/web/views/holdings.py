"""What an account may have: repositories it deleted lately, and those that are offered to it."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about, directory_page
from services.web.forms.checking import Filled, check
from services.web.forms.repositories import UidForm
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import Account
from shared.contracts.base import Request as BusRequest
from shared.contracts.repositories import (
    AcceptTransfer,
    DeclineTransfer,
    ListDeletedRepositories,
    ListTransfers,
    Repository,
    UndeleteRepository,
)
from shared.errors import Conflict, Invalid

PAGE = 100
# What the page that is shown afterwards says.
DONE: dict[type[BusRequest[Any]], str] = {
    UndeleteRepository: "repository-undeleted",
    AcceptTransfer: "repository-accepted",
    DeclineTransfer: "offer-declined",
}


async def holdings(request: Request) -> Response:
    """Both lists, with a button for each."""
    return await _show(request, await _held(request))


async def send_undelete(request: Request) -> Response:
    """It is back, under its name."""
    return await _send(request, UndeleteRepository)


async def send_accept(request: Request) -> Response:
    """It is the account's now."""
    return await _send(request, AcceptTransfer)


async def send_decline(request: Request) -> Response:
    """It stays where it is."""
    return await _send(request, DeclineTransfer)


async def _send(request: Request, wanted: type[BusRequest[Any]]) -> Response:
    fields = await sent_form(request)
    account = await _held(request, fields)
    return await once(request, fields, lambda: _ask(request, account, fields, wanted))


async def _ask(
    request: Request, account: Account, fields: Fields, wanted: type[BusRequest[Any]]
) -> Response:
    form, _ = check(UidForm, fields)
    if form is None:
        raise Invalid("No repository was named.")
    visitor = await visitor_of(request)
    asked = {"account_id": account.account_id, "repository_uid": form.repository_uid}
    try:
        after = await resources_of(request).bus.request(wanted(actor=visitor.actor, **asked))
    except Conflict:
        told = f"{account.account_id} has, or had until lately, a repository of this name."
        return await _show(request, account, Filled(message=told))
    if isinstance(after, Repository):
        return see(directory_page(after.account_id, after.repository_id), DONE[wanted])
    return see(about(account.account_id, "repositories"), DONE[wanted])


async def _show(request: Request, account: Account, form: Filled | None = None) -> Response:
    visitor, bus = await visitor_of(request), resources_of(request).bus
    asked = {"actor": visitor.actor, "account_id": account.account_id, "limit": PAGE}
    here, there = asked_cursor(request, "deleted"), asked_cursor(request, "offers")
    deleted, transfers = await asyncio.gather(
        bus.request(ListDeletedRepositories(**asked, cursor=here)),
        bus.request(ListTransfers(**asked, cursor=there)),
    )
    return await page(
        request,
        "accounts/repositories.html",
        account=account,
        deleted=deleted.repositories,
        transfers=transfers.transfers,
        next_deleted=next_page(deleted.cursor, "deleted"),
        next_offers=next_page(transfers.cursor, "offers"),
        form=form,
    )


async def _held(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only those who may create repositories here may do this."
    return await allowed_account(request, lambda may: may.create, refusal, fields)
