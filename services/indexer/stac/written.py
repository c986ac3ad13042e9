"""An item as it comes to the STAC API, as it is written: what is said by us is not said by it."""

from typing import Any

import orjson

from services.indexer.models.stored import Stored
from services.indexer.settings import StacSettings
from services.indexer.stac.uploaded import ITEM, OURS, STRUCTURE, read_uploaded
from shared.errors import FieldError, Invalid

Document = dict[str, Any]

# Said first, so that whoever sees the beginning of the file knows what it is.
FIRST = ("type", "stac_version", "stac_extensions", "id")
WHOLE = "document"


def written_form(told: Document, own_id: str, depth: int, data_url: str) -> Document:
    """The document for a key so many folders deep, in a repository whose bytes are at `data_url`.

    Where it is of no right form it stays as it is: that is found when it is judged.
    """
    document = {name: told[name] for name in FIRST if name in told} | told | {"id": own_id}
    # It is of the collection that it lies in, whatever that is called by then.
    document.pop("collection", None)
    properties, links, assets = (told.get(name) for name in ("properties", "links", "assets"))
    if isinstance(properties, dict):
        document["properties"] = {
            name: said for name, said in properties.items() if not name.startswith(OURS)
        }
    if isinstance(links, list):
        document["links"] = [_near(one, depth, data_url) for one in links if not _is_ours(one)]
    if isinstance(assets, dict):
        document["assets"] = {name: _near(one, depth, data_url) for name, one in assets.items()}
    return document


def own_id_of(document: Document) -> str:
    """What whoever writes it calls it. Invalid where that is no text."""
    own_id = document.get("id")
    if not isinstance(own_id, str):
        raise _invalid(["id: must be a text"])
    return own_id


def must_be_item(document: Document, stored: Stored, limits: StacSettings) -> None:
    """Invalid, with the members to blame, where it would not be told as an item."""
    kind = document.get("type")
    if kind != ITEM:
        raise _invalid([f"type: must be {ITEM!r}, which is what an item is"])
    # What reads it changes it.
    found = read_uploaded(orjson.loads(orjson.dumps(document)), stored, limits)
    if found.faults:
        raise _invalid(found.faults)


def _invalid(faults: list[str]) -> Invalid:
    errors = []
    for fault in faults:
        place, _, reason = fault.partition(": ")
        told = (place, reason) if reason and " " not in place else (WHOLE, fault)
        errors.append(FieldError(field=told[0], message=told[1]))
    return Invalid(f"It is not a valid STAC item. {faults[0]}", errors=errors)


def _is_ours(link: object) -> bool:
    rel = link.get("rel") if isinstance(link, dict) else None
    return isinstance(rel, str) and rel in STRUCTURE


def _near(one: object, depth: int, data_url: str) -> object:
    """An asset or link to bytes of the same repository, relative to the document."""
    href = one.get("href") if isinstance(one, dict) else None
    if not isinstance(one, dict) or not isinstance(href, str) or not href.startswith(data_url):
        return one
    return one | {"href": "../" * depth + href.removeprefix(data_url)}
