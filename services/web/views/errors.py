"""What people see when something is not as it should be; a hidden thing is told like no thing."""

from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.web.addresses import about, place_of
from services.web.render.problems import problem_headers, problem_of
from services.web.resources import visitor_of
from services.web.views.entering import show_sign_in
from services.web.views.names import Moved, named
from services.web.views.page import own_path, page, raw_path
from services.web.views.sending import NameFirst, SignInFirst, TooOld, see
from shared.errors import Internal, NotFound, Problem
from shared.log import correlation_id, logger

log = logger("web")

HEADINGS = {
    404: (
        "There is nothing here",
        "The address may be mistyped, or what was here is gone. It may also be something that only "
        "its members can see.",
    ),
    500: (
        "Something went wrong here",
        "It is our fault, and it is noted. Nothing that was stored before is lost.",
    ),
    429: ("Wait a little", ""),
    503: ("Not available at the moment", ""),
}
TOO_OLD = "This form was opened before you signed in or out, or long ago."


async def on_problem(request: Request, problem: Exception) -> Response:
    """A page for any of the problem family."""
    if not isinstance(problem, Problem):
        problem = Internal()
    heading, meaning = HEADINGS.get(problem.status, (problem.title, ""))
    said = problem.detail if problem.detail != problem.title else ""
    response = await page(
        request,
        "errors/problem.html",
        status=problem.status,
        heading=heading,
        meaning=meaning or said or "Go back and try another way.",
        again=own_path(request) if problem.status >= 500 else "",
        sign_in=await _sign_in(request, problem),
        ask=await _ask(request, problem),
        correlation=correlation_id() if problem.status >= 500 else "",
    )
    response.headers.update(problem_headers(problem))
    return response


async def _sign_in(request: Request, problem: Problem) -> str:
    """Signing in helps where something may be hidden from a stranger."""
    visitor = await visitor_of(request)
    is_stranger = visitor.identity is None and not visitor.unknown
    return own_path(request) if is_stranger and isinstance(problem, NotFound) else ""


async def _ask(request: Request, problem: Problem) -> str:
    """Where to ask for access: for every address in a repository alike, whatever there is."""
    visitor = await visitor_of(request)
    if visitor.account is None or not isinstance(problem, NotFound):
        return ""
    try:
        is_about = "repository_id" in request.path_params
        place = named(request) if is_about else place_of(raw_path(request))
    except Problem:
        return ""
    names = (place.account_id, place.repository_id)
    return about(*names, "ask") if place.repository_id else ""


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the router says, such as 404 and 405, in our family's words."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this type alone)
    problem = problem_of(error)
    if problem is not None:
        return await on_problem(request, problem)
    return await page(
        request,
        "errors/problem.html",
        status=error.status_code,
        heading=error.detail,
        meaning="This address takes other requests.",
        again="",
        sign_in="",
        ask="",
        correlation="",
    )


async def on_failure(request: Request, error: Exception) -> Response:
    """Ours: told without details, logged with them."""
    log.exception("a page failed", path=request.scope["path"], exc_info=error)
    return await on_problem(request, Internal())


async def on_sign_in_first(request: Request, error: Exception) -> Response:
    """Read pages come back after signing in; a sent form is kept on the sign-in page itself."""
    draft = error.draft if isinstance(error, SignInFirst) else None
    if draft is None:
        return see(f"/-/sign-in?return_to={quote(own_path(request))}")
    return await show_sign_in(request, draft)


async def on_name_first(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """A name comes before everything that is done in one."""
    return see(f"/-/welcome?return_to={quote(own_path(request))}")


async def on_too_old(request: Request, error: Exception) -> Response:
    """Our own form of an earlier session: kept until somebody signs in, or shown once more."""
    assert isinstance(error, TooOld)  # noqa: S101  (registered for this type alone)
    visitor = await visitor_of(request)
    if visitor.identity is None and not visitor.unknown:
        return await show_sign_in(request, error.draft)
    return await page(
        request, "flows/resume.html", status=409, draft=error.draft, reason=TOO_OLD, return_to=""
    )


async def on_moved(request: Request, error: Exception) -> Response:
    """Links last, but not for ever: its old name may be given to another one day."""
    assert isinstance(error, Moved)  # noqa: S101  (registered for this type alone)
    status = 301 if request.method == "GET" else 307
    headers = {"cache-control": "private, max-age=3600"} if status == 301 else {}
    return RedirectResponse(error.address, status, headers)


HANDLERS = {
    Moved: on_moved,
    Problem: on_problem,
    HTTPException: on_http_exception,
    SignInFirst: on_sign_in_first,
    NameFirst: on_name_first,
    TooOld: on_too_old,
    Exception: on_failure,
}
