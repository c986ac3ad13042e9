"""Confirming an e-mail address by a code that was sent there; Kratos' verification flow."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.forms.flow_fields import KEPT
from services.web.forms.flows import told
from services.web.render.notices import telling
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies
from services.web.security.even import Even
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
from services.web.views.sending import TooOld, see, sent_form
from services.web.views.tries import Tries
from shared.kratos import Answer

TEMPLATE = "flows/verify.html"
CONFIRMED = "passed_challenge"
MAIL_AND_CODE = 2
AFTERWARDS = telling("/-/credentials", "confirmed")


async def verify(request: Request) -> Response:
    """The page of a code that is on its way, or one to ask for a code."""
    carried = Carried(return_to_of(request.query_params))
    if flow_id := request.query_params.get("flow", ""):
        kratos = resources_of(request).kratos
        answer = await kratos.fetch("verification", flow_id, browser_of(request))
        if "ui" in answer.body:
            return await _show(request, carried, answer)
    return await _fresh(request, carried)


async def send_verify(request: Request) -> Response:
    """An address, then the code that was sent there."""
    try:
        fields = await sent_form(request)
    except TooOld as old:
        return await _fresh(request, carried_by(old.draft.fields, GROWN_OLD))
    carried = carried_by(fields)
    even = Even(resources_of(request).settings.web.even_seconds)
    tries = Tries(request, told(fields, "email"))
    await tries.enter()
    answer = await submitted(request, "verification", fields)
    if answer.body.get("state") == CONFIRMED:
        await tries.undo(MAIL_AND_CODE)
        resources_of(request).sessions.forget(cookies.for_kratos(request.cookies))
        return relay(request, see(carried.return_to or AFTERWARDS), answer)
    await even.settle()
    if "ui" in answer.body:
        return await _show(request, carried, answer)
    return await _fresh(request, carried_by(fields, GROWN_OLD))


async def _fresh(request: Request, carried: Carried) -> Response:
    answer = await resources_of(request).kratos.start("verification", browser_of(request))
    return await _show(request, carried, answer)


async def _show(request: Request, carried: Carried, answer: Answer) -> Response:
    """Who is signed in need not type the address."""
    visitor = await visitor_of(request)
    if visitor.identity is not None and not any(name in carried.typed for name in KEPT):
        typed = {"email": visitor.identity.email}
        carried = Carried(carried.return_to, typed=typed, told=carried.told)
    ways = ways_of("verification", answer, carried)
    return await show(request, Shown(TEMPLATE, ways), carried, answer)
