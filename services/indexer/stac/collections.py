"""A repository as a collection."""

import re
from datetime import datetime
from typing import Any

import orjson
import pystac
from pystac import Catalog, Collection, Provider, ProviderRole, SpatialExtent, TemporalExtent

from services.indexer.models.counted import Holdings
from services.indexer.models.extents import WORLD, Extent
from services.indexer.models.hrefs import is_relative
from services.indexer.models.mirror import Mirror
from services.indexer.models.stamps import stamp
from services.indexer.stac.names import collection_id
from shared.contracts.repositories import Repository

MOST_SUMMARIES = 50
STAC = "STAC"
SAID = ("title", "description", "license", "keywords", "providers", "summaries", "item_assets")
# The asset that is a table of all items (stac-geoparquet, "Referencing in a Collection").
MIRROR = "geoparquet-items"
# What STAC's schema takes; an expression of several is told as `other` (STAC 1.1, Licensing).
ONE_LICENSE = re.compile(r"[\w.+-]+")


def build_catalog(account_id: str, account_name: str) -> dict[str, Any]:
    """The catalog of an account, without links."""
    name = account_name or account_id
    description = f"The repositories of {name}, each a collection."
    catalog = Catalog(id=account_id, title=name, description=description)
    document: dict[str, Any] = catalog.to_dict(include_self_link=False)
    return document


def build_collection(
    repository: Repository, account_name: str, holdings: Holdings
) -> dict[str, Any]:
    """The collection of a repository. Without items its extent is the world.

    What an uploaded collection says is told in place of what follows from the repository.
    """
    collection = Collection(
        id=collection_id(repository.account_id, repository.repository_id),
        title=repository.title,
        description=repository.description or repository.title,
        license=repository.license if ONE_LICENSE.fullmatch(repository.license) else "other",
        keywords=repository.tags or None,
        extent=_extent(holdings.extent),
        providers=[Provider(account_name, roles=[ProviderRole.PRODUCER])],
    )
    document: dict[str, Any] = collection.to_dict(include_self_link=False)
    document |= {"created": stamp(repository.created_at), "updated": stamp(repository.updated_at)}
    summaries = {
        "proj:code": sorted(holdings.codes)[:MOST_SUMMARIES],
        "coop:format": sorted(holdings.formats)[:MOST_SUMMARIES],
    }
    document["summaries"] = {name: values for name, values in summaries.items() if values}
    # Items that somebody wrote have assets of their own.
    if STAC not in holdings.formats:
        document["item_assets"] = {"data": _item_asset(holdings)}
    said = collection_said(holdings)
    return document | said | {"summaries": said.get("summaries", {}) | document["summaries"]}


def with_mirror(collection: dict[str, Any], mirror: Mirror | None) -> dict[str, Any]:
    """The collection with the table of its items, relative to itself, if there is one."""
    if mirror is None:
        return collection
    asset = {
        "href": "items.parquet",
        "title": "All items as GeoParquet",
        "type": "application/vnd.apache.parquet",
        "roles": ["collection-mirror"],
        "updated": stamp(mirror.made_at),
    }
    return collection | {"assets": {MIRROR: asset}}


def collection_said(holdings: Holdings) -> dict[str, Any]:
    """What the uploaded collection of a repository says; nothing where there is none."""
    said = max((text for text, count in holdings.collections.items() if count > 0), default="{}")
    found: dict[str, Any] = orjson.loads(said)
    return found


def told_of(collection: dict[str, Any]) -> str:
    """What of an uploaded collection is told of its repository, as JSON.

    Its extent is not, which follows from the items there are, nor links within the repository.
    """
    said = {name: collection[name] for name in SAID if collection.get(name)}
    links = [link for link in collection["links"] if not is_relative(link["href"])]
    return orjson.dumps(said | ({"links": links} if links else {})).decode()


def _extent(extent: Extent | None) -> pystac.Extent:
    times = extent.interval if extent else (None, None)
    interval = [datetime.fromisoformat(time) if time else None for time in times]
    bbox = extent.bbox if extent else WORLD
    return pystac.Extent(SpatialExtent([bbox]), TemporalExtent([interval]))


def _item_asset(holdings: Holdings) -> dict[str, Any]:
    """What each item's asset is; its type only where all are of one."""
    asset: dict[str, Any] = {"title": "The file itself", "roles": ["data"]}
    if len(holdings.media_types) == 1:
        asset["type"] = next(iter(holdings.media_types))
    return asset
