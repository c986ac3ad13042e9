"""Choosing an account name: once for each person, right after registering."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME, own_address
from services.web.forms.accounts import NewAccountForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of
from services.web.security.cookies import for_kratos
from services.web.session.visitor import EDGE, Visitor
from services.web.views.page import page
from services.web.views.sending import Fields, needed_visitor, once, see, sent_form
from shared.contracts.accounts import CreateAccount
from shared.errors import Conflict, Invalid


async def welcome(request: Request) -> Response:
    """The page, or onwards for those who have a name."""
    visitor = await needed_visitor(request)
    return_to = _return_to(request.query_params)
    if visitor.account is not None:
        return see(return_to)
    filled = Filled({"name": visitor.identity.name if visitor.identity else ""})
    return await _show(request, filled, return_to)


async def send_welcome(request: Request) -> Response:
    """The name is taken for this person, or is told why not."""
    fields = await sent_form(request)
    visitor = await needed_visitor(request, fields)
    if visitor.account is not None:
        return _onwards(visitor.account.account_id, fields)
    return await once(request, fields, lambda: _create(request, visitor, fields))


async def _create(request: Request, visitor: Visitor, fields: Fields) -> Response:
    form, filled = check(NewAccountForm, fields)
    if form is None or visitor.identity is None:
        return await _show(request, filled, _return_to(fields))
    edge = resources_of(request)
    wanted = CreateAccount(
        actor=EDGE,
        account_id=form.account_id,
        kind="individual",
        name=form.name,
        identity_id=visitor.identity.identity_id,
    )
    try:
        await edge.bus.request(wanted)
    except Conflict:
        edge.sessions.forget(for_kratos(request.cookies))
        again = await edge.sessions.visitor(for_kratos(request.cookies))
        if again.account is not None:
            return _onwards(again.account.account_id, fields)
        filled.errors["account_id"] = "This name is taken. Choose another."
        return await _show(request, filled, _return_to(fields))
    except Invalid as problem:
        known = NewAccountForm.model_fields
        return await _show(request, refused(filled, problem, known), _return_to(fields))
    edge.sessions.forget(for_kratos(request.cookies))
    return _onwards(form.account_id, fields)


def _onwards(account_id: str, fields: Fields) -> Response:
    """Where the visitor was going, or to see what the new page looks like."""
    return_to = _return_to(fields)
    return see(return_to if return_to != HOME else f"/{account_id}")


async def _show(request: Request, form: Filled, return_to: str) -> Response:
    return await page(request, "flows/welcome.html", form=form, return_to=return_to)


def _return_to(fields: Fields) -> str:
    return own_address(fields.get("return_to", "") or HOME)
