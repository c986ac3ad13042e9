"""Errors of the STAC API: problem details, readable by scripts of any site."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.web.stac_api.answers import CORS, refusal
from shared.errors import PROBLEMS, Internal, Problem
from shared.log import logger

log = logger("web")


async def on_problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001
    """One of the family, as it is."""
    if not isinstance(problem, Problem):
        problem = Internal()
    return refusal(problem)


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the router says."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    family = next((one for one in PROBLEMS.values() if one.status == status), None)
    if family is not None:
        return await on_problem(request, family())
    further = error.headers if isinstance(error, HTTPException) else None
    return Response(status_code=status, headers={**CORS, **(further or {})})


async def on_failure(request: Request, error: Exception) -> Response:
    """Ours: told without details, logged with them."""
    log.exception("a request of the STAC API failed", path=request.scope["path"], exc_info=error)
    return await on_problem(request, Internal())


HANDLERS = {
    Problem: on_problem,
    HTTPException: on_http_exception,
    Exception: on_failure,
}
