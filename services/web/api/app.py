"""The API as one application, and its OpenAPI document."""

from typing import Any

from fastapi import FastAPI

from services.web.api import (
    accounts,
    administering,
    audit,
    deleting,
    domains,
    endpoints,
    figures,
    invitations,
    members,
    objects,
    own_data,
    repositories,
    share_links,
    states,
    trusts,
)
from services.web.api.problems import MEDIA_TYPE, add_problem_handlers

PREFIX = "/api/v1"
ROOMS = (
    *(endpoints, accounts, members, invitations, audit),
    *(administering, repositories, share_links, states, objects, trusts),
    *(own_data, deleting, figures, domains),
)
DESCRIPTION = """Everything the pages do, for programs.

Reading what is public needs no credential. Otherwise send an access key as
`Authorization: Bearer <access key id>.<secret>`. Errors are RFC 9457 problem details; what you may
not see is answered as if it did not exist. Lists are paged by an opaque `cursor`.
"""
PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "examples": ["urn:coop:problem:not-found"]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def create_api() -> FastAPI:
    """The application that is mounted at PREFIX."""
    app = FastAPI(
        title="Coop",
        version="1",
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for room in ROOMS:
        app.include_router(room.router)
    add_problem_handlers(app)
    return app


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with our problems in the place of FastAPI's own errors."""
    schema = app.openapi()
    schema["servers"] = [{"url": PREFIX}]
    parts = schema["components"]
    for unused in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(unused, None)
    parts["schemas"]["Problem"] = PROBLEM_SCHEMA
    parts["securitySchemes"] = {"access_key": {"type": "http", "scheme": "bearer"}}
    schema["security"] = [{}, {"access_key": []}]
    reference = {"$ref": "#/components/schemas/Problem"}
    problem = {"description": "A problem", "content": {MEDIA_TYPE: {"schema": reference}}}
    for path in schema["paths"].values():
        for operation in path.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = problem
    return schema
