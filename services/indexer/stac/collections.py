"""A repository as a collection."""

import re
from datetime import datetime
from typing import Any

import pystac
from pystac import Catalog, Collection, Provider, ProviderRole, SpatialExtent, TemporalExtent

from services.indexer.models.counted import Holdings
from services.indexer.models.extents import WORLD, Extent
from services.indexer.models.stamps import stamp
from services.indexer.stac.names import collection_id
from shared.contracts.repositories import Repository

MOST_SUMMARIES = 50
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
    """The collection of a repository, without links. Without items its extent is the world."""
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
    document["item_assets"] = {"data": _item_asset(holdings)}
    return document


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
