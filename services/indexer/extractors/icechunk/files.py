"""What Icechunk's own files are: a head of 39 bytes, and behind it one table, mostly packed.

https://icechunk.io/en/stable/reference/spec/, versions 1 and 2.
"""

from dataclasses import dataclass

import pyarrow as pa

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.icechunk.flatbuffers import Table
from services.indexer.extractors.sparse_file import SparseFile

MAGIC = "ICE🧊CHUNK".encode()
# The name of the program stands behind it, then version, kind and packing.
HEAD_BYTES, VERSION, KIND, PACKING = 39, 36, 37, 38
SNAPSHOT, MANIFEST, LOG, REPOSITORY = 1, 2, 4, 6
PLAIN, ZSTD = 0, 1
VERSIONS = (1, 2)
LARGEST = 64 * 1024 * 1024
# As ids are written in names: base 32 of Crockford.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Head:
    """What the first bytes say."""

    version: int
    kind: int
    packing: int


def head_of(file: SparseFile) -> Head | None:
    """None where it is no file of Icechunk's own."""
    head = file.head(HEAD_BYTES)
    if len(head) < HEAD_BYTES or not head.startswith(MAGIC):
        return None
    return Head(head[VERSION], head[KIND], head[PACKING])


def table_of(file: SparseFile, kind: int) -> Table:
    """The table of a file of this kind. Raises Malformed, NeedBytes, OutOfBytes."""
    head = head_of(file)
    if head is None or head.kind != kind or head.version not in VERSIONS:
        raise Malformed("A file of its repository is not what its name says.")
    data = file.whole()
    if data is None:
        raise Malformed("A file of its repository is more than 8 MB long.")
    return Table.root(_unpacked(data[HEAD_BYTES:], head.packing))


def _unpacked(data: bytes, packing: int) -> bytes:
    if packing == PLAIN:
        return data
    if packing != ZSTD:
        raise Malformed("A file of its repository is packed in an unknown way.")
    try:
        with pa.CompressedInputStream(pa.BufferReader(data), "zstd") as stream:
            # `read` never lets go of the room that it took for bytes that are broken.
            found: bytes = stream.read_buffer(LARGEST + 1).to_pybytes()
    except OSError as error:
        raise Malformed("A file of its repository is not packed as it says.") from error
    if len(found) > LARGEST:
        raise Malformed("A file of its repository is too large once unpacked.")
    return found


def name_of(identifier: bytes) -> str:
    """The name of the file of an id: five bits a letter, the last filled up with nothing."""
    bits = len(identifier) * 8
    number = int.from_bytes(identifier, "big") << (-bits % 5)
    letters = -(-bits // 5)
    return "".join(LETTERS[number >> 5 * place & 31] for place in reversed(range(letters)))
