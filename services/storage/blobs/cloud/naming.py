"""Names in the bucket: keys escaped so that no back end and no client alters them, and back again.

Of a segment, what is not in [A-Za-z0-9._~-] is `=HH`, a dot at its end too, and an empty one is
`=`: so there is no `//`, no `.` or `..`, no control byte and nothing that has two Unicode forms.
"""

import re
from hashlib import sha256

from services.storage.blobs.port import Folder

PARTS, LONG, PROCESSES = "=parts", "=long", "=processes"
# Of a part that no client sent: what stands before the others.
LEADER = "=lead-"
# Azure's limit is 254; a name has 1,024 bytes, of which uid, draft, upload and prefix want some.
MAX_SEGMENT, MAX_KEY = 240, 700

_UNSAFE = re.compile(rb"[^A-Za-z0-9._~-]|\.$")
_ESCAPED = re.compile(r"=([0-9A-F]{2})")


def escape(key: str) -> str:
    """The key as a path."""
    return "/".join(map(_escape_segment, key.encode().split(b"/")))


def unescape(path: str) -> str:
    """The key of an escaped path. ValueError for what is none."""
    return b"/".join(map(_unescape_segment, path.split("/"))).decode()


def key_folder(folder: Folder, key: str) -> str:
    """What the names of all bytes of a key begin with, without the slash."""
    escaped = escape(key)
    if len(escaped) > MAX_KEY or max(map(len, escaped.split("/"))) > MAX_SEGMENT:
        escaped = f"{LONG}/{sha256(key.encode()).hexdigest()}"
    return f"{folder.repository_uid}/{escaped}"


def parts_folder(folder: Folder, upload_id: str) -> str:
    """What the names of all parts of an upload begin with, without the slash."""
    return f"{folder.repository_uid}/{PARTS}/{upload_id}"


def upload_at(place: str) -> str:
    """The upload whose parts a place lists, empty where it holds the bytes themselves."""
    return place.partition("+")[2]


def _escape_segment(segment: bytes) -> str:
    if not segment:
        return "="
    return _UNSAFE.sub(lambda match: b"=%02X" % ord(match[0]), segment).decode()


def _unescape_segment(segment: str) -> bytes:
    if segment == "=":
        return b""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), segment).encode("latin-1")
