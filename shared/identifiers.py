"""The names people type and the identifiers records keep.

An `..._id` is a slug in URLs and may be renamed one day; a `..._uid` is a ULID and never changes.
"""

import re
from hashlib import sha256
from typing import Annotated

from pydantic import AfterValidator
from ulid import ULID

SLUG_MIN, SLUG_MAX = 3, 40
KEY_MAX_BYTES = 1024
UID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

RESERVED_WORDS = """
about account accounts activity admin administrator api app assets auth blog browse collections
contact coop dashboard data docs download events explore favicon feed feeds graphql health healthz
help home items legal login logout mail metrics new news oauth operator organizations orgs pricing
privacy public readyz register registration releases repositories robots root search security
service services session sessions settings sign-in sign-out sign-up signin sitemap stac static
status sts support system terms undefined null user users webhooks well-known www
"""
RESERVED_IDS = frozenset(RESERVED_WORDS.split())


def check_slug(text: str) -> str:
    """The text itself if it is an id: 3-40 characters, words of a-z0-9 joined by single hyphens."""
    if not SLUG_MIN <= len(text) <= SLUG_MAX:
        raise ValueError(f"must have {SLUG_MIN} to {SLUG_MAX} characters")
    if not SLUG.fullmatch(text):
        raise ValueError("may hold lower-case letters, digits and single hyphens between them")
    return text


def check_account_id(text: str) -> str:
    """A slug that no page or system of ours is called by."""
    if check_slug(text) in RESERVED_IDS:
        raise ValueError("is reserved; choose another")
    return text


def check_key(text: str) -> str:
    """The key itself: 1-1,024 bytes of UTF-8, any character at all (S3 API, object keys)."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if not 1 <= size <= KEY_MAX_BYTES:
        raise ValueError(f"must have 1 to {KEY_MAX_BYTES} bytes, has {size}")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be valid UTF-8") from None
    return text


AccountId = Annotated[str, AfterValidator(check_account_id)]
RepositoryId = Annotated[str, AfterValidator(check_slug)]


def new_uid() -> str:
    """A ULID: 26 characters, sortable by the time it was made."""
    return str(ULID())


def is_uid(text: str) -> bool:
    """Whether it can be a uid at all; others are not worth a question."""
    return UID.fullmatch(text) is not None


def made_at(uid: str) -> float:
    """When this uid was made, in epoch seconds. ValueError for what is none."""
    return ULID.from_str(uid).timestamp


def object_uid(repository_uid: str, key: str) -> str:
    """The opaque aggregate of an object: 32 hex digits that do not tell the key.

    The same key in the same repository is the same aggregate, also after a delete.
    """
    return sha256(f"{repository_uid}/{key}".encode()).hexdigest()[:32]
