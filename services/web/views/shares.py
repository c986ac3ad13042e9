"""Share links: listed, made with the address shown once, revoked; and who comes with one."""

from dataclasses import dataclass
from urllib.parse import unquote_plus

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, about, shared_at
from services.web.forms.checking import Filled, check, refused
from services.web.forms.shares import RevokeShareForm, ShareForm
from services.web.resources import resources_of, visitor_of
from services.web.security.cookies import SHARE
from services.web.views.allowed import allowed_repository
from services.web.views.names import may_of, moved_address
from services.web.views.page import asked_cursor, next_page, page, raw_path
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.base import Actor, now
from shared.contracts.repositories import (
    SHARE_FIELD,
    CreateShareLink,
    GetRepository,
    ListShareLinks,
    Repository,
    RevokeShareLink,
    ShareLinkPage,
    ShareLinkSecret,
)
from shared.errors import Conflict, Invalid, Problem

PAGE = 50
FRESH = {"days": "7"}


@dataclass(frozen=True, slots=True)
class Made:
    """A new link as its page tells it, this once: the page, and the bytes themselves."""

    page: str
    data: str


async def enter(request: Request, place: Place) -> Response:
    """Keep the link for the pages of its repository, and go on without it in the address.

    What opens nothing is passed over, so that the answer is the one for who came without.
    """
    token = request.query_params[SHARE_FIELD]
    link = await resources_of(request).share_links.link(token)
    if link is None:
        return see(_without(request))
    wanted = GetRepository(
        actor=Actor(share=link.share()),
        account_id=place.account_id,
        repository_id=place.repository_id,
    )
    try:
        repository = await resources_of(request).bus.request(wanted)
    except Problem:
        return see(_without(request))
    response = see(_without(request, repository))
    names = (repository.account_id, repository.repository_id)
    seconds = int((link.expires_at - now()).total_seconds())
    for path in (f"/{'/'.join(names)}", about(*names)):
        resources_of(request).cookies.keep(response, SHARE, token, seconds, path)
    return response


def _without(request: Request, repository: Repository | None = None) -> str:
    """This address without the link, by today's names where the repository is known."""
    path = raw_path(request).decode("latin-1")
    if repository is not None:
        path = moved_address(request, repository).partition("?")[0]
    pairs = request.scope["query_string"].decode("latin-1").split("&")
    # However its name is written: left in, it would lead here again.
    query = "&".join(one for one in pairs if unquote_plus(one.partition("=")[0]) != SHARE_FIELD)
    return f"{path}?{query}" if query else path


async def share_links(request: Request) -> Response:
    """The links of a repository, newest first."""
    return await _show(request, await _managed(request), Filled(FRESH))


async def send_share_link(request: Request) -> Response:
    """A new link. Sent twice, the same one is shown again rather than a second one made."""
    fields = await sent_form(request)
    repository = await _managed(request, fields)
    return await once(request, fields, lambda: _create(request, repository, fields))


async def send_revoke(request: Request) -> Response:
    """The link opens nothing more."""
    fields = await sent_form(request)
    repository = await _managed(request, fields)
    form, _ = check(RevokeShareForm, fields)
    if form is None:
        raise Invalid("No share link was named.")
    visitor = await visitor_of(request)
    wanted = RevokeShareLink(actor=visitor.actor, link_id=form.link_id, **_names(repository))
    await resources_of(request).bus.request(wanted)
    return see(about(repository.account_id, repository.repository_id, "shares"), "share-revoked")


async def _create(request: Request, repository: Repository, fields: Fields) -> Response:
    form, filled = check(ShareForm, fields)
    if form is None:
        return await _show(request, repository, filled)
    visitor, known = await visitor_of(request), ShareForm.model_fields
    try:
        wanted = CreateShareLink(
            actor=visitor.actor,
            prefix=form.prefix,
            name=form.name,
            expires_at=form.expires_at(now()),
            **_names(repository),
        )
        made = await resources_of(request).bus.request(wanted)
    except Conflict as problem:
        filled.message = problem.detail
        return await _show(request, repository, filled)
    except Invalid as problem:
        filled = refused(filled, problem, {*known, "expires_at"})
        if said := filled.errors.pop("expires_at", ""):
            filled.errors["days"] = said
        return await _show(request, repository, filled)
    return await _show(request, repository, Filled(FRESH), _made(request, repository, made))


def _made(request: Request, repository: Repository, link: ShareLinkSecret) -> Made:
    edge, names = resources_of(request), (repository.account_id, repository.repository_id)
    token = link.token.get_secret_value()
    return Made(*shared_at(edge.public_url, edge.data_door, names, link.prefix, token))


async def _show(
    request: Request, repository: Repository, form: Filled, made: Made | None = None
) -> Response:
    listed = await _list(request, repository)
    response = await page(
        request,
        "repositories/shares.html",
        repository=repository,
        may=may_of((await visitor_of(request)).principal, repository),
        links=listed.share_links,
        now=now(),
        form=form,
        made=made,
        next_page=next_page(listed.cursor),
    )
    response.headers["cache-control"] = "no-store"
    return response


async def _list(request: Request, repository: Repository) -> ShareLinkPage:
    visitor = await visitor_of(request)
    wanted = {"limit": PAGE, "cursor": asked_cursor(request), **_names(repository)}
    return await resources_of(request).bus.request(ListShareLinks(actor=visitor.actor, **wanted))


async def _managed(request: Request, fields: Fields | None = None) -> Repository:
    refusal = "Only its owners and maintainers share a repository."
    return await allowed_repository(request, lambda may: may.share, refusal, fields)


def _names(repository: Repository) -> dict[str, str]:
    return {"account_id": repository.account_id, "repository_id": repository.repository_id}
