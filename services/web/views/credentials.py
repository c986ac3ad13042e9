"""How a person signs in: e-mail address, password, second factors; Kratos' settings flow."""

import base64
from collections.abc import Mapping
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME
from services.web.forms.flows import read_flow, told
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies
from services.web.session.visitor import Visitor
from services.web.views.flows import (
    GROWN_OLD,
    Carried,
    Shown,
    browser_of,
    carried_by,
    relay,
    return_to_of,
    show,
    submitted,
    ways_of,
)
from services.web.views.sending import SignInFirst, TooOld, needed_visitor, see, sent_form
from services.web.views.tries import Tries
from shared.errors import NotFound
from shared.kratos import SECOND_FACTOR, Answer

Fields = Mapping[str, str]
EMAIL = "traits.email"
HERE = "/-/credentials"
TEMPLATE, PASSWORD_TEMPLATE = "flows/credentials.html", "flows/choose_password.html"
SESSION_TOO_OLD = "session_refresh_required"
PNG = "data:image/png;base64,"
SAVED = {
    "profile": "Your name is saved.",
    "email": "Your e-mail address is changed.",
    "password": "The new password is good from now on.",
    "confirmed": "Your e-mail address is confirmed.",
    "totp": "Your app is set.",
    "totp_unlink": "The app is removed.",
    "lookup_secret": "Your backup codes are set.",
    "webauthn": "Your security keys are changed.",
    "passkey": "Your passkeys are changed.",
}


async def credentials(request: Request) -> Response:
    """The page."""
    await needed_visitor(request)
    carried = Carried(told="", return_to=HERE)
    answer = await resources_of(request).kratos.start("settings", browser_of(request))
    return await _show(request, TEMPLATE, carried, answer)


async def send_credentials(request: Request) -> Response:
    """One change. Kratos wants a session of the last quarter of an hour for all but the name."""
    return await _send(request, TEMPLATE)


async def choose_password(request: Request) -> Response:
    """Right after registering or recovering; may be left out."""
    await needed_visitor(request)
    carried = Carried(return_to_of(request.query_params))
    answer = await resources_of(request).kratos.start("settings", browser_of(request))
    return await _show(request, PASSWORD_TEMPLATE, carried, answer)


async def send_choose_password(request: Request) -> Response:
    """The password, and onwards."""
    return await _send(request, PASSWORD_TEMPLATE)


async def qr(request: Request) -> Response:
    """The picture that an authenticator app reads: ours to serve, since no page may hold it."""
    flow_id = request.query_params.get("flow", "")
    answer = await resources_of(request).kratos.fetch("settings", flow_id, browser_of(request))
    picture = str(read_flow(answer.body).shown.get("totp_qr", ""))
    if answer.status != 200 or not picture.startswith(PNG):
        raise NotFound
    image = base64.b64decode(picture.removeprefix(PNG))
    return Response(image, media_type="image/png", headers={"cache-control": "no-store"})


async def _send(request: Request, template: str) -> Response:
    try:
        fields = await sent_form(request)
    except TooOld as old:
        return await _again(request, template, carried_by(old.draft.fields, GROWN_OLD))
    visitor = await needed_visitor(request)
    tries = Tries(request, visitor.identity.identity_id if visitor.identity else "")
    tries.enter()
    answer = await submitted(request, "settings", _with_own_address(visitor, fields))
    resources_of(request).sessions.forget(cookies.for_kratos(request.cookies))
    if answer.status == 200:
        tries.succeed()
        return await _saved(request, template, fields, answer)
    if answer.error_id == SESSION_TOO_OLD:
        return see(f"/-/sign-in?refresh=yes&return_to={quote(HERE)}")
    if "ui" in answer.body:
        return await _show(request, template, carried_by(fields), answer)
    return await _again(request, template, carried_by(fields, GROWN_OLD))


def _with_own_address(visitor: Visitor, fields: Fields) -> Fields:
    """Kratos would take a new address unproven, and wants all traits at once: it gets the old."""
    kept = {name: value for name, value in fields.items() if not name.endswith(EMAIL)}
    if told(fields, "method") == "profile" and visitor.identity:
        kept[EMAIL] = visitor.identity.email
    return kept


async def _saved(request: Request, template: str, fields: Fields, answer: Answer) -> Response:
    """Codes are shown at once, this once; all else is told above."""
    if read_flow(answer.body).shown.get("lookup_secret_codes"):
        return await _show(request, template, carried_by(fields), answer)
    if template == PASSWORD_TEMPLATE:
        there = await _after_password(request, return_to_of(fields))
    else:
        what = "totp_unlink" if "totp_unlink" in fields else told(fields, "method")
        there = f"{HERE}?saved={quote(what)}"
    return relay(request, see(there), answer)


async def _after_password(request: Request, return_to: str) -> str:
    visitor = await visitor_of(request)
    return (
        f"/-/welcome?return_to={quote(return_to)}" if visitor.account is None else return_to or HOME
    )


async def _again(request: Request, template: str, carried: Carried) -> Response:
    await needed_visitor(request)
    answer = await resources_of(request).kratos.start("settings", browser_of(request))
    return await _show(request, template, carried, answer)


async def _show(request: Request, template: str, carried: Carried, answer: Answer) -> Response:
    if answer.error_id == SECOND_FACTOR or answer.status == 401:
        raise SignInFirst
    ways = ways_of("settings", answer, carried)
    for way in ways:
        way.fields = [one for one in way.fields if one.name != EMAIL]
    if template == PASSWORD_TEMPLATE:
        ways = [way for way in ways if way.group == "password"]
    visitor = await visitor_of(request)
    context = {
        "email": visitor.identity.email if visitor.identity else "",
        "verified": bool(visitor.identity and visitor.identity.verified),
        "saved": SAVED.get(request.query_params.get("saved", ""), ""),
        "onwards": await _after_password(request, carried.return_to),
    }
    return await show(request, Shown(template, ways, context), carried, answer)
