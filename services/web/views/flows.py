"""Kratos' flows on our own pages, with or without script: begun, sent, shown.

A flow is made when its page is shown and lives in the page's hidden fields; what Kratos answers
to the form that is sent decides what comes next. Its cookies are relayed as our own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import own_address
from services.web.forms.flow_fields import FIELDS, KEPT, PROVIDER, PROVIDER_FIELDS, WAYS
from services.web.forms.flows import FlowForm, for_kratos, read_ways
from services.web.resources import resources_of
from services.web.security import cookies
from services.web.security.callers import address_of
from services.web.views.page import page
from shared.errors import Invalid
from shared.kratos import Answer, Browser, Cookie, FlowKind

GROWN_OLD = "The form had grown too old. Check it and send it again."


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes along with a flow: where to go afterwards, a form to send then, what was typed.

    `told` stands above its first form, and `faults` at the fields of these names.
    """

    return_to: str = ""
    draft: str = ""
    refresh: bool = False
    typed: Mapping[str, str] = field(default_factory=dict)
    told: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shown:
    """A flow's page: its template and what stands in it."""

    template: str
    ways: Sequence[FlowForm]
    context: Mapping[str, Any] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """400 where something has to be mended."""
        return 400 if any(way.is_refused for way in self.ways) else 200


def carried_by(fields: Mapping[str, str], told: str = "") -> Carried:
    """What a form brought along; what was typed is kept, but for secrets."""
    return Carried(
        return_to=return_to_of(fields),
        draft=fields.get("draft", ""),
        refresh=bool(fields.get("refresh")),
        typed={name: fields[name] for name in KEPT if name in fields},
        told=told,
    )


def browser_of(request: Request, answer: Answer | None = None) -> Browser:
    """Who this is for Kratos; with its last answer, as the browser will be after that."""
    jar = dict(request.cookies)
    for cookie in answer.cookies if answer else ():
        jar[cookie.name] = cookie.value
    trusted = resources_of(request).settings.web.trusted_proxies
    agent = request.headers.get("user-agent", "")
    return Browser(cookies.for_kratos(jar), address_of(request, trusted), agent)


async def submitted(request: Request, kind: FlowKind, fields: Mapping[str, str]) -> Answer:
    """What Kratos says to a form. Invalid for a way that the page does not offer."""
    body = for_kratos(fields, FIELDS[kind])
    if body.get("method", "") not in WAYS[kind]:
        raise Invalid("The form does not say what to do.")
    if body["method"] == PROVIDER:
        body = {name: value for name, value in body.items() if name in PROVIDER_FIELDS}
    kratos = resources_of(request).kratos
    return await kratos.submit(kind, fields.get("flow", ""), body, browser_of(request))


def ways_of(kind: FlowKind, answer: Answer, carried: Carried, *, only: str = "") -> list[FlowForm]:
    """A flow's forms, with what is to be told above the first and at the fields."""
    ways = read_ways(answer.body, (only,) if only else WAYS[kind], carried.typed)
    for way in ways:
        way.fields = [
            replace(one, error=carried.faults.get(one.name, one.error)) for one in way.fields
        ]
    if carried.told:
        ways[0].errors.append(carried.told)
    return ways


async def show(request: Request, shown: Shown, carried: Carried, *answers: Answer) -> Response:
    """The page of a flow; every answer's cookies go along."""
    response = await page(
        request,
        shown.template,
        forms=shown.ways,
        ways=shown.ways,
        carried=carried,
        return_to=carried.return_to,
        **shown.context,
    )
    response.headers["cache-control"] = "no-store"
    return relay(request, response, *answers)


async def leave(request: Request, answer: Answer) -> Response:
    """On to another provider by a page that goes there at once.

    The answer to a form may redirect to our own addresses alone (`form-action`), and nobody knows
    through how many of its own a provider leads.
    """
    there = answer.goes_to
    response = await page(request, "flows/leave.html", there=there, host=urlsplit(there).netloc)
    response.headers["refresh"] = f"0; url={there}"
    response.headers["cache-control"] = "no-store"
    return relay(request, response, answer)


def relay(request: Request, response: Response, *answers: Answer) -> Response:
    """Kratos' cookies become ours: this host, this site, never read by script."""
    policy = resources_of(request).cookies
    for cookie in (one for answer in answers for one in answer.cookies):
        if _is_over(cookie):
            policy.drop(response, cookie.name)
        else:
            policy.keep(response, cookie.name, cookie.value, cookie.max_age)
    return response


def session_in(request: Request, answer: Answer) -> str:
    """The session cookie after this answer."""
    made = (one.value for one in answer.cookies if one.name == cookies.SESSION)
    return next(made, request.cookies.get(cookies.SESSION, ""))


def return_to_of(fields: Mapping[str, str]) -> str:
    """Where to go afterwards, if it is an address of ours; else nowhere in particular."""
    asked = fields.get("return_to", "")
    return own_address(asked) if asked else ""


def _is_over(cookie: Cookie) -> bool:
    return not cookie.value or cookie.max_age == 0
