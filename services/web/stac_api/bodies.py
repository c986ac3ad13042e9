"""What is sent to be written: items, lists of items, and changes of items (RFC 7396)."""

from typing import Any

import orjson
from starlette.requests import Request

from services.web.forms.reading import read_body
from services.web.resources import resources_of
from services.web.stac_api.links import GEOJSON, JSON
from shared.contracts.indexer import LARGEST_ITEM
from shared.errors import TooLarge
from shared.fields import invalid

Document = dict[str, Any]

MERGE_PATCH = "application/merge-patch+json"
READ = (JSON, GEOJSON, MERGE_PATCH)
LIST = "FeatureCollection"
# More than any item that is kept may have.
DEEPEST = 200


async def document_of(request: Request) -> Document:
    """The object that is sent. Raises Invalid, TooLarge."""
    said = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if said not in READ:
        raise invalid("content-type", f"must be {', '.join(READ[:-1])} or {READ[-1]}")
    body = await read_body(request, resources_of(request).settings.web.items.largest_bytes)
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid("body", f"is not valid JSON: {error}") from None
    if not isinstance(document, dict):
        raise invalid("body", "must be an object")
    return document


def items_of(request: Request, body: Document) -> list[Document]:
    """The items of a list. Raises Invalid, TooLarge."""
    items, most = body.get("features"), resources_of(request).settings.web.items.most
    if not isinstance(items, list) or not all(isinstance(one, dict) for one in items) or not items:
        raise invalid("features", "must be a list of items")
    if len(items) > most:
        raise TooLarge(f"At most {most:,} items can be written at once.")
    seen: set[str] = set()
    for place, item in enumerate(items):
        if (own_id := str(item.get("id"))) in seen:
            raise invalid(f"features/{place}/id", "is that of an item before")
        seen.add(own_id)
    return items


def must_travel(item: Document) -> None:
    """Invalid, TooLarge where it is more than any item may be."""
    if _is_deeper(item):
        raise invalid("body", f"has more than {DEEPEST} levels")
    if len(orjson.dumps(item)) > LARGEST_ITEM:
        raise TooLarge(f"An item may have at most {LARGEST_ITEM // 1024} KB.")


def merged(target: object, patch: Document) -> Document:
    """What a merge patch makes of it (RFC 7396 §2); neither is changed."""
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value) if isinstance(value, dict) else value
    return result


def _is_deeper(item: Document) -> bool:
    level: list[Any] = [item]
    for _ in range(DEEPEST):
        inner = (one.values() if isinstance(one, dict) else one for one in level)
        level = [below for one in inner for below in one if isinstance(below, dict | list)]
    return bool(level)
