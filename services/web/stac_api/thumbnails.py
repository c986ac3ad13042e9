"""The asset of an item that is a small picture of its file, of the role `thumbnail`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from services.web.addresses import thumbnail_url

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
    account_id, _, repository_id = str(item["collection"]).partition("--")
    # The title of an uploaded item is no key, and it need not have such an asset.
    href = str(assets.get("data", {}).get("href", ""))
    _, _, path = href.partition(f"/{account_id}/{repository_id}/")
    if not path:
        return item
    asset = {
        "href": site + thumbnail_url(account_id, repository_id, unquote(path)),
        "title": "Thumbnail",
        "type": "image/webp",
        "roles": ["thumbnail"],
    }
    return {**item, "assets": {**assets, NAME: asset}}
