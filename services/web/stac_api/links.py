"""Links: the indexer's documents come without, since only the edge knows its own address."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

JSON = "application/json"
GEOJSON = "application/geo+json"
SCHEMA_TYPE = "application/schema+json"
QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
HTML = "text/html"

Document = Mapping[str, Any]
Link = dict[str, str]


def linked(document: Document, links: list[Link]) -> dict[str, Any]:
    """A document with these links, and behind them those that somebody gave it."""
    return {**document, "links": [*links, *document.get("links", ())]}


class Links:
    """Every address of the API, absolute."""

    def __init__(self, public_url: str) -> None:
        self.site = public_url
        self.root = f"{public_url}/stac"

    def landing(self) -> list[Link]:
        """Of the root catalog (OGC API Features 1.0 §7.2; STAC API core)."""
        return [
            self._root(),
            _link("self", self.root, JSON),
            _link("children", f"{self.root}/children", JSON),
            _link("conformance", f"{self.root}/conformance", JSON),
            _link("data", f"{self.root}/collections", JSON),
            {**_link("search", f"{self.root}/search", GEOJSON), "method": "GET"},
            {**_link("search", f"{self.root}/search", GEOJSON), "method": "POST"},
            _link(QUERYABLES, f"{self.root}/queryables", SCHEMA_TYPE),
            *_figures(self.root),
            _link("service-desc", f"{self.root}/api", OPENAPI),
            _link("service-doc", f"{self.site}/-/docs#stac", HTML),
        ]

    def collections(self, query: Mapping[str, str], cursor: str | None) -> list[Link]:
        """Of one page of collections."""
        address = f"{self.root}/collections"
        return [self._root(), *self._page(address, query, cursor, JSON)]

    def children(self, query: Mapping[str, str], cursor: str | None) -> list[Link]:
        """Of one page of the catalogs below the root."""
        return [self._root(), *self._page(f"{self.root}/children", query, cursor, JSON)]

    def collection(self, collection: Document) -> list[Link]:
        """Of one collection."""
        own = self.collection_address(str(collection["id"]))
        account, _, repository = str(collection["id"]).partition("--")
        return [
            self._root(),
            _link("parent", self.catalog_address(account), JSON),
            _link("self", own, JSON),
            _link("child", self.folder_address(account, repository), JSON),
            _link("items", f"{own}/items", GEOJSON),
            _link(QUERYABLES, f"{own}/queryables", SCHEMA_TYPE),
            *_figures(own),
            _link("about", f"{self.site}/{account}/{repository}", HTML),
        ]

    def aggregations(self, collection_id: str) -> list[Link]:
        """Of what can be asked for in figures, of all or of one collection."""
        return self._of_figures(collection_id, "aggregations")

    def aggregate(self, collection_id: str) -> list[Link]:
        """Of figures."""
        return self._of_figures(collection_id, "aggregate")

    def _of_figures(self, collection_id: str, name: str) -> list[Link]:
        own = self.collection_address(collection_id) if collection_id else self.root
        rel = "collection" if collection_id else "parent"
        return [self._root(), _link(rel, own, JSON), _link("self", f"{own}/{name}", JSON)]

    def items(self, collection_id: str, query: Mapping[str, str], cursor: str | None) -> list[Link]:
        """Of one page of a collection's items."""
        own = self.collection_address(collection_id)
        return [
            self._root(),
            _link("collection", own, JSON),
            *self._page(f"{own}/items", query, cursor, GEOJSON),
        ]

    def search_by_get(self, query: Mapping[str, str], token: str | None) -> list[Link]:
        """Of one page of a search."""
        return [self._root(), *self._page(f"{self.root}/search", query, token, GEOJSON)]

    def search_by_post(self, token: str | None) -> list[dict[str, Any]]:
        """The same by POST: the next body is the one that was sent with the token merged in."""
        own = {**_link("self", f"{self.root}/search", GEOJSON), "method": "POST"}
        links: list[dict[str, Any]] = [self._root(), own]
        if token is not None:
            links.append({**own, "rel": "next", "merge": True, "body": {"token": token}})
        return links

    def item(self, collection_id: str, item: Document) -> list[Link]:
        """Of one item."""
        own = self.collection_address(collection_id)
        return [
            self._root(),
            _link("parent", own, JSON),
            _link("collection", own, JSON),
            _link("self", self.item_address(collection_id, str(item["id"])), GEOJSON),
        ]

    def child(self, title: str, address: str) -> Link:
        """A way down."""
        return {**_link("child", address, JSON), "title": title}

    def within(self, above: str, own: str) -> list[Link]:
        """Of a catalog below another."""
        return [self._root(), _link("parent", above, JSON), _link("self", own, JSON)]

    def catalog_address(self, account_id: str) -> str:
        """The catalog of an account."""
        return f"{self.root}/catalogs/{quote(account_id, safe='')}"

    def folder_address(self, account_id: str, repository_id: str, prefix: str = "") -> str:
        """The catalog of a folder, or of a whole repository."""
        own = f"{self.catalog_address(account_id)}/{quote(repository_id, safe='')}"
        return _with(own, {"prefix": prefix} if prefix else {})

    def item_link(self, collection_id: str, item_id: str, title: str) -> Link:
        """A way to an item."""
        address = self.item_address(collection_id, item_id)
        return {**_link("item", address, GEOJSON), "title": title}

    def item_address(self, collection_id: str, item_id: str) -> str:
        """An item."""
        return f"{self.collection_address(collection_id)}/items/{quote(item_id, safe='')}"

    def collection_address(self, collection_id: str) -> str:
        """The collection of a repository."""
        return f"{self.root}/collections/{quote(collection_id, safe='')}"

    def _root(self) -> Link:
        return _link("root", self.root, JSON)

    def _page(
        self, address: str, query: Mapping[str, str], cursor: str | None, media_type: str
    ) -> list[Link]:
        links = [_link("self", _with(address, query), media_type)]
        if cursor is not None:
            after = following(address, query, cursor)
            links.append({**_link("next", after, media_type), "method": "GET"})
        return links


def _figures(own: str) -> list[Link]:
    """Ways to the figures of items (STAC API aggregation)."""
    return [
        _link("aggregations", f"{own}/aggregations", JSON),
        {**_link("aggregate", f"{own}/aggregate", JSON), "method": "GET"},
        {**_link("aggregate", f"{own}/aggregate", JSON), "method": "POST"},
    ]


def _link(rel: str, href: str, media_type: str) -> Link:
    return {"rel": rel, "href": href, "type": media_type}


def following(address: str, query: Mapping[str, str], cursor: str) -> str:
    """The address of the page after it."""
    return _with(address, {**query, "token": cursor})


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}?{urlencode(query)}" if query else address
