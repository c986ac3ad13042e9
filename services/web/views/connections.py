"""Data connections: buckets of an account's own; listed, added, removed, their keys never shown."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.checking import Filled, check, refused
from services.web.forms.connections import HALVES, ConnectionForm, RemoveConnectionForm
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import Account
from shared.contracts.repositories import (
    DEFAULT_REGION,
    ConnectionPage,
    CreateConnection,
    ListConnections,
    RemoveConnection,
)
from shared.errors import Conflict, Invalid

PAGE = 50
FRESH = {"region": DEFAULT_REGION}


async def connections(request: Request) -> Response:
    """Those of an account, newest first."""
    return await _show(request, await _managed(request), Filled(FRESH))


async def send_connection(request: Request) -> Response:
    """Another one."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    return await once(request, fields, lambda: _create(request, account, fields))


async def send_remove(request: Request) -> Response:
    """Nothing is read through it any more."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    form, _ = check(RemoveConnectionForm, fields)
    if form is None:
        raise Invalid("No data connection was named.")
    visitor = await visitor_of(request)
    names = {"account_id": account.account_id, "connection_uid": form.connection_uid}
    await resources_of(request).bus.request(RemoveConnection(actor=visitor.actor, **names))
    return see(about(account.account_id, "connections"), "connection-removed")


async def _create(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(ConnectionForm, fields)
    # What it is read by is typed again rather than sent back.
    filled.values = {name: value for name, value in filled.values.items() if name not in HALVES}
    if form is None:
        return await _show(request, account, filled)
    visitor = await visitor_of(request)
    asked = {**form.model_dump(), "account_id": account.account_id}
    try:
        wanted = CreateConnection(actor=visitor.actor, **asked)
        await resources_of(request).bus.request(wanted)
    except (Invalid, Conflict) as problem:
        return await _show(request, account, refused(filled, problem, ConnectionForm.model_fields))
    return see(about(account.account_id, "connections"), "connection-added")


async def _show(request: Request, account: Account, form: Filled) -> Response:
    listed = await _list(request, account)
    return await page(
        request,
        "accounts/connections.html",
        account=account,
        connections=listed.connections,
        form=form,
        next_page=next_page(listed.cursor),
    )


async def _list(request: Request, account: Account) -> ConnectionPage:
    visitor = await visitor_of(request)
    asked = {"account_id": account.account_id, "limit": PAGE, "cursor": asked_cursor(request)}
    return await resources_of(request).bus.request(ListConnections(actor=visitor.actor, **asked))


async def _managed(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only an account's owners connect buckets to it."
    return await allowed_account(request, lambda may: may.connect, refusal, fields)
