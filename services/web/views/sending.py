"""Forms that were sent: are they ours, who sent them, and what if they came too late."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.web.forms.drafts import Draft, make_draft
from services.web.forms.reading import LARGEST_BYTES, read_form
from services.web.render.notices import telling
from services.web.resources import resources_of, visitor_of
from services.web.security import csrf
from services.web.session.visitor import Visitor
from services.web.views.page import binding_of, raw_path
from shared.contracts.accounts import Account
from shared.errors import Forbidden, Unavailable
from shared.kratos import AWAY

Fields = Mapping[str, str]
SHUT = "Your account is disabled. Ask those who run this site why, and to enable it again."


class SignInFirst(Exception):
    """Nobody is signed in; `draft` is what was sent, to be kept until somebody is."""

    def __init__(self, draft: Draft | None = None) -> None:
        super().__init__("sign in first")
        self.draft = draft


class NameFirst(Exception):
    """Somebody is signed in who has not chosen an account name yet."""


class TooOld(Exception):
    """Our own form, but of another session or browser start: shown again, not done."""

    def __init__(self, draft: Draft) -> None:
        super().__init__("the form is too old")
        self.draft = draft


async def sent_form(request: Request, *, largest: int = LARGEST_BYTES) -> dict[str, str]:
    """The fields of a form that is ours and of this session. Forbidden, TooOld, Invalid."""
    demand_ours(request)
    fields = await read_form(request, largest=largest)
    if not has_valid_token(request, fields.get(csrf.FIELD, "")):
        raise TooOld(make_draft(raw_path(request).decode("latin-1"), fields))
    return fields


def demand_ours(request: Request) -> None:
    """Raises Forbidden for a form that no page of ours sent."""
    if not is_ours(request):
        raise Forbidden("This form was not sent from a page of this site.")


def is_ours(request: Request) -> bool:
    """Whether the browser says that one of our own pages sent this."""
    return csrf.is_same_origin(dict(request.headers), resources_of(request).public_url)


def has_valid_token(request: Request, token: str) -> bool:
    """Whether the token was made for this browser and session."""
    return csrf.is_valid(binding_of(request, request.cookies.get(csrf.COOKIE, "")), token)


async def needed_account(request: Request, fields: Fields | None = None) -> Account:
    """The visitor's account, or what is needed first; with `fields` nothing typed is lost."""
    visitor = await needed_visitor(request, fields)
    if visitor.account is None:
        raise NameFirst
    return visitor.account


async def needed_visitor(request: Request, fields: Fields | None = None) -> Visitor:
    """A visitor who is signed in. Unavailable where that cannot be known now."""
    visitor = await visitor_of(request)
    if visitor.unknown:
        raise Unavailable(AWAY)
    if visitor.disabled:
        raise Forbidden(SHUT)
    if visitor.identity is None:  # the second factor alone may be lacking: that page knows
        draft = make_draft(raw_path(request).decode("latin-1"), fields) if fields else None
        raise SignInFirst(draft)
    return visitor


async def once(request: Request, fields: Fields, do: Callable[[], Awaitable[Response]]) -> Response:
    """Do it, unless this very form was just done: then its answer again."""
    address = f"{request.method} {raw_path(request).decode('latin-1')}"
    return await resources_of(request).once.answer(address, fields, do)


def see(address: str, done: str = "") -> Response:
    """Go on by reading another page (RFC 9110 §15.4.4), which says that this is done."""
    return RedirectResponse(telling(address, done) if done else address, status_code=303)
