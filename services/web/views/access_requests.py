"""Access to restricted repositories: asked for, answered, withdrawn.

The page to ask on looks nothing up: it is there for every name, and its answer takes equally long.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, about
from services.web.forms.access_requests import AnswerRequestForm, AskForm, RequestForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import answer_to, resources_of, visitor_of
from services.web.security.even import Even
from services.web.views.members import grantable
from services.web.views.names import find_repository, may_of, named
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import (
    AccessRequest,
    ApproveAccessRequest,
    AskAccess,
    DeclineAccessRequest,
    ListAccessRequests,
    ListOwnAccessRequests,
    RepositoryName,
    WithdrawAccessRequest,
)
from shared.contracts.base import Request as BusRequest
from shared.contracts.base import now
from shared.contracts.repositories import Repository
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from shared.policy import repository_resource

PAGE = 50
OWN = about("requests")
REFUSED = (Invalid, Conflict, Forbidden, NotFound, TooManyRequests)


async def ask(request: Request) -> Response:
    """The form, whatever there is of this name."""
    await needed_account(request)
    return await _show_form(request, named(request), Filled())


async def send_ask(request: Request) -> Response:
    """Asked; the list of one's own requests says so alike for every name."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    place = named(request)
    return await once(request, fields, lambda: _ask(request, place, fields))


async def _ask(request: Request, place: Place, fields: Fields) -> Response:
    form, filled = check(AskForm, fields)
    if form is None:
        return await _show_form(request, place, filled)
    even = Even(resources_of(request).settings.web.even_seconds)
    name = RepositoryName(account_id=place.account_id, repository_id=place.repository_id)
    try:
        await answer_to(request, AskAccess(repository=name, message=form.message))
    except (Invalid, Forbidden, TooManyRequests) as problem:
        return await _show_form(request, place, refused(filled, problem, {"message"}))
    finally:
        await even.settle()
    return see(OWN, "request-sent")


async def _show_form(request: Request, place: Place, form: Filled) -> Response:
    return await page(request, "repositories/ask.html", place=place, form=form)


async def own(request: Request) -> Response:
    """What the visitor asked for."""
    await needed_account(request)
    return await _show_own(request, Filled())


async def send_own(request: Request) -> Response:
    """One of them is withdrawn."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    form, _ = check(RequestForm, fields)
    if form is None:
        raise Invalid("This form withdraws no request.")
    try:
        await answer_to(request, WithdrawAccessRequest(request_uid=form.request_uid))
    except (Conflict, NotFound) as problem:
        return await _show_own(request, Filled(message=problem.detail))
    return see(OWN, "request-withdrawn")


async def _show_own(request: Request, form: Filled) -> Response:
    listed = await answer_to(request, ListOwnAccessRequests(**_listed(request)))
    return await page(
        request,
        "accounts/requests.html",
        status=409 if form.is_refused else 200,
        requests=listed.access_requests,
        form=form,
        next_page=next_page(listed.cursor),
    )


async def requests(request: Request) -> Response:
    """What waits for an answer on a repository."""
    await needed_account(request)
    return await _show(request, await find_repository(request, named(request)), Filled())


async def send_requests(request: Request) -> Response:
    """An answer to one of them."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    repository = await find_repository(request, named(request))
    return await once(request, fields, lambda: _answer(request, repository, fields))


async def _answer(request: Request, repository: Repository, fields: Fields) -> Response:
    form, filled = check(AnswerRequestForm, fields)
    if form is None:
        return await _show(request, repository, _said(filled))
    try:
        await answer_to(request, _given(form))
    except REFUSED as problem:
        return await _show(request, repository, Filled(message=problem.detail))
    done = "request-declined" if form.do == "decline" else "request-approved"
    return see(about(repository.account_id, repository.repository_id, "requests"), done)


def _given(form: AnswerRequestForm) -> BusRequest[AccessRequest]:
    if form.do == "decline":
        return DeclineAccessRequest(request_uid=form.request_uid, note=form.note)
    return ApproveAccessRequest(
        request_uid=form.request_uid, role=form.role, until=form.until(now())
    )


def _said(filled: Filled) -> Filled:
    """Many forms are on the page: what is wrong is told above them."""
    return Filled(message=" ".join(filled.errors.values()))


async def _show(request: Request, repository: Repository, form: Filled) -> Response:
    name = RepositoryName(account_id=repository.account_id, repository_id=repository.repository_id)
    listed = await answer_to(request, ListAccessRequests(repository=name, **_listed(request)))
    principal = (await visitor_of(request)).principal
    return await page(
        request,
        "repositories/requests.html",
        repository=repository,
        may=may_of(principal, repository),
        roles=list(reversed(grantable(principal, repository_resource(repository)))),
        requests=listed.access_requests,
        form=form,
        next_page=next_page(listed.cursor),
    )


def _listed(request: Request) -> dict[str, Any]:
    return {"limit": PAGE, "cursor": asked_cursor(request)}
