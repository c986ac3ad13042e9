"""Where a page of a search ends, and the cursor that says so: of one search, in one order."""

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

import orjson
from pydantic import TypeAdapter, ValidationError

from shared.contracts.indexer import ItemQuery, SearchCollections
from shared.errors import Invalid
from shared.identifiers import SLUG
from shared.paging import cursor_at, place_at

Key = tuple[Literal[0], int | float] | tuple[Literal[1], str] | tuple[Literal[2], Literal[0]]
Written = tuple[str, str, str, tuple[Key, ...]]
WRITTEN: TypeAdapter[Written] = TypeAdapter(Written)
DIGITS = 16
PLACE = re.compile(rf"(?:{SLUG.pattern})--(?:{SLUG.pattern})/[a-z0-9_-]*")
# In the order of time there is no collection, and the item is a key of the index or begins one.
IN_TIME = re.compile(r"/\d{18}(?:[#$]|#[^#]{1,64}#[a-z0-9_-]+)")


@dataclass(frozen=True, slots=True)
class Place:
    """After an item of a collection; `keys` is what it was sorted by, if the search sorts.

    In the order of time `item_id` is a key of the index by place and time.
    """

    collection_id: str = ""
    item_id: str = ""
    keys: tuple[Any, ...] = ()


def cursor_of(wanted: ItemQuery, place: Place) -> str:
    """Goes on after the place, in the same search alone."""
    written = [mark_of(wanted), place.collection_id, place.item_id, place.keys]
    return cursor_at(orjson.dumps(written).decode())


def place_of(wanted: ItemQuery, form: re.Pattern[str] = PLACE) -> Place | None:
    """Where the cursor goes on; None from the start. Invalid where it is not of this form."""
    written = place_at(wanted.cursor)
    if written is None:
        return None
    try:
        mark, collection_id, item_id, keys = WRITTEN.validate_json(written)
    except ValidationError:
        raise Invalid("The cursor is not one of ours.") from None
    if mark != mark_of(wanted):
        raise Invalid("The cursor is of another search.")
    is_whole = form is IN_TIME or len(keys) == len(wanted.sort)
    if not (is_whole and form.fullmatch(f"{collection_id}/{item_id}")):
        raise Invalid("The cursor is not one of ours.")
    return Place(collection_id, item_id, keys)


def mark_of(wanted: ItemQuery | SearchCollections) -> str:
    """Of all that says which items, and in which order; not of who asks, nor for how many."""
    said = wanted.model_dump_json(exclude={"actor", "cursor", "limit"})
    return sha256(said.encode()).hexdigest()[:DIGITS]
