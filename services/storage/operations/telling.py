"""What the writer of bytes says of them, beside the bytes: for who finds them without a record.

A process may die between the two. The bytes are the authority then, and what was said of them with
them; what was said of their predecessor is not about them.
"""

import mimetypes
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from services.storage.blobs.port import Imprint
from services.storage.models import ObjectRecord

DEFAULT_TYPE = "binary/octet-stream"


@dataclass(frozen=True, slots=True)
class Said:
    """The part of a record that is not about its bytes."""

    content_type: str
    metadata: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)


class Speaking(Protocol):
    """What is to be an object, or is one: it says this of it."""

    content_type: str
    metadata: dict[str, str]
    headers: dict[str, str]
    tags: dict[str, str]


def said_by(one: Speaking) -> Said:
    """The part of it that is not about bytes."""
    return Said(one.content_type, one.metadata, one.headers, one.tags)


def words_of(key: str, said: Said) -> bytes:
    """As they stand beside the bytes; none for what would be guessed."""
    if said == guessed(key):
        return b""
    return orjson.dumps([said.content_type, said.metadata, said.headers, said.tags])


def guessed(key: str) -> Said:
    """Of bytes that nobody said anything of."""
    return Said(mimetypes.guess_type(key.rpartition("/")[2])[0] or DEFAULT_TYPE)


def said_of(key: str, record: ObjectRecord | None, imprint: Imprint | None) -> Said:
    """Of bytes that do not fit the record of their key, by whoever spoke last.

    Bytes that are older than the record, or that somebody changed by hand, have nothing to say.
    """
    if imprint is not None and imprint.is_own and imprint.stamp > (record.version if record else 0):
        return _read(imprint.told) if imprint.told else guessed(key)
    return said_by(record) if record else guessed(key)


def _read(told: bytes) -> Said:
    content_type, metadata, headers, tags = orjson.loads(told)
    return Said(content_type, metadata, headers, tags)
