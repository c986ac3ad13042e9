"""One item of one object: what the file says, in the words of STAC and its extensions."""

from base64 import b64decode
from binascii import Error as Base64Error
from datetime import datetime
from typing import Any

from pystac import Asset, Item
from pystac.extensions.file import FileExtension

from services.indexer.extractors.facts import Band, Facts, Place
from services.indexer.models.stamps import stamp
from services.indexer.stac.extensions import add_cube, add_points, add_projection, add_table
from services.indexer.stac.names import collection_id, item_id, key_reference
from services.indexer.stac.times import When, when_of
from shared.contracts.storage import StoredObject

Document = dict[str, Any]

PROCESSING = "https://stac-extensions.github.io/processing/v1.1.0/schema.json"
SOFTWARE = {"coop-indexer": "1"}
DATA = "data"
MD5_DIGITS = 32
# Multihash: the code of the hash, the length of the digest, the digest.
MD5_PREFIX, SHA256_PREFIX = "d50110", "1220"


def build_item(facts: Facts, place: Place, stored: StoredObject) -> Document:
    """The item of an object, without links: its asset is named relative to its repository.

    It depends on nothing but its arguments, so that a rebuild makes the same item.
    """
    when = when_of(facts.moment, stored.key, stored.last_modified)
    item = Item(
        id=item_id(stored.key, stored.object_uid),
        geometry=place.footprint,
        bbox=list(place.bbox),
        datetime=None if when.end else datetime.fromisoformat(when.start),
        properties=_properties(facts, stored, when),
        stac_extensions=[PROCESSING],
    )
    asset = Asset(
        href=key_reference(stored.key),
        title=stored.key.rpartition("/")[2] or stored.key,
        media_type=facts.media_type,
        roles=["data"],
    )
    item.add_asset(DATA, asset)
    _add_file(asset, stored)
    if facts.bands:
        asset.extra_fields["bands"] = [_band(band) for band in facts.bands]
    _add_content(item, asset, facts)
    document: dict[str, Any] = item.to_dict(include_self_link=False)
    document["collection"] = collection_id(stored.account_id, stored.repository_id)
    return document


def _add_content(item: Item, asset: Asset, facts: Facts) -> None:
    if facts.projection is not None:
        add_projection(asset, facts.projection)
    if facts.table is not None:
        add_table(asset, facts.table)
    if facts.cube is not None:
        add_cube(asset, facts.cube)
    if facts.point_cloud is not None and facts.point_cloud.dimensions:
        add_points(item, facts.point_cloud)


def located(
    item: dict[str, Any], account_id: str, repository_id: str, data_url: str
) -> dict[str, Any]:
    """The item as it is told: its asset where it can be downloaded now, under today's names."""
    asset = item["assets"][DATA]
    href = f"{data_url}/{account_id}/{repository_id}/{asset['href']}"
    return item | {
        "collection": collection_id(account_id, repository_id),
        "assets": item["assets"] | {DATA: asset | {"href": href}},
    }


def _properties(facts: Facts, stored: StoredObject, when: When) -> dict[str, Any]:
    uploaded = stamp(stored.last_modified)
    properties: dict[str, Any] = {
        "title": stored.key,
        "description": facts.summary,
        "created": uploaded,
        "updated": uploaded,
        "processing:software": SOFTWARE,
        "coop:datetime_source": when.source,
        "coop:format": facts.format,
    }
    if when.end:
        properties |= {"start_datetime": when.start, "end_datetime": when.end}
    return properties


def _add_file(asset: Asset, stored: StoredObject) -> None:
    FileExtension.ext(asset, add_if_missing=True).apply(
        size=stored.size, checksum=_checksum(stored)
    )


def _checksum(stored: StoredObject) -> str | None:
    """The strongest hash that is known of the whole object, as a multihash in hex."""
    try:
        sha256 = b64decode(stored.checksums.get("sha256", ""), validate=True).hex()
    except Base64Error:
        sha256 = ""
    if len(sha256) == 64:
        return SHA256_PREFIX + sha256
    # The etag of a multipart upload is no hash of the object, and has a hyphen.
    return MD5_PREFIX + stored.etag if len(stored.etag) == MD5_DIGITS else None


def _band(band: Band) -> dict[str, Any]:
    said = {
        "name": band.name,
        "description": band.description,
        "data_type": band.data_type,
        "nodata": band.nodata,
        "unit": band.unit,
        "statistics": band.statistics,
    }
    return {name: value for name, value in said.items() if value not in (None, "", {})}
