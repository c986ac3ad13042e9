"""What items and collections are called: ids that need no escaping anywhere."""

import re
import unicodedata
from urllib.parse import quote

NOT_PLAIN = re.compile(r"[^a-z0-9_]+")
LONGEST = 80
UID_DIGITS = 8


def item_id(key: str, object_uid: str) -> str:
    """`new-europe-tif-1a2b3c4d`: for people the key, for certainty a piece of the object's uid."""
    plain = unicodedata.normalize("NFKD", key).encode("ascii", "ignore").decode().lower()
    slug = NOT_PLAIN.sub("-", plain)[-LONGEST:].strip("-")
    return f"{slug or 'object'}-{object_uid[:UID_DIGITS]}"


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
