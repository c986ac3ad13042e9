"""What items and collections are called: ids that need no escaping anywhere."""

import re
import unicodedata
from hashlib import sha256
from urllib.parse import quote

NOT_PLAIN = re.compile(r"[^a-z0-9_]+")
LONGEST = 80
UID_DIGITS = 8
# What is written through the STAC API is called as its item, where that is safe in names of files.
WRITTEN = "items/"
NOT_SAFE = re.compile(r"[^A-Za-z0-9._-]|^\.")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
LONGEST_NAME = 200


def item_id(key: str, object_uid: str) -> str:
    """`new-europe-tif-1a2b3c4d`: for people the key, for certainty a piece of the object's uid."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    slug = NOT_PLAIN.sub("-", plain)[-LONGEST:].strip("-")
    return f"{slug or 'object'}-{object_uid[:UID_DIGITS]}"


def told_id(own_id: str, object_uid: str) -> str:
    """The id of an item that somebody wrote, of all those that its object may hold."""
    return item_id(own_id, sha256(f"{object_uid}/{own_id}".encode()).hexdigest())


def written_key(own_id: str) -> str:
    """The key of an item of this id, and of no other. ValueError says why there can be none."""
    if not own_id or CONTROL.search(own_id):
        raise ValueError("must have letters, and none that cannot be seen")
    name = NOT_SAFE.sub(lambda found: _escaped(found[0]), own_id)
    if len(name) > LONGEST_NAME:
        raise ValueError(f"is too long: {len(name)} bytes, where {LONGEST_NAME} can be")
    return f"{WRITTEN}{name}.json"


def _escaped(letter: str) -> str:
    return "".join(f"={byte:02X}" for byte in letter.encode())


def collection_id(account_id: str, repository_id: str) -> str:
    """`noaa--globe-land-mask`; no id holds two hyphens in a row, so it can be taken apart."""
    return f"{account_id}--{repository_id}"


def repository_of(collection: str) -> tuple[str, str]:
    """Account and repository of a collection's id."""
    account_id, _, repository_id = collection.partition("--")
    return account_id, repository_id


def key_reference(key: str) -> str:
    """A key as the rest of a URL."""
    return quote(key, safe="/~")
