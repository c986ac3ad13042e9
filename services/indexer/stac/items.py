"""One item of one thing, a file or several: what it says, in the words of STAC and extensions."""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pystac import Asset, Item
from pystac.extensions.file import FileExtension

from services.indexer.extractors.facts import Band, Facts, Part, Place
from services.indexer.models.hrefs import TOP, is_relative
from services.indexer.models.stamps import stamp
from services.indexer.models.stored import Stored
from services.indexer.stac.extensions import add_cube, add_points, add_projection, add_table
from services.indexer.stac.names import collection_id, item_id, key_reference
from services.indexer.stac.times import When, when_of

Document = dict[str, Any]

PROCESSING = "https://stac-extensions.github.io/processing/v1.1.0/schema.json"
SOFTWARE = {"coop-indexer": "1"}
DATA, METADATA = "data", "metadata"
ALONE: Mapping[str, Stored] = {}
MD5_DIGITS = 32
# Multihash: the code of the hash, the length of the digest, the digest.
MD5_PREFIX, SHA256_PREFIX = "d50110", "1220"


def build_item(
    facts: Facts, place: Place, stored: Stored, beside: Mapping[str, Stored] = ALONE
) -> Document:
    """The item of an object, without links: its assets are named relative to its repository.

    It depends on nothing but its arguments, so that a rebuild makes the same item. `beside` are the
    parts that `facts` tells of.
    """
    when = when_of(facts.moment, _stands_for(facts, stored), stored.last_modified)
    item = Item(
        id=item_id(stored.key, stored.object_uid),
        geometry=place.footprint,
        bbox=list(place.bbox),
        datetime=None if when.end else datetime.fromisoformat(when.start),
        properties=_properties(facts, stored, when),
        stac_extensions=[PROCESSING],
    )
    data = _add_data(item, facts, stored)
    if facts.bands:
        data.extra_fields["bands"] = [_band(band) for band in facts.bands]
    _add_content(item, data, facts)
    for part in facts.parts:
        _add_part(item, beside[part.name], part)
    document: dict[str, Any] = item.to_dict(include_self_link=False)
    document["collection"] = collection_id(stored.account_id, stored.repository_id)
    return document


def _stands_for(facts: Facts, stored: Stored) -> str:
    """The key of what the item is of: the file, or the folder that the file is about."""
    return stored.key.rpartition("/")[0] if facts.is_folder else stored.key


def _add_data(item: Item, facts: Facts, stored: Stored) -> Asset:
    """What is to be opened. A folder has neither size nor hash, but the file that describes it."""
    if not facts.is_folder:
        return _add_asset(item, DATA, stored, (facts.media_type, "data"))
    key = _stands_for(facts, stored)
    title = key.rpartition("/")[2] or stored.repository_id
    href = key_reference(key) or TOP
    folder = Asset(href, title, media_type=facts.media_type, roles=["data"])
    item.add_asset(DATA, folder)
    _add_asset(item, METADATA, stored, (facts.described_by, "metadata"))
    return folder


def _add_part(item: Item, stored: Stored, part: Part) -> None:
    """Under what follows the name that all parts have in common: `dbf`, `shp.xml`."""
    stem = item.assets[DATA].href.rpartition(".")[0] + "."
    name = key_reference(stored.key).removeprefix(stem).lower()
    _add_asset(item, name, stored, (part.media_type, part.role))


def _add_asset(item: Item, name: str, stored: Stored, said: tuple[str, str]) -> Asset:
    """A file; `said` are its media type and its role."""
    media_type, role = said
    title = stored.key.rpartition("/")[2] or stored.key
    asset = Asset(key_reference(stored.key), title, media_type=media_type, roles=[role])
    item.add_asset(name, asset)
    FileExtension.ext(asset, add_if_missing=True).apply(
        size=stored.size, checksum=_checksum(stored)
    )
    return asset


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
    """The item as it is told: its assets where they can be downloaded now, under today's names."""
    base = f"{data_url}/{account_id}/{repository_id}/"
    return item | {
        "collection": collection_id(account_id, repository_id),
        "assets": {name: _at(base, asset) for name, asset in item["assets"].items()},
        "links": [_at(base, link) for link in item.get("links", ())],
    }


def _at(base: str, one: dict[str, Any]) -> dict[str, Any]:
    """An asset or a link; one that an upload has elsewhere stays there."""
    href: str = one["href"]
    return one | {"href": base + href.removeprefix(TOP)} if is_relative(href) else one


def _properties(facts: Facts, stored: Stored, when: When) -> dict[str, Any]:
    uploaded = stamp(stored.last_modified)
    properties: dict[str, Any] = {
        "title": _stands_for(facts, stored) or stored.key,
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


def _checksum(stored: Stored) -> str | None:
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
