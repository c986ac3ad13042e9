"""All of it by plain links, from the root to each item: accounts, repositories, folders.

No list of links is longer than MOST_LINKS: its last one leads to a catalog of the rest, so that
clients that only follow links come everywhere (STAC API browseable and children).
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import collection_id as id_of
from services.web.resources import caller_of, resources_of
from services.web.stac_api.answers import answer
from services.web.stac_api.filters import PARAMETERS, from_query
from services.web.stac_api.links import Link, Links, following
from shared.contracts.indexer import (
    DirectoryEntry,
    ListCatalogs,
    ListCollections,
    ListDirectory,
    ListItems,
    StacPage,
)
from shared.errors import NotFound

STAC_VERSION = "1.1.0"
MOST_LINKS = 1000
# Each account is looked for by itself, and every client begins at the root.
MOST_ACCOUNTS = 100
MORE = "More"


async def children(request: Request) -> Response:
    """The catalogs below the root, as documents (STAC API children)."""
    wanted, links = from_query(request), links_of(request)
    page = await _accounts(request, limit=wanted.limit, cursor=wanted.token)
    found = [{**one, "links": _of_account(links, str(one["id"]))} for one in page.documents]
    further = links.children(query_of(request), page.cursor)
    return answer(request, {"children": found, "links": further})


async def catalogs(request: Request) -> Response:
    """The accounts that the root catalog has no room for."""
    links, token = links_of(request), from_query(request).token
    own = f"{links.root}/catalogs"
    below = await accounts(request, token)
    above = links.within(links.root, following(own, {}, token) if token else own)
    return answer(request, _catalog("catalogs", "Accounts", [*above, *below]))


async def accounts(request: Request, token: str | None = None) -> list[Link]:
    """A way to each account, and to those that come after."""
    links = links_of(request)
    page = await _accounts(request, limit=MOST_ACCOUNTS, cursor=token)
    found = [
        links.child(str(one["title"]), links.catalog_address(str(one["id"])))
        for one in page.documents
    ]
    return found + _more(links, f"{links.root}/catalogs", {}, page.cursor)


async def catalog(request: Request) -> Response:
    """The collections of an account. NotFound where there are none that may be listed."""
    account_id, token = request.path_params["account_id"], from_query(request).token
    visitor, links = await caller_of(request), links_of(request)
    wanted = ListCollections(
        actor=visitor.actor, account_id=account_id, limit=MOST_LINKS, cursor=token
    )
    page = await resources_of(request).bus.request(wanted)
    if not page.documents:
        raise NotFound
    own = links.catalog_address(account_id)
    found = [
        links.child(str(one["title"]), links.collection_address(str(one["id"])))
        for one in page.documents
    ]
    further = _more(links, own, {}, page.cursor)
    here = links.within(links.root, following(own, {}, token) if token else own)
    return answer(request, _catalog(account_id, account_id, [*here, *found, *further]))


async def folder(request: Request) -> Response:
    """What is in one folder of a repository: its folders, and its items."""
    names = (request.path_params["account_id"], request.path_params["repository_id"])
    prefix, token = request.query_params.get("prefix", ""), from_query(request).token
    if prefix and not prefix.endswith("/"):
        return await _list(request, names, prefix)
    visitor, links = await caller_of(request), links_of(request)
    wanted = ListDirectory(
        actor=visitor.actor,
        account_id=names[0],
        repository_id=names[1],
        prefix=prefix,
        limit=MOST_LINKS,
        cursor=token,
    )
    page = await resources_of(request).bus.request(wanted)
    if prefix and not page.entries:
        raise NotFound
    own, query = links.folder_address(*names), {"prefix": prefix} if prefix else {}
    here = links.within(_above(links, names, prefix), links.folder_address(*names, prefix))
    found = [_entry(links, names, one) for one in page.entries if _leads_on(one)]
    further = _more(links, own, query, page.cursor)
    title = prefix or "/".join(names)
    return answer(request, _catalog(f"{id_of(*names)}/{prefix}", title, [*here, *found, *further]))


async def _list(request: Request, names: tuple[str, str], key: str) -> Response:
    """The items of a list that somebody uploaded."""
    visitor, links, collection_id = await caller_of(request), links_of(request), id_of(*names)
    wanted = ListItems(
        actor=visitor.actor,
        collection_id=collection_id,
        key=key,
        limit=MOST_LINKS,
        cursor=from_query(request).token,
    )
    page = await resources_of(request).bus.request(wanted)
    if not page.documents:
        raise NotFound
    found = [
        links.item_link(collection_id, one["id"], one["properties"]["coop:id"])
        for one in page.documents
    ]
    here = links.within(_above(links, names, key), links.folder_address(*names, key))
    further = _more(links, links.folder_address(*names), {"prefix": key}, page.cursor)
    return answer(request, _catalog(f"{collection_id}/{key}", key, [*here, *found, *further]))


def links_of(request: Request) -> Links:
    """The links of this site."""
    return Links(resources_of(request).public_url)


def query_of(request: Request) -> dict[str, str]:
    """What was asked, as far as it means something."""
    return {name: value for name, value in request.query_params.items() if name in PARAMETERS}


async def _accounts(request: Request, *, limit: int, cursor: str | None) -> StacPage:
    visitor = await caller_of(request)
    wanted = ListCatalogs(actor=visitor.actor, limit=limit, cursor=cursor)
    return await resources_of(request).bus.request(wanted)


def _of_account(links: Links, account_id: str) -> list[Link]:
    return links.within(links.root, links.catalog_address(account_id))


def _above(links: Links, names: tuple[str, str], prefix: str) -> str:
    """The folder around a folder; around the whole is the collection."""
    if not prefix:
        return links.collection_address(id_of(*names))
    return links.folder_address(*names, prefix[: prefix.rstrip("/").rfind("/") + 1])


def _leads_on(entry: DirectoryEntry) -> bool:
    return entry.is_directory or entry.is_list or bool(entry.item_id)


def _entry(links: Links, names: tuple[str, str], entry: DirectoryEntry) -> Link:
    if entry.is_directory or entry.is_list:
        return links.child(entry.name, links.folder_address(*names, entry.key))
    return links.item_link(id_of(*names), entry.item_id, entry.name)


def _more(links: Links, address: str, query: dict[str, str], cursor: str | None) -> list[Link]:
    return [links.child(MORE, following(address, query, cursor))] if cursor else []


def _catalog(name: str, title: str, links: list[Link]) -> dict[str, Any]:
    return {
        "type": "Catalog",
        "id": name,
        "title": title,
        "description": title,
        "stac_version": STAC_VERSION,
        "links": links,
    }
