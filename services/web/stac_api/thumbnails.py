"""The asset of an item that is a small picture of its file, of the role `thumbnail`."""

from collections.abc import Mapping
from typing import Any

from services.web.addresses import thumbnail_url
from services.web.render.items import key_of, names_of

NAME = "thumbnail"
# What is seldom without one; that of a raster whose overviews are missing can be.
FORMATS = frozenset(
    {
        *("COG", "GeoTIFF", "PNG image", "JPEG image", "WebP image", "GIF image"),
        *("GeoJSON", "GeoJSON sequence", "FlatGeobuf", "Shapefile"),
    }
)


def with_thumbnail(site: str, item: Mapping[str, Any]) -> Mapping[str, Any]:
    """The item with one, if it is of a format that has one and does not name its own."""
    properties, assets = item["properties"], item["assets"]
    if NAME in assets:
        return item
    asset = thumbnail_of(site, names_of(item), properties.get("coop:format"), key_of(item))
    return {**item, "assets": {**assets, NAME: asset}} if asset else item


def thumbnail_of(
    site: str, names: tuple[str, str], file_format: str | None, key: str
) -> dict[str, Any] | None:
    """That of the object of this key, in the repository of these names."""
    if file_format not in FORMATS or not key:
        return None
    return {
        "href": site + thumbnail_url(*names, key),
        "title": "Thumbnail",
        "type": "image/webp",
        "roles": ["thumbnail"],
    }
