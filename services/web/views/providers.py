"""Back from another provider (OpenID Connect) that was asked who somebody is.

Kratos checks what it brings along: that this browser left for it, the code, and the token. A person
is known again by the provider's own name for them, and never by an address that it tells.
"""

from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import HOME, own_address
from services.web.resources import resources_of
from services.web.security import cookies
from services.web.views.entering import onwards
from services.web.views.flows import Carried, browser_of, relay, session_in
from services.web.views.sending import see
from shared.kratos import Answer

# Where Kratos has providers send people; web stands before it at this one address.
BACK = "/.kratos/self-service/methods/oidc/callback/{provider}"
FLOWS = ("/-/sign-in", "/-/register", "/-/credentials")
FAILED = "/-/sign-in?failed=yes"


async def back(request: Request) -> Response:
    """Signed in, or to the page of the flow that says what is lacking."""
    edge = resources_of(request)
    provider = quote(request.path_params["provider"], safe="")
    path = f"/self-service/methods/oidc/callback/{provider}?{request.url.query}"
    answer = await edge.kratos.returned(path, browser_of(request))
    edge.sessions.forget(cookies.for_kratos(request.cookies))
    if any(one.name == cookies.SESSION and one.value for one in answer.cookies):
        return await _entered(request, answer)
    return relay(request, see(_there(answer)), answer)


async def _entered(request: Request, answer: Answer) -> Response:
    """Onwards, or to the second factor that Kratos wants to see before."""
    session = f"{cookies.SESSION}={session_in(request, answer)}"
    visitor = await resources_of(request).sessions.visitor(session)
    return_to = _return_to(request, answer)
    if visitor.halfway:
        return relay(request, see(f"/-/sign-in?return_to={quote(return_to)}"), answer)
    return await onwards(request, Carried(return_to), answer)


def _return_to(request: Request, answer: Answer) -> str:
    """Kratos ends where the flow was to end, or at its own address of the second factor."""
    there = urlsplit(answer.goes_to)
    if there.path.startswith("/.kratos/"):
        there = urlsplit(parse_qs(there.query).get("return_to", [""])[0])
    public = urlsplit(resources_of(request).public_url)
    is_ours = (there.scheme, there.netloc) == (public.scheme, public.netloc)
    asked = there._replace(scheme="", netloc="").geturl()
    return own_address(asked) if is_ours else HOME


def _there(answer: Answer) -> str:
    """The flow that Kratos shows, if it shows one."""
    there = urlsplit(answer.goes_to)
    flow = parse_qs(there.query).get("flow", [""])[0]
    return f"{there.path}?flow={quote(flow)}" if flow and there.path in FLOWS else FAILED
