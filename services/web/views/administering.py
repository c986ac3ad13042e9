"""For administrators: accounts found, shut, opened again. For all others there is no such page."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import ShutForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of, visitor_of
from services.web.session.visitor import Visitor
from services.web.views.names import find_account, named
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import (
    Account,
    AccountPage,
    DisableAccount,
    EnableAccount,
    SearchAccounts,
)
from shared.errors import Conflict, NotFound

PAGE = 50
LONGEST_TEXT = 100
SHUT = {"disabled": True, "enabled": False}


async def accounts(request: Request) -> Response:
    """Those that match, and where to go on."""
    await _administrator(request)
    query = request.query_params
    text, state = query.get("text", "")[:LONGEST_TEXT], query.get("state", "")
    found = await _search(request, text, state)
    going_on = {"text": text, "state": state, "cursor": found.cursor or ""}
    return await page(
        request,
        "admin/accounts.html",
        accounts=found.accounts,
        form=Filled({"text": text, "state": state}),
        next_page=f"?{urlencode(going_on)}" if found.cursor else "",
    )


async def account(request: Request) -> Response:
    """One account with its flags, and what can be done to it."""
    await _administrator(request)
    found = await find_account(request, named(request).account_id)
    return await _show(request, found, Filled())


async def send_account(request: Request) -> Response:
    """It is shut, or open."""
    fields = await sent_form(request)
    await _administrator(request)
    found = await find_account(request, named(request).account_id)
    return await once(request, fields, lambda: _shut(request, found, fields))


async def _shut(request: Request, found: Account, fields: Fields) -> Response:
    form, filled = check(ShutForm, fields)
    if form is None:
        return await _show(request, found, filled)
    visitor = await visitor_of(request)
    kind = DisableAccount if form.do == "disable" else EnableAccount
    wanted = kind(actor=visitor.actor, account_uid=found.account_uid, reason=form.reason)
    try:
        await resources_of(request).bus.request(wanted)
    except Conflict as problem:
        return await _show(request, found, refused(filled, problem, ShutForm.model_fields))
    return see(about("admin", found.account_id), f"account-{form.do}d")


async def _show(request: Request, found: Account, form: Filled) -> Response:
    return await page(request, "admin/account.html", account=found, form=form)


async def _search(request: Request, text: str, state: str) -> AccountPage:
    visitor = await visitor_of(request)
    wanted = SearchAccounts(
        actor=visitor.actor,
        text=text,
        disabled=SHUT.get(state),
        limit=PAGE,
        cursor=request.query_params.get("cursor") or None,
    )
    return await resources_of(request).bus.request(wanted)


async def _administrator(request: Request) -> Visitor:
    visitor = await visitor_of(request)
    if visitor.account is None or not visitor.account.admin:
        raise NotFound
    return visitor
