"""Organizations: made by form, and those that one has a role on."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.forms.accounts import NewAccountForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import answer_to, resources_of, visitor_of
from services.web.security.cookies import for_kratos
from services.web.views.page import page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import Account, CreateAccount, GetAccount, Role
from shared.errors import Conflict, Forbidden, Invalid, NotFound

MOST = 100
Organization = tuple[Account, Role]


async def organizations_of(request: Request) -> list[Organization]:
    """Those that the visitor has a role on, by name; what is shut or gone is left out."""
    roles = (await visitor_of(request)).principal.roles
    found = await asyncio.gather(*(_organization(request, uid) for uid in list(roles)[:MOST]))
    known = [(one, roles[one.account_uid]) for one in found if one]
    return sorted(known, key=lambda one: one[0].account_id)


async def _organization(request: Request, uid: str) -> Account | None:
    """None where it has gone meanwhile, or the role is on a repository, which is no account."""
    try:
        return await answer_to(request, GetAccount(account_uid=uid))
    except NotFound:
        return None


async def new(request: Request) -> Response:
    """The form."""
    await needed_account(request)
    return await _show(request, Filled({}))


async def send_new(request: Request) -> Response:
    """The organization is made; who made it is its first owner."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    return await once(request, fields, lambda: _create(request, fields))


async def _create(request: Request, fields: Fields) -> Response:
    form, filled = check(NewAccountForm, fields)
    if form is None:
        return await _show(request, filled)
    edge, visitor = resources_of(request), await visitor_of(request)
    wanted = CreateAccount(actor=visitor.actor, kind="organization", **form.model_dump())
    try:
        made = await edge.bus.request(wanted)
    except Conflict:
        filled.errors["account_id"] = "This name is taken. Choose another."
        return await _show(request, filled)
    except (Invalid, Forbidden) as problem:
        return await _show(request, refused(filled, problem, NewAccountForm.model_fields))
    # What is remembered of the visitor knows nothing of the new role.
    edge.sessions.forget(for_kratos(request.cookies))
    return see(f"/{made.account_id}")


async def _show(request: Request, form: Filled) -> Response:
    return await page(request, "accounts/new.html", form=form)
