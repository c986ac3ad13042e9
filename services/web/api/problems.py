"""Errors of the API: RFC 9457 problem details, whatever went wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match, Route

from services.web.render.problems import problem_headers, problem_of
from shared.errors import FieldError, Internal, Invalid, Problem
from shared.log import logger

MEDIA_TYPE = "application/problem+json"
# Where a value came from says nothing that its name does not.
PLACES = {"body", "query", "path", "header", "cookie"}
log = logger("web")


async def on_problem(request: Request, problem: Exception) -> Response:  # noqa: ARG001
    """One of the family, as it is."""
    if not isinstance(problem, Problem):
        problem = Internal()
    return JSONResponse(problem.to_dict(), problem.status, problem_headers(problem), MEDIA_TYPE)


async def on_invalid(request: Request, error: Exception) -> Response:
    """What does not fit the schema is Invalid (400) with an error at each field."""
    fields = []
    if isinstance(error, RequestValidationError):
        fields = [_field_error(one) for one in error.errors()]
    said = "; ".join(f"{one['field'] or 'body'}: {one['message']}" for one in fields)
    return await on_problem(request, Invalid(said, errors=fields))


def _field_error(said: Mapping[str, Any]) -> FieldError:
    if said["type"] == "json_invalid":
        # Where in the text it went wrong is told in the place of a field.
        return FieldError(field="", message=f"is no valid JSON: {said['ctx']['error']}")
    return FieldError(
        field=".".join(str(step) for step in said["loc"] if step not in PLACES),
        message=str(said["msg"]).removeprefix("Value error, "),
    )


async def on_http_exception(request: Request, error: Exception) -> Response:
    """What the router says: an address, a method or a body that there is not."""
    assert isinstance(error, HTTPException)  # noqa: S101  (registered for this type alone)
    problem = problem_of(error)
    if isinstance(problem, Invalid) and problem is not error.__cause__:
        problem = Invalid("body: is no JSON that can be read")
    if problem is not None:
        return await on_problem(request, problem)
    said = {"type": "about:blank", "title": error.detail, "detail": error.detail}
    body = {**said, "status": error.status_code}
    return JSONResponse(body, error.status_code, error.headers, MEDIA_TYPE)


async def on_method(routes: Sequence[Route], request: Request, error: Exception) -> Response:
    """What a thing can be asked instead, of all routes that lead to it (RFC 9110 §15.5.6)."""
    answer = await on_http_exception(request, error)
    leading = [one for one in routes if one.matches(request.scope)[0] is not Match.NONE]
    allowed = {method for one in leading for method in one.methods or ()}
    answer.headers["allow"] = ", ".join(sorted(allowed | ({"HEAD"} if "GET" in allowed else set())))
    return answer


async def on_failure(request: Request, error: Exception) -> Response:
    """Ours: told without details, logged with them."""
    log.exception("a request of the API failed", path=request.scope["path"], exc_info=error)
    return await on_problem(request, Internal())


def add_problem_handlers(app: FastAPI) -> None:
    """All of the above but what an API knows of its own routes."""
    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_exception)
    app.add_exception_handler(Exception, on_failure)
