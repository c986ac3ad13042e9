"""Trusts: whose identity tokens act for an account; listed, added, removed."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import RemoveTrustForm, TrustForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import Account, CreateTrust, ListTrusts, RemoveTrust, TrustPage
from shared.errors import Invalid

PAGE = 50
FRESH = {"reach": "data", "minutes": "60"}


async def trusts(request: Request) -> Response:
    """Those of an account, newest first."""
    return await _show(request, await _managed(request), Filled(FRESH))


async def send_trust(request: Request) -> Response:
    """Another one."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    return await once(request, fields, lambda: _create(request, account, fields))


async def send_remove(request: Request) -> Response:
    """It is no more; also where that was so already."""
    fields = await sent_form(request)
    account = await _managed(request, fields)
    form, _ = check(RemoveTrustForm, fields)
    if form is None:
        raise Invalid("No trust was named.")
    visitor = await visitor_of(request)
    wanted = RemoveTrust(
        actor=visitor.actor, account_uid=account.account_uid, trust_uid=form.trust_uid
    )
    await resources_of(request).bus.request(wanted)
    return see(about(account.account_id, "trusts"), "trust-removed")


async def _create(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(TrustForm, fields)
    if form is None:
        return await _show(request, account, filled)
    visitor = await visitor_of(request)
    wanted = CreateTrust(
        actor=visitor.actor,
        account_uid=account.account_uid,
        name=form.name,
        issuer=form.issuer,
        audience=form.audience,
        subject=form.subject,
        duration_seconds=form.minutes * 60,
        actions=form.actions,
        places=form.places,
    )
    try:
        await resources_of(request).bus.request(wanted)
    except Invalid as problem:
        return await _show(request, account, refused(filled, problem, TrustForm.model_fields))
    return see(about(account.account_id, "trusts"))


async def _show(request: Request, account: Account, form: Filled) -> Response:
    listed = await _list(request, account)
    return await page(
        request,
        "accounts/trusts.html",
        account=account,
        trusts=listed.trusts,
        form=form,
        next_page=next_page(listed.cursor),
    )


async def _list(request: Request, account: Account) -> TrustPage:
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        ListTrusts(
            actor=visitor.actor,
            account_uid=account.account_uid,
            limit=PAGE,
            cursor=asked_cursor(request),
        )
    )


async def _managed(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only an account's owners say whose tokens act for it."
    return await allowed_account(request, lambda may: may.keys, refusal, fields)
