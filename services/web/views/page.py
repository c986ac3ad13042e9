"""One page: who is visiting, the tokens of its forms, the template, the headers."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.web.forms.faults import Form
from services.web.render.notices import FIELD
from services.web.resources import resources_of, visitor_of
from services.web.security import cookies, csrf

# Pages differ by visitor and change by the second: kept by the browser, asked for again.
CACHE = "private, no-cache"
# Where nobody wants to come back to after signing in.
OWN_WAYS = ("/-/sign-in", "/-/register", "/-/recover", "/-/verify", "/-/welcome")


class FormTokens:
    """Makes a token for each form of a page, and remembers that one was made."""

    def __init__(self, request: Request) -> None:
        self.seed = request.cookies.get(csrf.COOKIE, "")
        self.is_new = not self.seed
        self.used = False
        self._binding = binding_of(request, self.seed or csrf.new_seed())

    def __call__(self) -> str:
        self.used = True
        return csrf.make_token(self._binding)

    def keep(self, request: Request, response: Response) -> None:
        """The cookie is set only where a form needs it: who just reads gets none."""
        if self.used and self.is_new:
            policy = resources_of(request).cookies
            policy.keep(response, csrf.COOKIE, self._binding.seed)


def binding_of(request: Request, seed: str) -> csrf.Binding:
    """What this request's tokens are bound to. A response may just have made a new session."""
    session = request.scope.get("coop.session", request.cookies.get(cookies.SESSION, ""))
    return csrf.Binding(resources_of(request).form_key, seed, session)


async def page(
    request: Request,
    template: str,
    *,
    status: int = 0,
    forms: Sequence[Form] = (),
    **context: Any,  # noqa: ANN401
) -> Response:
    """A whole page from its template; 400 where its `form`, or one of `forms`, is refused."""
    tokens, form = FormTokens(request), context.get("form")
    shown = [*([form] if form else []), *forms]
    status = status or (400 if any(one.is_refused for one in shown) else 200)
    response = HTMLResponse(
        resources_of(request)
        .templates.get_template(template)
        .render(
            visitor=await visitor_of(request),
            csrf=tokens,
            status=status,
            forms=shown,
            done=request.query_params.get(FIELD, ""),
            **{"return_to": own_path(request), **context},
        ),
        status,
        headers={"cache-control": CACHE, "vary": "cookie"},
    )
    tokens.keep(request, response)
    return response


def asked_cursor(request: Request, field: str = "cursor") -> str | None:
    """Where a list of this page is to go on; what answers a form shows it from its beginning."""
    return request.query_params.get(field) if request.method == "GET" else None


def next_page(cursor: str | None, field: str = "cursor") -> str:
    """Where a list of this page goes on; empty at its end."""
    return f"?{urlencode({field: cursor})}" if cursor else ""


def own_path(request: Request) -> str:
    """Where to come back to after signing in: this page, if it is one that can be read."""
    path = raw_path(request).decode("latin-1")
    if request.method != "GET" or path.startswith(OWN_WAYS):
        return ""
    query = request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def raw_path(request: Request) -> bytes:
    """The path as it came over the wire, without a query some servers leave on it."""
    path: bytes = request.scope["raw_path"]
    return path.partition(b"?")[0]
