"""The page that says how to read and write what is here, with the API's operations."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.web.resources import resources_of
from services.web.views.page import page

METHODS = ("get", "post", "put", "patch", "delete")


class Operation(NamedTuple):
    """One line of the table."""

    method: str
    path: str
    summary: str


async def docs(request: Request) -> Response:
    """For people; programs read the OpenAPI document."""
    operations = operations_of(resources_of(request).api_schema())
    return await page(request, "docs/show.html", operations=operations)


async def robots(request: Request) -> Response:  # noqa: ARG001
    """Everything public may be found; what is under `/-/` is of no use to find."""
    return PlainTextResponse("User-agent: *\nDisallow: /-/\nDisallow: /api/\n")


def operations_of(schema: Mapping[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI document, in its order."""
    return [
        Operation(method.upper(), path, operation.get("summary", ""))
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
        if method in METHODS
    ]
