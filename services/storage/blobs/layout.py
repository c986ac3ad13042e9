"""Where a key's file lies: a plain tree that people can browse, and a hashed area for the rest.

    storage/{account}/{repository}/<key>                    plain keys, byte-exact names
    storage/.sc/{account}/{repository}/keys/<hh>/<sha256>   keys a file system cannot hold
    storage/.sc/{account}/{repository}/tmp/<uid>            bytes under way
    storage/.sc/{account}/{repository}/mpu/<upload>/<n>     parts

Ids have no leading dot, so `.sc` cannot clash, and no name in a repository is reserved.
"""

import os
from hashlib import sha256
from pathlib import Path

from services.storage.models import Place

MAX_NAME_BYTES = 255
MAX_PATH_BYTES = 3900
AREA = ".sc"


def is_plain(key: str) -> bool:
    """Whether the key can be a path in the tree as it is."""
    raw = key.encode()
    if len(raw) > MAX_PATH_BYTES or any(byte < 32 or byte == 127 for byte in raw):
        return False
    return all(
        segment not in (b"", b".", b"..") and len(segment) <= MAX_NAME_BYTES
        for segment in raw.split(b"/")
    )


class Layout:
    """The paths of one store."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def tree(self, place: Place) -> Path:
        """Where the plain keys of a repository lie."""
        return self.root / place.account_id / place.repository_id

    def area(self, place: Place, name: str) -> Path:
        """One of `keys`, `tmp` and `mpu` of a repository."""
        return self.root / AREA / place.account_id / place.repository_id / name

    def locks(self) -> Path:
        """Where the files that processes lock lie."""
        return self.root / AREA / "locks"

    def plain(self, place: Place, key: str) -> bytes:
        """The path of a plain key; names are bytes and are never normalised."""
        return os.fsencode(self.tree(place)) + b"/" + key.encode()

    def hashed(self, place: Place, key: str) -> bytes:
        """The path of a key in the hashed area."""
        name = sha256(key.encode()).hexdigest()
        return os.fsencode(self.area(place, "keys") / name[:2] / name)

    def part(self, place: Place, upload_id: str, number: int) -> bytes:
        """The path of one part."""
        return os.fsencode(self.area(place, "mpu") / upload_id / f"{number:05d}")
