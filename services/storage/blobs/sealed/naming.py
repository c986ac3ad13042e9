"""What tells that bytes are sealed: the name of their place, and of a part."""

from services.storage.blobs.local.naming import SEALED
from services.storage.blobs.port import Stored
from services.storage.blobs.sealed.ciphers import Segment

SEALED_FOLDER = ".sealed"
# In a bucket; no repository's uid begins so.
SEALED_PREFIX = "=sealed"
PART = "sealed"


def told(stored: Stored) -> Stored:
    """As a record tells it."""
    return Stored(SEALED + stored.place, stored.mark)


def part_name(name: str, segment: Segment) -> str:
    """The name of a part with size and tag of its segment: its record vouches for both."""
    return f"{PART}-{segment.size:x}-{segment.tag.hex()}-{name}"


def read_part_name(name: str) -> tuple[str, Segment] | None:
    """What `part_name` was made of; None for a part that is not sealed."""
    if not name.startswith(f"{PART}-"):
        return None
    _, size, tag, inner = name.split("-", 3)
    return inner, Segment(0, int(size, 16), bytes.fromhex(tag))
