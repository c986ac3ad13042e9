"""A repository as a collection, an account as a catalog, and the catalog of all."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pystac
from pystac import Catalog, Collection, Provider, ProviderRole, SpatialExtent, TemporalExtent

from services.indexer.stac.extents import WORLD, Extent
from services.indexer.stac.names import collection_id
from shared.contracts.repositories import Repository

ROOT_ID = "coop"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the items of a repository add up to."""

    extent: Extent | None = None
    codes: Sequence[str] = field(default_factory=tuple)
    formats: Sequence[str] = field(default_factory=tuple)
    media_types: Sequence[str] = field(default_factory=tuple)


def build_collection(
    repository: Repository, account_name: str, holdings: Holdings
) -> dict[str, Any]:
    """The collection of a repository, without links. Without items its extent is the world."""
    collection = Collection(
        id=collection_id(repository.account_id, repository.repository_id),
        title=repository.title,
        description=repository.description or repository.title,
        license=repository.license or "other",
        keywords=repository.tags or None,
        extent=_extent(holdings.extent),
        providers=[Provider(account_name, roles=[ProviderRole.PRODUCER])],
    )
    document: dict[str, Any] = collection.to_dict(include_self_link=False)
    document |= {"created": _stamp(repository.created_at), "updated": _stamp(repository.updated_at)}
    summaries = {
        "proj:code": sorted(holdings.codes),
        "coop:format": sorted(holdings.formats),
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
        asset["type"] = holdings.media_types[0]
    return asset


def _stamp(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def build_account_catalog(account_id: str, name: str, description: str) -> dict[str, Any]:
    """The catalog of an account, without links."""
    said = description or f"Repositories of {name}"
    document: dict[str, Any] = Catalog(account_id, said, title=name).to_dict(
        include_self_link=False
    )
    return document


def build_root_catalog(title: str, description: str) -> dict[str, Any]:
    """The catalog of everything, without links."""
    document: dict[str, Any] = Catalog(ROOT_ID, description, title=title).to_dict(
        include_self_link=False
    )
    return document
