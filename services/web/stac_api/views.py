"""What each address of the STAC API answers."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import caller_of, resources_of
from services.web.stac_api.answers import answer, answer_text
from services.web.stac_api.browsing import STAC_VERSION, accounts, links_of, query_of
from services.web.stac_api.description import describe
from services.web.stac_api.filters import LONGEST_NAME, Wanted, from_body, from_query
from services.web.stac_api.items import told_item
from services.web.stac_api.links import GEOJSON, OPENAPI, SCHEMA_TYPE, Link
from services.web.stac_api.mirrors import told_collection
from services.web.stac_api.queryables import queryables
from services.web.stac_api.search import collections_of, features_of, items_of
from services.web.stac_api.search import search as find
from services.web.stac_api.texts import page_text
from shared.contracts.indexer import FeaturePage, GetCollection, GetItem, StacPage
from shared.errors import NotFound, Unavailable

CQL2 = (
    *("cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators"),
    *("case-insensitive-comparison", "accent-insensitive-comparison", "property-property"),
    *("basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions"),
    *("temporal-functions", "array-functions"),
)
CONFORMS_TO = [
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/browseable",
    "https://api.stacspec.org/v1.0.0/children",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    # Clients look for these as 1.0; sorting is 1.1 by now.
    "https://api.stacspec.org/v1.0.0/item-search#sort",
    "https://api.stacspec.org/v1.1.0/item-search#sort",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#sort",
    "https://api.stacspec.org/v1.1.0/ogcapi-features#sort",
    "https://api.stacspec.org/v1.0.0/item-search#fields",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#fields",
    "https://api.stacspec.org/v1.0.0/item-search#query",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#query",
    "https://api.stacspec.org/v1.0.0/item-search#filter",
    "https://api.stacspec.org/v1.0.0/ogcapi-features#filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{name}" for name in CQL2),
    "https://api.stacspec.org/v1.0.0/ogcapi-features/extensions/transaction",
    "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/simpletx",
    "https://api.stacspec.org/v0.3.0/aggregation",
    "https://api.stacspec.org/v0.3.0/aggregation#query",
    "https://api.stacspec.org/v0.3.0/aggregation#filter",
    "https://api.stacspec.org/v1.0.0-rc.1/collection-search",
    "https://api.stacspec.org/v1.0.0-rc.1/collection-search#free-text",
    "https://api.stacspec.org/v1.1.0/collection-search#sort",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/simple-query",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
]


async def landing(request: Request) -> Response:
    """The root catalog, which is also the landing page."""
    body = {
        "type": "Catalog",
        "id": "coop",
        "title": "Coop",
        "description": "Scientific data repositories: every spatial file is an item, every "
        "repository a collection.",
        "stac_version": STAC_VERSION,
        "conformsTo": CONFORMS_TO,
        "links": [*links_of(request).landing(), *await _children(request)],
    }
    return answer(request, body)


async def _children(request: Request) -> list[Link]:
    """Clients begin at the root: it says what this is also while nobody knows what is below."""
    try:
        return await accounts(request)
    except Unavailable:
        return []


async def conformance(request: Request) -> Response:
    """What this API keeps to (OGC API Features 1.0 §7.4)."""
    return answer(request, {"conformsTo": CONFORMS_TO})


async def description(request: Request) -> Response:
    """The OpenAPI document of this API."""
    return answer(request, describe(resources_of(request).public_url), OPENAPI)


async def collections(request: Request) -> Response:
    """Some collections that the caller may list, and where to go on."""
    wanted = from_query(request)
    page = await collections_of(request, wanted)
    links = links_of(request)
    documents = [told_collection(links, one) for one in page.documents]
    body: dict[str, Any] = {
        "collections": documents,
        "links": links.collections(query_of(request), page.cursor),
    }
    if page.matched is not None:
        body["numberMatched"] = page.matched
    return answer(request, {**body, "numberReturned": len(documents)})


async def collection(request: Request) -> Response:
    """One collection: a repository."""
    visitor = await caller_of(request)
    found = await resources_of(request).bus.request(
        GetCollection(actor=visitor.actor, collection_id=request.path_params["collection_id"])
    )
    return answer(request, told_collection(links_of(request), found.document))


async def queryables_of_all(request: Request) -> Response:
    """What items of any collection can be asked by."""
    own = f"{links_of(request).root}/queryables"
    return answer(request, queryables(own, "Items of any collection"), SCHEMA_TYPE)


async def queryables_of_one(request: Request) -> Response:
    """What items of a collection can be asked by, as far as the caller may see it."""
    visitor = await caller_of(request)
    found = await resources_of(request).bus.request(
        GetCollection(actor=visitor.actor, collection_id=request.path_params["collection_id"])
    )
    document = found.document
    own = f"{links_of(request).root}/collections/{document['id']}/queryables"
    body = queryables(own, f"Items of {document['id']}", document.get("summaries"))
    return answer(request, body, SCHEMA_TYPE)


async def items(request: Request) -> Response:
    """Some items of a collection, and where to go on."""
    collection_id = request.path_params["collection_id"]
    wanted = from_query(request)
    page = await items_of(request, collection_id, wanted)
    further = links_of(request).items(collection_id, query_of(request), page.cursor)
    return _features(request, wanted, page, further)


async def search(request: Request) -> Response:
    """Items of any collections, asked for by GET or by POST."""
    is_post = request.method == "POST"
    wanted = await from_body(request) if is_post else from_query(request)
    # What is told in part is read and written anew, all else is handed on as it is.
    page = await (features_of(request, wanted) if wanted.fields is None else find(request, wanted))
    links = links_of(request)
    if is_post:
        further = links.search_by_post(page.cursor)
    else:
        further = links.search_by_get(query_of(request), page.cursor)
    if isinstance(page, FeaturePage):
        return answer_text(request, page_text(links, page, further), GEOJSON)
    return _features(request, wanted, page, further)


def _features(
    request: Request, wanted: Wanted, page: StacPage, further: list[dict[str, Any]]
) -> Response:
    features = [told_item(request, str(one["collection"]), one) for one in page.documents]
    if wanted.fields is not None:
        features = [wanted.fields.told(one) for one in features]
    body: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": features,
        "numberReturned": len(features),
        "links": further,
    }
    if page.matched is not None:
        body["numberMatched"] = page.matched
    return answer(request, body, GEOJSON)


async def item(request: Request) -> Response:
    """One item: a file that says where it is."""
    visitor = await caller_of(request)
    names = request.path_params
    collection_id, item_id = names["collection_id"], names["item_id"]
    if len(item_id) > LONGEST_NAME:
        raise NotFound
    found = await resources_of(request).bus.request(
        GetItem(actor=visitor.actor, collection_id=collection_id, item_id=item_id)
    )
    return answer(request, told_item(request, collection_id, found.document), GEOJSON)
