"""The routes of the STAC API: core, collections and features; the rest comes on top of these."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.web.stac_api import aggregation, browsing, mirrors, transactions, views
from services.web.stac_api.answers import PREFLIGHT
from services.web.stac_api.problems import HANDLERS

PREFIX = "/stac"
View = Callable[[Request], Awaitable[Response]]

ROUTES: dict[str, View] = {
    "/": views.landing,
    "/conformance": views.conformance,
    "/api": views.description,
    "/queryables": views.queryables_of_all,
    "/search": views.search,
    "/aggregations": aggregation.aggregations,
    "/aggregate": aggregation.aggregate,
    "/children": browsing.children,
    "/catalogs": browsing.catalogs,
    "/catalogs/{account_id}": browsing.catalog,
    "/catalogs/{account_id}/{repository_id}": browsing.folder,
    "/collections": views.collections,
    "/collections/{collection_id}": views.collection,
    "/collections/{collection_id}/queryables": views.queryables_of_one,
    "/collections/{collection_id}/aggregations": aggregation.aggregations,
    "/collections/{collection_id}/aggregate": aggregation.aggregate,
    "/collections/{collection_id}/items.parquet": mirrors.mirror,
    "/collections/{collection_id}/items": views.items,
    "/collections/{collection_id}/items/{item_id}": views.item,
}

ITEMS = "/collections/{collection_id}/items"
# A search that is too long for an address is sent in a body; nothing is changed by it.
WRITTEN: dict[str, dict[str, View]] = {
    "/search": {"POST": views.search},
    "/aggregate": {"POST": aggregation.aggregate},
    "/collections/{collection_id}/aggregate": {"POST": aggregation.aggregate},
    ITEMS: {"POST": transactions.create},
    f"{ITEMS}/{{item_id}}": {
        "PUT": transactions.replace,
        "PATCH": transactions.update,
        "DELETE": transactions.delete,
    },
}
NONE: Mapping[str, View] = {}


def create_stac_api() -> Starlette:
    """The application that is mounted at PREFIX."""
    app = Starlette(
        routes=[open_route(path, view, WRITTEN.get(path, NONE)) for path, view in ROUTES.items()],
        exception_handlers=HANDLERS,
    )
    app.router.redirect_slashes = False
    return app


def open_route(path: str, view: View, written: Mapping[str, View] = NONE) -> Route:
    """A route that scripts of other sites may ask about first (CORS preflight).

    `written` are the views of methods that have a body or change something.
    """

    async def answering(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PREFLIGHT)
        return await written.get(request.method, view)(request)

    return Route(path, answering, methods=["GET", "OPTIONS", *written])
