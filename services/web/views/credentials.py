"""How a person signs in: e-mail address, password, second factors; Kratos' settings flow."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME
from services.web.forms.flow_fields import FIELDS, PROVIDER
from services.web.forms.flows import for_kratos, read_flow, told
from services.web.render.notices import telling
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies
from services.web.security.passwords import names_in, weakness
from services.web.session.visitor import Visitor
from services.web.views.flows import (
    GROWN_OLD,
    Carried,
    Shown,
    browser_of,
    carried_by,
    leave,
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
PASSWORD = "password"  # noqa: S105 -- the name of a field and of a way
HERE = "/-/credentials"
TEMPLATE, PASSWORD_TEMPLATE = "flows/credentials.html", "flows/choose_password.html"
DONE = "success"
NOT_LINKED = (
    "That way of signing in was not linked. It may be linked to another account already, or the "
    "other site said no. Try again."
)
# What was taken away is told by its own name, else the way.
UNDONE = ("totp_unlink", "unlink")
SESSION_TOO_OLD = "session_refresh_required"
PNG = "data:image/png;base64,"


async def credentials(request: Request) -> Response:
    """The page, or what became of a flow for who comes back from another provider."""
    await needed_visitor(request)
    if flow_id := request.query_params.get("flow", ""):
        return await _came_back(request, flow_id)
    return await _again(request, TEMPLATE, Carried(return_to=HERE))


async def _came_back(request: Request, flow_id: str) -> Response:
    """It was linked, or it was not: told in our words and not in a provider's."""
    kratos = resources_of(request).kratos
    answer = await kratos.fetch("settings", flow_id, browser_of(request))
    if answer.body.get("state") == DONE:
        return see(HERE, "linked")
    reason = NOT_LINKED if read_flow(answer.body).is_refused else ""
    return await _again(request, TEMPLATE, Carried(return_to=HERE, told=reason))


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
    await tries.enter()
    if weak := await _weakness(visitor, fields):
        return await _refused(request, template, replace(carried_by(fields), faults=weak), fields)
    answer = await submitted(request, "settings", _with_own_address(visitor, fields))
    resources_of(request).sessions.forget(cookies.for_kratos(request.cookies))
    if answer.goes_to and told(fields, "method") == PROVIDER:
        await tries.undo()
        return await leave(request, answer)
    if answer.status == 200:
        await tries.succeed()
        return await _saved(request, template, fields, answer)
    return await _not_saved(request, template, fields, answer)


async def _not_saved(request: Request, template: str, fields: Fields, answer: Answer) -> Response:
    if answer.error_id == SESSION_TOO_OLD:
        return see(f"/-/sign-in?refresh=yes&return_to={quote(HERE)}")
    if "ui" in answer.body:
        return await _show(request, template, carried_by(fields), answer)
    return await _again(request, template, carried_by(fields, GROWN_OLD))


async def _weakness(visitor: Visitor, fields: Fields) -> dict[str, str]:
    """What is wrong with a new password, at its field; nothing where it is not about one."""
    body = for_kratos(fields, FIELDS["settings"])
    if body.get("method") != PASSWORD:
        return {}
    email = visitor.identity.email if visitor.identity else ""
    account_id = visitor.account.account_id if visitor.account else ""
    said = await weakness(body.get(PASSWORD, ""), names_in(email, account_id))
    return {PASSWORD: said} if said else {}


async def _refused(request: Request, template: str, carried: Carried, fields: Fields) -> Response:
    """The same flow as before: Kratos has not seen what was typed."""
    kratos = resources_of(request).kratos
    answer = await kratos.fetch("settings", fields.get("flow", ""), browser_of(request))
    if "ui" in answer.body:
        return await _show(request, template, carried, answer)
    return await _again(request, template, carried)


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
        there = telling(
            HERE, next((one for one in UNDONE if one in fields), told(fields, "method"))
        )
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
    only = PASSWORD if template == PASSWORD_TEMPLATE else ""
    ways = ways_of("settings", answer, carried, only=only)
    for way in ways:
        way.fields = [one for one in way.fields if one.name != EMAIL]
    visitor = await visitor_of(request)
    context = {
        "email": visitor.identity.email if visitor.identity else "",
        "verified": bool(visitor.identity and visitor.identity.verified),
        "onwards": await _after_password(request, carried.return_to),
    }
    return await show(request, Shown(template, ways, context), carried, answer)
