"""Another e-mail address for who is signed in: proven by a code that is mailed there, then taken.

Kratos' own form would say at once whether an address is another's, so it never sees one.
"""

from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from services.web.forms.checking import Filled, check, refused
from services.web.forms.drafts import make_draft
from services.web.forms.email import CodeForm, EmailForm
from services.web.resources import resources_of
from services.web.security import cookies
from services.web.session.visitor import EDGE, Identity
from services.web.views.entering import show_sign_in
from services.web.views.flows import browser_of
from services.web.views.page import page
from services.web.views.sending import Fields, needed_visitor, once, see, sent_form
from services.web.views.tries import Tries
from shared.contracts.accounts import (
    EMAIL_CODE_LIFETIME,
    ConfirmEmailChange,
    StartEmailChange,
)
from shared.errors import Conflict, Invalid, NotFound

HERE = "/-/email"
# As Kratos has it for passwords (`privileged_session_max_age`).
FRESH = timedelta(minutes=15)
MAIL_AND_CODE = 2
MADE_UP = "This code is for nothing that is known here; ask for another."


async def email(request: Request) -> Response:
    """The page."""
    await needed_visitor(request)
    return await _show(request, Filled())


async def send_email(request: Request) -> Response:
    """An address, then the code that was sent there; who signed in long ago does so again."""
    fields = await sent_form(request)
    visitor = await needed_visitor(request, fields)
    if visitor.identity is None or not await _is_fresh(request):
        return await show_sign_in(request, make_draft(HERE, fields), refresh=True)
    identity = visitor.identity
    return await once(request, fields, lambda: _send(request, identity, fields))


async def _send(request: Request, identity: Identity, fields: Fields) -> Response:
    await tries_of(request, identity.identity_id).enter()
    is_code = "code" in fields and "resend" not in fields
    return await (_confirm if is_code else _start)(request, identity, fields)


async def _start(request: Request, identity: Identity, fields: Fields) -> Response:
    form, filled = check(EmailForm, fields)
    if form is None:
        return await _show(request, filled)
    await tries_of(request, identity.identity_id).enter_mail(form.email)
    wanted = StartEmailChange(actor=EDGE, identity_id=identity.identity_id, email=form.email)
    try:
        change = await resources_of(request).bus.request(wanted)
    except Invalid as problem:
        return await _show(request, refused(filled, problem, EmailForm.model_fields))
    return await _show(request, Filled({"email": change.email, "change": change.change_uid}))


async def _confirm(request: Request, identity: Identity, fields: Fields) -> Response:
    form, filled = check(CodeForm, fields)
    if form is None:
        # Nobody sees the field that says for which change it is.
        is_made_up = "change" in filled.errors
        return await _show(request, Filled(message=MADE_UP) if is_made_up else filled)
    wanted = ConfirmEmailChange(
        actor=EDGE, identity_id=identity.identity_id, change_uid=form.change, code=form.code
    )
    edge = resources_of(request)
    try:
        await edge.bus.request(wanted)
    except Invalid as problem:
        return await _show(request, refused(filled, problem, CodeForm.model_fields))
    except (Conflict, NotFound) as problem:
        again = Filled({"email": form.email}, message=problem.detail)
        return await _show(request, again)
    # Of every other mail it is as true as before that a stranger had it sent.
    await tries_of(request, identity.identity_id).undo_all(MAIL_AND_CODE)
    edge.sessions.forget(cookies.for_kratos(request.cookies))
    await edge.kratos.revoke_others(browser_of(request))
    return see("/-/credentials", "email")


def tries_of(request: Request, identity_id: str) -> Tries:
    """Apart from those at other secrets of the same person, which end with any success."""
    return Tries(request, f"email/{identity_id}")


async def _is_fresh(request: Request) -> bool:
    session = await resources_of(request).kratos.session(browser_of(request))
    since = str(session.body.get("authenticated_at", "1970-01-01T00:00:00Z"))
    return datetime.now(UTC) - datetime.fromisoformat(since) < FRESH


async def _show(request: Request, form: Filled) -> Response:
    minutes = EMAIL_CODE_LIFETIME // timedelta(minutes=1)
    response = await page(request, "flows/email.html", form=form, minutes=minutes)
    response.headers["cache-control"] = "no-store"
    return response
