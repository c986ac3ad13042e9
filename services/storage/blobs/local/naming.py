"""Which file a key is kept in: its own path where a file system can hold it, else a hash of it."""

import re
from functools import lru_cache
from hashlib import sha256

from services.storage.blobs.port import Folder, LostError

PLAIN, HASHED, VERSION = "plain", "hashed", "version."
# What only services.storage.blobs.sealed knows the folder of: it must not look like a deletion.
SEALED = "sealed."
OURS = b".sc"
MAX_SEGMENT_BYTES = 255
MAX_PATH_BYTES = 4000
KEYS = b"keys"
KEY_SUFFIX = b".key"

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]*").fullmatch
# An empty segment, `.` or `..` anywhere, a control byte, an end with a slash.
_NOT_PLAIN = re.compile(rb"(?:^|/)\.{0,2}(?:/|$)|[\x00-\x1f\x7f]").search


def is_plain(key: bytes) -> bool:
    """Whether the key can be a path below its repository's folder, byte for byte."""
    if _NOT_PLAIN(key) or len(key) > MAX_PATH_BYTES:
        return False
    return len(key) <= MAX_SEGMENT_BYTES or max(map(len, key.split(b"/"))) <= MAX_SEGMENT_BYTES


@lru_cache(maxsize=4096)
def folder_path(folder: Folder) -> bytes:
    """Where the plain files of a repository are. ValueError for ids that are none."""
    account_id, repository_id = folder.account_id, folder.repository_id
    if not (_SLUG(account_id) and _SLUG(repository_id)):
        raise ValueError(f"{account_id!r}/{repository_id!r} cannot name a folder")
    return f"{account_id}/{repository_id}".encode()


def our_path(folder: Folder, *names: bytes) -> bytes:
    """A path in the repository's own part of our area."""
    return b"/".join((OURS, folder_path(folder), *names))


def path_at(folder: Folder, key: str, place: str) -> bytes:
    """The path of a key at one of the two places, or of a version of it. Raises LostError."""
    if place.startswith(VERSION):
        name = sha256(key.encode()).hexdigest() + place.removeprefix("version")
        return our_path(folder, b"versions", name[:2].encode(), name.encode())
    if place == HASHED:
        return hashed_path(folder, key)
    if place.startswith(SEALED):
        raise LostError("What is sealed is out of reach: its folder is not there.")
    return b"%b/%b" % (folder_path(folder), key.encode())


def hashed_path(folder: Folder, key: str) -> bytes:
    """The path of a key's hash."""
    name = sha256(key.encode()).hexdigest().encode()
    return our_path(folder, KEYS, name[:2], name)
