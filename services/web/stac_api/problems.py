"""Errors of the STAC API: problem details, readable by scripts of any site."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.web.render.problems import problem_of
from services.web.stac_api.answers import CORS, refusal
from shared.errors import Internal, Problem
from shared.log import logger

log = logger("web")


async def on_problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001
    """One of the family, as it is."""
    if not isinstance(problem, Problem):
        problem = Internal()
    return refusal(problem)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the router says."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this type alone)
    problem = problem_of(error)
    if problem is not None:
        return await on_problem(request, problem)
    return Response(status_code=error.status_code, headers={**CORS, **(error.headers or {})})


async def on_failure(request: Request, error: Exception) -> Response:
    """Ours: told without details, logged with them."""
    log.exception("a request of the STAC API failed", path=request.scope["path"], exc_info=error)
    return await on_problem(request, Internal())


HANDLERS = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    Exception: on_failure,
}
