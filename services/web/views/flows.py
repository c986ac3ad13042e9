"""Signing in, registering, signing out: Kratos' flows on our own pages, with or without script.

A flow is made when its page is shown and lives in the page's hidden fields; what Kratos answers
to the form that is sent decides what comes next. Its cookies are relayed as our own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME, own_address
from services.web.forms.drafts import Draft, pack, unpack
from services.web.forms.flows import FlowForm, for_kratos, read_flow
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies
from services.web.views.page import page
from services.web.views.sending import TooOld, see, sent_form
from shared.kratos import Answer, Cookie, FlowKind

PAGES: dict[FlowKind, str] = {
    "login": "flows/sign_in.html",
    "registration": "flows/register.html",
}
OWN_FIELDS = ("csrf_token", "flow", "return_to", "draft")
KEPT = ("identifier", "traits.email", "traits.name")
GROWN_OLD = "The form had grown too old. Check it and send it again."
SIGNED_IN_AGAIN = "You are signed in again."


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes along with a flow: where to go afterwards, a form to send then, what was typed."""

    return_to: str = ""
    draft: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    told: str = ""


async def sign_in(request: Request) -> Response:
    """The page, or onwards for those who are signed in."""
    return await _open(request, "login")


async def register(request: Request) -> Response:
    """The page, or onwards for those who are signed in."""
    return await _open(request, "registration")


async def show_sign_in(request: Request, draft: Draft) -> Response:
    """The sign-in page with a form that waits on it to be sent afterwards."""
    return await _fresh(request, "login", Carried(draft=pack(draft)))


async def send_sign_in(request: Request) -> Response:
    """What was typed goes to Kratos."""
    return await _send(request, "login")


async def send_register(request: Request) -> Response:
    """What was typed goes to Kratos; its two steps are two answers of the same flow."""
    return await _send(request, "registration")


async def sign_out(request: Request) -> Response:
    """Ends the session in Kratos and in the browser. Unavailable leaves both as they are."""
    await sent_form(request)
    edge = resources_of(request)
    cookie = cookies.for_kratos(request.cookies)
    await edge.kratos.logout(cookie)
    edge.sessions.forget(cookie)
    response = see(HOME)
    for name in request.cookies:
        if name.startswith(cookies.KRATOS_PREFIXES):
            edge.cookies.drop(response, name)
    return response


async def _open(request: Request, kind: FlowKind) -> Response:
    if (await visitor_of(request)).identity is not None:
        return see(_return_to(request.query_params) or HOME)
    return await _fresh(request, kind, Carried(_return_to(request.query_params)))


async def _send(request: Request, kind: FlowKind) -> Response:
    try:
        fields = await sent_form(request)
    except TooOld as old:
        return await _again(request, kind, old.draft.fields)
    answer = await resources_of(request).kratos.submit(
        kind,
        fields.get("flow", ""),
        for_kratos(fields, OWN_FIELDS),
        cookies.for_kratos(request.cookies),
    )
    carried = Carried(_return_to(fields), fields.get("draft", ""))
    if answer.status == 200:
        return await _signed_in(request, carried, answer)
    if "ui" in answer.body:
        return await _show(request, kind, read_flow(answer.body), carried, answer)
    if answer.error_id == "session_already_available":
        return see(carried.return_to or HOME)
    return await _again(request, kind, fields)


async def _signed_in(request: Request, carried: Carried, answer: Answer) -> Response:
    """Onwards; what was typed before the session ended is shown once more, to be sent."""
    session = next((one.value for one in answer.cookies if one.name == cookies.SESSION), "")
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
    return _relay(request, response, answer)


async def _again(request: Request, kind: FlowKind, fields: Mapping[str, str]) -> Response:
    """A new flow with what was typed, but for passwords."""
    typed = {name: fields[name] for name in KEPT if name in fields}
    carried = Carried(_return_to(fields), fields.get("draft", ""), typed, GROWN_OLD)
    return await _fresh(request, kind, carried)


async def _fresh(request: Request, kind: FlowKind, carried: Carried) -> Response:
    kratos = resources_of(request).kratos
    answer = await kratos.start(kind, cookies.for_kratos(request.cookies))
    if answer.error_id == "session_already_available":
        return see(carried.return_to or HOME)
    form = read_flow(answer.body, carried.typed)
    if carried.told:
        form.errors.append(carried.told)
    return await _show(request, kind, form, carried, answer)


async def _show(
    request: Request, kind: FlowKind, form: FlowForm, carried: Carried, answer: Answer
) -> Response:
    response = await page(
        request,
        PAGES[kind],
        status=400 if form.is_refused else 200,
        flow=form,
        return_to=carried.return_to,
        draft=carried.draft,
    )
    response.headers["cache-control"] = "no-store"
    return _relay(request, response, answer)


def _relay(request: Request, response: Response, answer: Answer) -> Response:
    """Kratos' cookies become ours: this host, this site, never read by script."""
    policy = resources_of(request).cookies
    for cookie in answer.cookies:
        if _is_over(cookie):
            policy.drop(response, cookie.name)
        else:
            policy.keep(response, cookie.name, cookie.value, cookie.max_age)
    return response


def _is_over(cookie: Cookie) -> bool:
    return not cookie.value or cookie.max_age == 0


def _return_to(fields: Mapping[str, str]) -> str:
    asked = fields.get("return_to", "")
    return own_address(asked) if asked else ""
