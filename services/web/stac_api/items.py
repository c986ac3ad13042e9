"""One item as it is told, with a small picture and with links of this site."""

from typing import Any

from starlette.requests import Request

from services.web.stac_api.browsing import links_of
from services.web.stac_api.links import Document, linked
from services.web.stac_api.thumbnails import with_thumbnail


def told_item(request: Request, collection_id: str, item: Document) -> dict[str, Any]:
    """The whole document."""
    links = links_of(request)
    return linked(with_thumbnail(links.site, item), links.item(collection_id, item))
