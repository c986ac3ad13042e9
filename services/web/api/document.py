"""The OpenAPI document: what FastAPI knows, with our problems, headers and examples.

Which problems an operation answers with follows from what it takes and whom it lets in.
"""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.web.api.app import PREFIX, ROUTES
from services.web.api.editions import expected
from services.web.api.examples import EXAMPLES, PARAMETERS
from services.web.api.idempotency import idempotency_key
from services.web.api.problems import MEDIA_TYPE
from services.web.api.queries import part
from services.web.api.visitors import signed_in
from services.web.security.rates import Standing
from shared.errors import BY_STATUS, PROBLEM_SCHEMA

Node = dict[str, Any]
TEXT = {"type": "string"}
BEARER: Node = {"access_key": []}
SECURITY = {"type": "http", "scheme": "bearer", "description": "<access key id>.<secret>"}
RATE = {name: {"schema": TEXT} for name in Standing(1, 1, 1).headers}
LINK = {"description": "Where the next page is, as rel=next (RFC 8288).", "schema": TEXT}
ALWAYS = {400, 401, 404, 429, 503}
# Answered by the server below before there is a request to ask anything of (RFC 9110 §15.5.15).
TOO_LONG: Node = {"description": "The URL is longer than 64 KiB; there is no body."}


def openapi_of(app: FastAPI) -> Node:
    """The document of the API."""
    document = app.openapi()
    document["servers"] = [{"url": PREFIX}]
    parts = document["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["schemas"]["Problem"] = PROBLEM_SCHEMA
    parts["securitySchemes"] = {"access_key": SECURITY}
    for name, example in EXAMPLES.items():
        parts["schemas"][name] = {**parts["schemas"][name], "examples": [example]}
    for route in ROUTES:
        for method in route.methods or ():
            _complete(document["paths"][route.path][method.lower()], route)
    return document


def _complete(operation: Node, route: APIRoute) -> None:
    operation["security"] = (
        [BEARER] if signed_in in set(called_by(route.dependant)) else [{}, BEARER]
    )
    operation["responses"].pop("422", None)
    for parameter in operation.get("parameters", ()):
        if parameter["name"].lower() in PARAMETERS:
            parameter["example"] = PARAMETERS[parameter["name"].lower()]
    for answer in operation["responses"].values():
        answer["headers"] = RATE | ({"Link": LINK} if part in called_by(route.dependant) else {})
    for status in sorted(_problems(route)):
        operation["responses"][str(status)] = _refusal(status)
    operation["responses"]["414"] = TOO_LONG


def _problems(route: APIRoute) -> set[int]:
    """The statuses of the problems that an operation may answer with."""
    called = set(called_by(route.dependant))
    takes_body = route.body_field is not None or "requestBody" in (route.openapi_extra or {})
    writes = route.methods != {"GET"}
    by_reason = {
        403: signed_in in called or writes,
        409: writes,
        412: expected in called,
        413: takes_body,
        422: idempotency_key in called,
    }
    said = {int(status) for status in route.responses} & set(BY_STATUS)
    return ALWAYS | said | {status for status, is_so in by_reason.items() if is_so}


def _refusal(status: int) -> Node:
    reference = {"$ref": "#/components/schemas/Problem"}
    family = BY_STATUS[status]
    example = family().to_dict()
    content = {MEDIA_TYPE: {"schema": reference, "example": example}}
    return {"description": family.title, "headers": RATE, "content": content}


def called_by(dependant: Dependant) -> Iterator[Any]:
    """What an operation depends on, near and far."""
    for one in dependant.dependencies:
        yield one.call
        yield from called_by(one)
