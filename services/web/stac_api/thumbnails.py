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
    if properties.get("coop:format") not in FORMATS or NAME in assets:
        return item
    key = key_of(item)
    if not key:
        return item
    asset = {
        "href": site + thumbnail_url(*names_of(item), key),
        "title": "Thumbnail",
        "type": "image/webp",
        "roles": ["thumbnail"],
    }
    return {**item, "assets": {**assets, NAME: asset}}
