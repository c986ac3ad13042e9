"""The API as one application."""

from functools import partial

from fastapi import FastAPI
from fastapi.routing import APIRoute

from services.web.api import (
    access_requests,
    accounts,
    administering,
    audit,
    avatars,
    connections,
    deleting,
    domains,
    endpoints,
    figures,
    invitations,
    members,
    objects,
    own_data,
    repositories,
    search,
    share_links,
    states,
    trusts,
    versions,
)
from services.web.api.heads import Heads
from services.web.api.problems import add_problem_handlers, on_method
from services.web.api.rates import Rates

PREFIX = "/api/v1"
# Routes are matched one by one, so what is read most comes first.
ROOMS = (
    *(repositories, objects, figures, endpoints, accounts, members, invitations),
    *(access_requests, audit, administering, share_links, states, versions, trusts),
    connections,
    *(own_data, deleting, domains, avatars, search),
)
ROUTES = [route for room in ROOMS for route in room.router.routes if isinstance(route, APIRoute)]
DESCRIPTION = """Everything the pages do, for programs.

Reading what is public needs no credential. Otherwise send an access key as
`Authorization: Bearer <access key id>.<secret>`. Errors are RFC 9457 problem details; what you may
not see is answered as if it did not exist. HEAD works wherever GET does.

Lists are paged by an opaque `cursor`, and a `Link` leads to the next page. What is read has an
`ETag`; sent as `If-Match` with a change, it keeps you from undoing another's. What creates takes an
`Idempotency-Key`: sent again with it, as after an answer was lost, it is done once and answered
alike. How much one caller may ask in a minute is told by `RateLimit-Policy`, what is left of it by
`RateLimit`.
"""


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
    # Included routers are matched twice each, which was a third of a short answer's time.
    app.router.routes += ROUTES
    add_problem_handlers(app)
    app.add_exception_handler(405, partial(on_method, ROUTES))
    app.add_middleware(Heads)
    app.add_middleware(Rates)
    return app
