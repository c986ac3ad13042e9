"""The links of a document at the moment it is read, as plain dicts: pystac would build trees."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from services.indexer.stac.names import repository_of

JSON, GEOJSON, HTML = "application/json", "application/geo+json", "text/html"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things are now, without a slash at the end: the STAC root, the data, the pages."""

    stac: str
    data: str
    web: str


# Where documents are validated, which must have links.
NOWHERE = Addresses("https://example.org/stac", "https://example.org/data", "https://example.org")


def with_item_links(item: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    """The item with its links, and with its asset where it can be downloaded."""
    collection = item["collection"]
    place = "/".join(repository_of(collection))
    above = f"{addresses.stac}/collections/{collection}"
    reference = item["assets"]["data"]["href"]
    data = item["assets"]["data"] | {"href": f"{addresses.data}/{place}/{reference}"}
    links = [
        _link("self", f"{above}/items/{item['id']}", GEOJSON),
        _link("parent", above, JSON),
        _link("collection", above, JSON),
        _link("root", addresses.stac, JSON),
        _link("alternate", f"{addresses.web}/{place}/{reference}", HTML),
    ]
    return item | {"links": links, "assets": item["assets"] | {"data": data}}


def with_collection_links(collection: dict[str, Any], addresses: Addresses) -> dict[str, Any]:
    """The collection with its links; its account's catalog is its parent."""
    account_id, repository_id = repository_of(collection["id"])
    own = f"{addresses.stac}/collections/{collection['id']}"
    links = [
        _link("self", own, JSON),
        _link("parent", f"{addresses.stac}/catalogs/{account_id}", JSON),
        _link("root", addresses.stac, JSON),
        _link("items", f"{own}/items", GEOJSON),
        _link("alternate", f"{addresses.web}/{account_id}/{repository_id}", HTML),
    ]
    return collection | {"links": links}


def with_catalog_links(
    catalog: dict[str, Any], addresses: Addresses, own: str, children: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """A catalog with its links. `own` and the children's are paths under the STAC root.

    The root itself has the path ""; a child comes with its title.
    """
    links = [
        _link("self", f"{addresses.stac}/{own}".rstrip("/"), JSON),
        _link("root", addresses.stac, JSON),
        *([_link("parent", addresses.stac, JSON)] if own else []),
        *(_link("child", f"{addresses.stac}/{path}", JSON, title) for path, title in children),
    ]
    return catalog | {"links": links}


def _link(relation: str, href: str, media_type: str, title: str = "") -> dict[str, str]:
    link = {"rel": relation, "href": href, "type": media_type}
    return link | {"title": title} if title else link
