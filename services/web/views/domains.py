"""Domains of an organization: what is to be proven, and how."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import DomainForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import Account, AddDomain, CheckDomain, ListDomains, RemoveDomain
from shared.errors import Conflict, Invalid, NotFound, TooManyRequests

WHAT = {"add": AddDomain, "check": CheckDomain, "remove": RemoveDomain}


async def domains(request: Request) -> Response:
    """All there are, proven or not."""
    return await _show(request, await _editable(request), Filled())


async def send_domains(request: Request) -> Response:
    """One is added, looked at again, or removed."""
    fields = await sent_form(request)
    account = await _editable(request, fields)
    return await once(request, fields, lambda: _do(request, account, fields))


async def _do(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(DomainForm, fields)
    if form is None:
        return await _show(request, account, filled)
    visitor = await visitor_of(request)
    wanted = WHAT[form.do](actor=visitor.actor, account_uid=account.account_uid, name=form.name)
    try:
        await resources_of(request).bus.request(wanted)
    except (Invalid, Conflict, TooManyRequests) as problem:
        return await _show(request, account, refused(filled, problem, DomainForm.model_fields))
    done = "domain-removed" if form.do == "remove" else ""
    return see(about(account.account_id, "domains"), done)


async def _show(request: Request, account: Account, form: Filled) -> Response:
    visitor = await visitor_of(request)
    wanted = ListDomains(actor=visitor.actor, account_uid=account.account_uid)
    found = await resources_of(request).bus.request(wanted)
    return await page(
        request,
        "accounts/domains.html",
        account=account,
        domains=found.domains,
        form=form,
    )


async def _editable(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only an organization's owners and maintainers prove its domains."
    account = await allowed_account(request, lambda may: may.edit, refusal, fields)
    if account.kind != "organization":
        raise NotFound
    return account
