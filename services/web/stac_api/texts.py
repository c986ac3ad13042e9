"""Pages of items made of the texts that the indexer tells: they are handed on, not read."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import orjson

from services.web.stac_api.links import Links
from services.web.stac_api.thumbnails import NAME, thumbnail_of
from shared.contracts.indexer import Feature, FeaturePage

LINE_END = b"\n"
# Stands for the id of an item in the last of its links.
ANY = "~"
REMEMBERED = 4096


def page_text(links: Links, page: FeaturePage, further: list[dict[str, Any]]) -> bytes:
    """The whole page."""
    features = b",".join(_features(links, page))
    said = orjson.dumps({"numberReturned": len(page.features), "links": further})
    return b'{"type":"FeatureCollection","features":[' + features + b"]," + said[1:]


def _features(links: Links, page: FeaturePage) -> Iterator[bytes]:
    lines = iter(page.carried.split(LINE_END))
    for one in page.features:
        before, after = next(lines), next(lines)
        said, end = _linked(links.site, one.collection_id)
        own_links = b"" if after.startswith(b"]") else b","
        own = one.item_id.encode()
        parts = (before, said, own, end, own_links, _pictured(links.site, one, after))
        yield b"".join(parts)


@lru_cache(maxsize=REMEMBERED)
def _linked(site: str, collection_id: str) -> tuple[bytes, bytes]:
    """The collection of an item and its links, before the id of the item and after it."""
    links = orjson.dumps(Links(site).item(collection_id, {"id": ANY}))
    before, _, after = links[:-1].rpartition(ANY.encode())
    return b',"collection":' + orjson.dumps(collection_id) + b',"links":' + before, after


def _pictured(site: str, one: Feature, text: bytes) -> bytes:
    """The end of an item, whose last member are its assets, with a thumbnail among them."""
    account_id, _, repository_id = one.collection_id.partition("--")
    asset = thumbnail_of(site, (account_id, repository_id), one.format, one.key)
    if asset is None:
        return text
    return text[:-2] + b"," + orjson.dumps({NAME: asset})[1:] + b"}"
