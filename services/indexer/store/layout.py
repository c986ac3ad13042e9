"""Names of partitions, and of what is in them."""

from services.indexer.models.editions import Edition
from shared.outbox import OUTBOX_INDEX
from shared.tables import Index, Schema

# The entries of a directory by their last change, so that the newest is found after it left.
NEWEST = Index(name="newest", partition="nd", sort="nt")
# All changes that wait to be added up, oldest first.
WAITING = Index(name="waiting", partition="wp", sort="ws")
SCHEMA = Schema(name="indexer", indexes=(OUTBOX_INDEX, NEWEST, WAITING))
WAITING_PARTITION = "DELTAS"
# The sort key where a partition has one item only.
ONLY = "-"
RECORD_VERSION = 1


def directory_key(edition: Edition, prefix: str) -> str:
    """The partition of a directory's entries."""
    return f"DIR#{edition}#{prefix}"


def entry_key(edition: Edition, path: str) -> tuple[str, str]:
    """Where an entry is kept: a key, or the prefix of a directory, which ends in `/`.

    The name of a file may be empty (`a/` as a key), a sort key may not: below the root a slash
    stands before it. The root has no such file, and no room for a byte more than a key has.
    """
    prefix, name = split(path)
    return directory_key(edition, prefix), f"/{name}" if prefix else name


def directory_entry_key(edition: Edition, prefix: str) -> tuple[str, str]:
    """Where the sums of a directory are kept: in the directory above it."""
    above, name = split(prefix.removesuffix("/"))
    return directory_key(edition, above), f"/{name}/" if above else f"{name}/"


def split(key: str) -> tuple[str, str]:
    """The directory of a key, which is empty or ends in `/`, and the name in it."""
    prefix, slash, name = key.rpartition("/")
    return prefix + slash, name


def parent_of(prefix: str) -> str:
    """The directory that a directory lies in."""
    return split(prefix.removesuffix("/"))[0]


def directories_above(key: str) -> list[str]:
    """The prefixes of all directories that a key lies in, from the top, without the root."""
    return [key[: place + 1] for place, letter in enumerate(key) if letter == "/"]


def file_key(edition: Edition) -> str:
    """The partition of an edition's files."""
    return f"FILE#{edition}"


def beside_key(edition: Edition, key: str) -> str:
    """The partition of those that are read together with the object of this key."""
    return f"BESIDE#{edition}#{key}"


def named_key(edition: Edition, object_uid: str) -> str:
    """The partition of what an uploaded STAC document names."""
    return f"NAMED#{edition}#{object_uid}"


def item_key(edition: Edition) -> str:
    """The partition of an edition's items."""
    return f"ITEM#{edition}"


def delta_key(edition: Edition) -> str:
    """The partition of an edition's changes that wait."""
    return f"DELTA#{edition}"


def holdings_key(edition: Edition) -> tuple[str, str]:
    """Where the sums of a repository are kept."""
    return f"HOLDINGS#{edition}", ONLY


def gone_key(object_uid: str) -> tuple[str, str]:
    """Where it is remembered that an object was deleted."""
    return f"GONE#{object_uid}", ONLY
