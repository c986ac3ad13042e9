"""Blosc 1, in which most stores of version 2 are packed (README_CHUNK_FORMAT of c-blosc).

A header of 16 bytes, the places of blocks, and each block as one stream or as one for each byte of
a value. Shuffling puts the first bytes of all values of a block together, then the second ones.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from services.indexer.extractors.facts import Malformed

# Two versions, flags, bytes of a value; then three lengths: unpacked, of a block, packed.
HEADER = struct.Struct("<4B3I")
LENGTH = struct.Struct("<I")
SHUFFLED, STORED, BITS_SHUFFLED, WHOLE_BLOCKS = 0x1, 0x2, 0x4, 0x10
LZ4, SNAPPY, ZLIB, ZSTD = 1, 2, 3, 4
ARROW = {LZ4: "lz4_raw", SNAPPY: "snappy", ZSTD: "zstd"}
# Blocks of fewer values than this, or of larger ones, are not taken apart.
LEAST_VALUES, LARGEST_VALUE = 128, 16


@dataclass(frozen=True, slots=True)
class Chunk:
    """What the header says."""

    data: bytes
    flags: int
    width: int
    size: int
    block: int

    def streams(self, length: int) -> int:
        """In how many a block of this length was packed."""
        is_split = (
            not self.flags & WHOLE_BLOCKS
            and length == self.block
            and self.width <= LARGEST_VALUE
            and self.block // self.width >= LEAST_VALUES
        )
        return self.width if is_split else 1


def unpack_blosc(data: bytes, size: int) -> bytes:
    """Exactly `size` bytes. Raises Malformed, and ValueError or OSError for what is broken."""
    if len(data) < HEADER.size:
        raise ValueError("no header")
    _, _, flags, width, told, block, _ = HEADER.unpack_from(data)
    if told != size or not block or not width:
        raise ValueError("another length")
    if flags & STORED:
        return data[HEADER.size : HEADER.size + size]
    if flags & BITS_SHUFFLED:
        raise Malformed("packed by blosc with its bits shuffled, which is not unpacked here")
    return b"".join(_blocks(Chunk(data, flags, width, size, min(block, size))))


def _blocks(chunk: Chunk) -> Iterator[bytes]:
    for number, start in enumerate(range(0, chunk.size, chunk.block)):
        length = min(chunk.block, chunk.size - start)
        place = _length(chunk.data, HEADER.size + LENGTH.size * number)
        block = _block(chunk, place, length)
        yield _in_order(block, chunk.width) if chunk.flags & SHUFFLED else block


def _block(chunk: Chunk, place: int, length: int) -> bytes:
    many = chunk.streams(length)
    pieces = []
    for _ in range(many):
        packed = _length(chunk.data, place)
        start = place + LENGTH.size
        place = start + packed
        pieces.append(_stream(chunk, chunk.data[start:place], length // many))
    return b"".join(pieces)


def _stream(chunk: Chunk, packed: bytes, length: int) -> bytes:
    """What could not be made smaller is there as it was."""
    if len(packed) == length:
        return packed
    kind = chunk.flags >> 5
    if kind == ZLIB:
        return zlib.decompressobj().decompress(packed, length)
    if kind not in ARROW:
        raise Malformed("packed by blosclz, which is not unpacked here")
    found: bytes = pa.decompress(packed, decompressed_size=length, codec=ARROW[kind], asbytes=True)
    return found


def _in_order(block: bytes, width: int) -> bytes:
    """Values one after the other again; what is less than a value at the end was left as it is."""
    many = len(block) // width
    found = bytearray(block)
    for byte in range(width):
        found[byte : many * width : width] = block[byte * many : (byte + 1) * many]
    return bytes(found)


def _length(data: bytes, place: int) -> int:
    found = data[place : place + LENGTH.size]
    if len(found) < LENGTH.size:
        raise ValueError("cut off")
    return int(LENGTH.unpack(found)[0])
