"""The format: blocks under a key of their own, and the list of an object that came in parts.

    segment  head, then blocks of 64 KiB, each with the 16 bytes of its tag (AES-256-GCM)
    joined   head, the list of its segments with its tag, then the segments
    head     16 bytes that say what it is, and a random key wrapped by AES-256-SIV (RFC 5297)

A block's nonce is its number and whether it is the last (STREAM: Hoang, Reyhanitabar, Rogaway,
Vizár 2015), so none can be cut off, moved or come twice. No bytes are one empty last block. The
list has size and tag of each segment's head in order, so no part can be lost or changed either.
"""

import struct
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from services.storage.blobs.port import Bytes

BLOCK_BYTES = 64 * 1024
TAG_BYTES = 16
SEALED_BYTES = BLOCK_BYTES + TAG_BYTES
MAGIC, FORMAT = b"coopseal", 1
SEGMENT, JOINED = 1, 2
STORE_KEY_BYTES = 64

# Magic, format, kind, how many segments.
_ABOUT = struct.Struct("<8sBBxxI")
_NONCE = struct.Struct(">7xIB")
_ENTRY = struct.Struct("<Q16s")
HEAD_BYTES = _ABOUT.size + TAG_BYTES + 32
WRAPPED_FOR = b"coop store key v1"


class BrokenError(Exception):
    """These bytes were not sealed under this key, or were altered since."""


class Segment(NamedTuple):
    """Where it begins in its file, its bytes there, and the tag of its head."""

    start: int
    size: int
    tag: bytes


class Blocks:
    """Seals and opens the blocks of one segment."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, number: int, block: Bytes, *, is_last: bool) -> bytes:
        """OverflowError beyond 2^32 blocks, which is far more than an object may have."""
        return self._cipher.encrypt(_nonce(number, is_last=is_last), block, None)

    def open(self, number: int, sealed: Bytes, *, is_last: bool) -> bytes:
        """Raises BrokenError."""
        try:
            return self._cipher.decrypt(_nonce(number, is_last=is_last), sealed, None)
        except InvalidTag as error:
            raise BrokenError from error


class StoreKey:
    """What wraps the keys of all segments of a store."""

    def __init__(self, key: bytes) -> None:
        self._wrapping = AESSIV(key)

    def make(self, kind: int, count: int = 0) -> tuple[bytes, Blocks]:
        """A head with a new key, and what that seals."""
        key, about = AESGCM.generate_key(256), _ABOUT.pack(MAGIC, FORMAT, kind, count)
        return about + self._wrapping.encrypt(key, [about]), Blocks(key)

    def open(self, head: bytes) -> tuple[int, int, Blocks]:
        """Kind, how many segments, and what opens it. Raises BrokenError."""
        if len(head) != HEAD_BYTES:
            raise BrokenError
        about = head[: _ABOUT.size]
        try:
            key = self._wrapping.decrypt(head[_ABOUT.size :], [about])
        except InvalidTag as error:
            raise BrokenError from error
        _, form, kind, count = _ABOUT.unpack(about)
        if form != FORMAT:
            raise BrokenError
        return kind, count, Blocks(key)


class Sealer:
    """One segment on its way in; a block is always held back, as the last is told apart."""

    def __init__(self, store: StoreKey) -> None:
        self._head, self._blocks = store.make(SEGMENT)
        self.tag = tag_of(self._head)
        self.size = 0
        self._number = 0
        self._held = b""

    def add(self, pieces: Iterable[Bytes]) -> list[bytes]:
        """What can be written now."""
        plain = memoryview(b"".join((self._held, *pieces)))
        whole = max(len(plain) - 1, 0) // BLOCK_BYTES * BLOCK_BYTES
        sealed = [
            self._seal(plain[start : start + BLOCK_BYTES], is_last=False)
            for start in range(0, whole, BLOCK_BYTES)
        ]
        self._held = bytes(plain[whole:])
        return self._told(sealed)

    def finish(self, pieces: Iterable[Bytes]) -> list[bytes]:
        """The rest."""
        sealed = self.add(pieces)
        return sealed + self._told([self._seal(self._held, is_last=True)])

    def _seal(self, block: Bytes, *, is_last: bool) -> bytes:
        self._number += 1
        return self._blocks.seal(self._number - 1, block, is_last=is_last)

    def _told(self, sealed: list[bytes]) -> list[bytes]:
        if sealed and not self.size:
            sealed = [self._head, *sealed]
        self.size += sum(map(len, sealed))
        return sealed


def plain_size(size: int) -> int:
    """How many bytes a segment of this size holds. Raises BrokenError for a size that none has."""
    blocks, rest = divmod(size - HEAD_BYTES, SEALED_BYTES)
    # A block of no bytes is there only where there is no other.
    least = TAG_BYTES + (blocks > 0)
    if blocks < 0 or (rest < least and (rest or not blocks)):
        raise BrokenError
    return blocks * BLOCK_BYTES + max(rest - TAG_BYTES, 0)


def tag_of(head: bytes) -> bytes:
    """By which a head is known: it follows from all of it, the key included."""
    return head[_ABOUT.size : _ABOUT.size + TAG_BYTES]


def seal_list(store: StoreKey, segments: Sequence[Segment]) -> bytes:
    """What stands before the segments of a joined object."""
    head, blocks = store.make(JOINED, len(segments))
    entries = b"".join(_ENTRY.pack(one.size, one.tag) for one in segments)
    return head + blocks.seal(0, entries, is_last=True)


def list_bytes(count: int) -> int:
    """How many bytes follow the head of a joined object of so many segments before the first."""
    return count * _ENTRY.size + TAG_BYTES


def open_list(blocks: Blocks, sealed: bytes) -> list[Segment]:
    """The segments of a joined object. Raises BrokenError."""
    start, segments = HEAD_BYTES + len(sealed), list[Segment]()
    for size, tag in _ENTRY.iter_unpack(blocks.open(0, sealed, is_last=True)):
        segments.append(Segment(start, size, tag))
        start += size
    return segments


def wrap(key: bytes, store_key: bytes) -> bytes:
    """The store's key, for a file, under a wrapping key of 64 bytes."""
    return AESSIV(key).encrypt(store_key, [WRAPPED_FOR])


def unwrap(key: bytes, wrapped: bytes) -> bytes:
    """The store's key. Raises BrokenError."""
    try:
        return AESSIV(key).decrypt(wrapped, [WRAPPED_FOR])
    except InvalidTag as error:
        raise BrokenError from error


def _nonce(number: int, *, is_last: bool) -> bytes:
    return _NONCE.pack(number, is_last)
