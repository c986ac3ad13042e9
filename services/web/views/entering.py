"""Signing in, in one step or two, and out; registering; recovering an account.

Nobody is told whether an address is known: signing in and recovering take equally long and say the
same, and registering says no more before the address is proven by a code sent there.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME
from services.web.forms.drafts import Draft, pack, unpack
from services.web.forms.flows import told
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies
from services.web.security.even import Even
from services.web.session.visitor import HALFWAY
from services.web.views.flows import (
    GROWN_OLD,
    Carried,
    Shown,
    browser_of,
    carried_by,
    relay,
    return_to_of,
    session_in,
    show,
    submitted,
    ways_of,
)
from services.web.views.page import page
from services.web.views.sending import TooOld, see, sent_form
from services.web.views.tries import Tries
from shared.kratos import Answer, FlowKind

Fields = Mapping[str, str]
TEMPLATES: dict[FlowKind, str] = {
    "login": "flows/sign_in.html",
    "registration": "flows/register.html",
    "recovery": "flows/recover.html",
}
SIGNED_IN_AGAIN = "You are signed in again."
SIGNED_IN = "session_already_available"
MAIL_AND_CODE = 2
CHOOSE_PASSWORD = "/-/choose-password"  # noqa: S105 -- an address
ADDRESS_FIELDS: dict[FlowKind, str] = {
    "login": "identifier",
    "registration": "traits.email",
    "recovery": "email",
}


async def sign_in(request: Request) -> Response:
    """The page; the second factor for those who lack it; onwards for those who are signed in."""
    query = request.query_params
    carried = Carried(return_to_of(query), refresh=bool(query.get("refresh")))
    if (await visitor_of(request)).identity is not None and not carried.refresh:
        return see(carried.return_to or HOME)
    return await _fresh(request, "login", carried)


async def register(request: Request) -> Response:
    """The page, or onwards for those who are signed in."""
    return await _open(request, "registration")


async def recover(request: Request) -> Response:
    """The page, or onwards for those who are signed in."""
    return await _open(request, "recovery")


async def show_sign_in(request: Request, draft: Draft, *, refresh: bool = False) -> Response:
    """The sign-in page with a form that waits on it to be sent afterwards."""
    return await _fresh(request, "login", Carried(draft=pack(draft), refresh=refresh))


async def send_sign_in(request: Request) -> Response:
    """What was typed goes to Kratos."""
    return await _send(request, "login")


async def send_register(request: Request) -> Response:
    """An address, then the code that was sent there: two answers of the same flow."""
    return await _send(request, "registration")


async def send_recover(request: Request) -> Response:
    """An address, then the code that was sent there."""
    return await _send(request, "recovery")


async def sign_out(request: Request) -> Response:
    """Ends the session in Kratos and in the browser. Unavailable leaves both as they are."""
    await sent_form(request)
    edge = resources_of(request)
    await edge.kratos.logout(browser_of(request))
    edge.sessions.forget(cookies.for_kratos(request.cookies))
    response = see(HOME)
    for name in request.cookies:
        if name.startswith(cookies.KRATOS_PREFIXES):
            edge.cookies.drop(response, name)
    return response


async def _open(request: Request, kind: FlowKind) -> Response:
    carried = Carried(return_to_of(request.query_params))
    if (await visitor_of(request)).identity is not None:
        return see(carried.return_to or HOME)
    return await _fresh(request, kind, carried)


async def _send(request: Request, kind: FlowKind) -> Response:
    try:
        fields = await sent_form(request)
    except TooOld as old:
        return await _fresh(request, kind, carried_by(old.draft.fields, GROWN_OLD))
    even = Even(resources_of(request).settings.web.even_seconds)
    tries = Tries(request, told(fields, ADDRESS_FIELDS[kind]))
    tries.enter()
    answer = await submitted(request, kind, fields)
    if answer.status in {200, 422} and any(one.name == cookies.SESSION for one in answer.cookies):
        return await _entered(request, kind, carried_by(fields), answer, tries)
    if kind != "registration":
        await even.settle()
    return await _refused(request, kind, carried_by(fields), answer)


async def _entered(
    request: Request, kind: FlowKind, carried: Carried, answer: Answer, tries: Tries
) -> Response:
    """There is a session now: a second factor is asked for where there is one, else onwards."""
    resources_of(request).sessions.forget(cookies.for_kratos(request.cookies))
    if kind == "login" and answer.status == 422:
        tries.undo()
        return await _second_factor(request, carried, answer)
    if kind == "login":
        tries.succeed()
        return await _onwards(request, carried, answer)
    tries.succeed(MAIL_AND_CODE)
    chosen = f"{CHOOSE_PASSWORD}?return_to={quote(carried.return_to)}"
    return relay(request, see(chosen), answer)


async def _refused(request: Request, kind: FlowKind, carried: Carried, answer: Answer) -> Response:
    if "ui" in answer.body:
        shown = _page_of(kind, answer, carried)
        return await show(request, shown, carried, answer)
    if answer.error_id == SIGNED_IN:
        return see(carried.return_to or HOME)
    return await _fresh(request, kind, replace(carried, told=GROWN_OLD))


async def _second_factor(request: Request, carried: Carried, first: Answer) -> Response:
    """On the same page, so that what waits to be sent is not lost."""
    request.scope.update({"coop.session": session_in(request, first), "coop.visitor": HALFWAY})
    kratos = resources_of(request).kratos
    answer = await kratos.start("login", browser_of(request, first), aal="aal2")
    return await show(request, _page_of("login", answer, carried), carried, first, answer)


async def _onwards(request: Request, carried: Carried, answer: Answer) -> Response:
    """What was typed before the session ended is shown once more, to be sent."""
    session = session_in(request, answer)
    visitor = await resources_of(request).sessions.visitor(f"{cookies.SESSION}={session}")
    if carried.draft:
        draft = unpack(carried.draft)
        request.scope.update({"coop.session": session, "coop.visitor": visitor})
        response = await page(
            request, "flows/resume.html", draft=draft, reason=SIGNED_IN_AGAIN, return_to=""
        )
    elif visitor.identity is not None and visitor.account is None:
        response = see(f"/-/welcome?return_to={quote(carried.return_to)}")
    else:
        response = see(carried.return_to or HOME)
    return relay(request, response, answer)


async def _fresh(request: Request, kind: FlowKind, carried: Carried) -> Response:
    options = await _options(request, kind)
    answer = await resources_of(request).kratos.start(kind, browser_of(request), **options)
    if answer.error_id == SIGNED_IN:
        return see(carried.return_to or HOME)
    return await show(request, _page_of(kind, answer, carried), carried, answer)


async def _options(request: Request, kind: FlowKind) -> dict[str, Any]:
    """Signing in goes on from where the visitor is: nowhere, halfway, or signed in already."""
    visitor = await visitor_of(request)
    if kind != "login":
        return {}
    if visitor.halfway:
        return {"aal": "aal2"}
    return {"refresh": True} if visitor.identity is not None else {}


def _page_of(kind: FlowKind, answer: Answer, carried: Carried) -> Shown:
    ways = ways_of(kind, answer, carried)
    step = "second" if answer.body.get("requested_aal") == "aal2" else "first"
    return Shown(TEMPLATES[kind], ways, {"step": step, "state": answer.body.get("state", "")})
