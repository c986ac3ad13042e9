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
from services.web.forms.flow_fields import PROVIDER, SECOND_STEPS
from services.web.forms.flows import read_flow, told
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
    leave,
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
NOT_THERE = "Signing in there did not work. Try again, or choose another way."
UNPROVEN = (
    "No confirmed e-mail address came along from there, so it cannot be used to register. Register "
    "by a code that is sent to your address."
)
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
    return await _begin(request, "login", carried)


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
    return await _begin(request, kind, carried)


async def _begin(request: Request, kind: FlowKind, carried: Carried) -> Response:
    """A new flow, or what became of one for who comes back from another provider."""
    query = request.query_params
    if query.get("failed"):
        return await _fresh(request, kind, replace(carried, told=NOT_THERE))
    if not query.get("flow"):
        return await _fresh(request, kind, carried)
    answer = await resources_of(request).kratos.fetch(kind, query["flow"], browser_of(request))
    if "ui" not in answer.body:
        return await _fresh(request, kind, carried)
    return await _came_back(request, kind, carried, answer)


async def _came_back(
    request: Request, kind: FlowKind, carried: Carried, answer: Answer
) -> Response:
    """To sign in once in another way; all else begins anew, in our words and not a provider's."""
    shown = _page_of(kind, answer, carried)
    if kind == "login" and shown.status == 200:
        return await show(request, shown, carried, answer)
    lacks_email = any(one.name == "traits.email" for one in read_flow(answer.body).fields)
    reason = UNPROVEN if kind == "registration" and lacks_email else NOT_THERE
    return await _fresh(request, kind, replace(carried, told=reason))


async def _send(request: Request, kind: FlowKind) -> Response:
    try:
        fields = await sent_form(request)
    except TooOld as old:
        return await _fresh(request, kind, carried_by(old.draft.fields, GROWN_OLD))
    even = Even(resources_of(request).settings.web.even_seconds)
    tries = Tries(request, _whose(kind, fields))
    await tries.enter()
    answer = await submitted(request, kind, fields)
    if told(fields, "method") == PROVIDER and answer.goes_to:
        await tries.undo()
        return await leave(request, answer)
    if answer.status in {200, 422} and any(one.name == cookies.SESSION for one in answer.cookies):
        return await _entered(request, kind, carried_by(fields), answer, tries)
    if kind != "registration":
        await even.settle()
    return await _refused(request, kind, carried_by(fields), answer)


def _whose(kind: FlowKind, fields: Mapping[str, str]) -> str:
    """Which address this is a try at; a second step is its session's, whatever its form says."""
    if told(fields, "method") in SECOND_STEPS:
        return ""
    return told(fields, ADDRESS_FIELDS[kind])


async def _entered(
    request: Request, kind: FlowKind, carried: Carried, answer: Answer, tries: Tries
) -> Response:
    """There is a session now: a second factor is asked for where there is one, else onwards."""
    resources_of(request).sessions.forget(cookies.for_kratos(request.cookies))
    if kind == "login" and answer.status == 422:
        await tries.undo()
        await tries.know(session_in(request, answer))
        return await _second_factor(request, carried, answer)
    if kind == "login":
        await tries.succeed()
        return await onwards(request, carried, answer)
    await tries.undo(MAIL_AND_CODE)
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


async def onwards(request: Request, carried: Carried, answer: Answer) -> Response:
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
    options = await _options(request, kind, carried)
    answer = await resources_of(request).kratos.start(kind, browser_of(request), **options)
    if answer.error_id == SIGNED_IN:
        return see(carried.return_to or HOME)
    return await show(request, _page_of(kind, answer, carried), carried, answer)


async def _options(request: Request, kind: FlowKind, carried: Carried) -> dict[str, Any]:
    """Signing in goes on from where the visitor is: nowhere, halfway, or signed in already.

    Who leaves for another provider comes back to Kratos, which has to know where they go then.
    """
    visitor = await visitor_of(request)
    options: dict[str, Any] = {}
    if carried.return_to:
        options["return_to"] = resources_of(request).public_url + carried.return_to
    if kind == "login" and visitor.halfway:
        options["aal"] = "aal2"
    elif kind == "login" and visitor.identity is not None:
        options["refresh"] = True
    return options


def _page_of(kind: FlowKind, answer: Answer, carried: Carried) -> Shown:
    ways = ways_of(kind, answer, carried)
    step = "second" if answer.body.get("requested_aal") == "aal2" else "first"
    return Shown(TEMPLATES[kind], ways, {"step": step, "state": answer.body.get("state", "")})
