"""What there can be in a repository, and how it is told apart."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import md5
from typing import Any

KEYS = (
    "a",
    "a/b",
    "a/b/c",
    "a//b",
    "b/1",
    "b/2",
    "b/",
    "/lead",
    "é",
    "e\u0301",
    "c d+%2F",
    "~=&?#;",
    "../x",
    "\n",
    "deep/" * 20 + "x",
)
LEAST_PART = 5 * 1024**2
CLIENTS = 6
FINE = ("", 200)
Place = dict[str, Any]


@dataclass(frozen=True)
class Thing:
    """An object."""

    content: bytes = field(repr=False)
    etag: str
    note: str


@dataclass
class Upload:
    """A multipart upload under way."""

    key: str
    note: str
    parts: dict[int, bytes] = field(default_factory=dict)


@dataclass
class Change:
    """A request that writes `key`: its outcome, and what is there if that is fine."""

    key: str
    after: Thing | None
    call: Callable[[], Any]
    expected: tuple[str, int] = FINE


def tag(content: bytes) -> str:
    """The entity tag of what was sent in one piece."""
    return f'"{md5(content, usedforsecurity=False).hexdigest()}"'


def joined_tag(parts: list[bytes]) -> str:
    """The entity tag of what was sent in parts."""
    whole = b"".join(md5(part, usedforsecurity=False).digest() for part in parts)
    return f'{tag(whole)[:-1]}-{len(parts)}"'
