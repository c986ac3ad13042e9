"""Unpacking one chunk, to so many bytes as it must have and no more."""

import bz2
import lzma
import zlib
from collections.abc import Callable

import pyarrow as pa

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.zarr.blosc import unpack_blosc
from services.indexer.extractors.zarr.node import Codecs

CHECKSUM_BYTES = 4
# The bytes of zlib and of gzip, told apart by their beginnings.
EITHER = 47


def unpacked(data: bytes, codecs: Codecs, size: int) -> bytes:
    """The bytes of a chunk. Raises Malformed where they were packed in another way, or are not."""
    for name, _ in reversed(codecs):
        unpack = CODECS.get(name)
        if unpack is None:
            raise Malformed(f"packed by {name}, which is not unpacked here")
        try:
            data = unpack(data, size)
        except (OSError, ValueError, EOFError, zlib.error, lzma.LZMAError) as error:
            raise Malformed(f"not packed by {name} as its array says") from error
    if len(data) != size:
        raise Malformed(f"{len(data):,} bytes long instead of {size:,}")
    return data


def _same(data: bytes, _: int) -> bytes:
    """What says in which order bytes and axes are; of one axis there is one order."""
    return data


def _zlib(data: bytes, size: int) -> bytes:
    return zlib.decompressobj(EITHER).decompress(data, size)


def _zstd(data: bytes, size: int) -> bytes:
    found: bytes = pa.decompress(data, decompressed_size=size, codec="zstd", asbytes=True)
    return found


def _lz4(data: bytes, size: int) -> bytes:
    """As numcodecs has it: the length stands before."""
    found: bytes = pa.decompress(data[4:], decompressed_size=size, codec="lz4_raw", asbytes=True)
    return found


def _bz2(data: bytes, size: int) -> bytes:
    return bz2.BZ2Decompressor().decompress(data, size)


def _lzma(data: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor().decompress(data, size)


def _without_checksum(data: bytes, _: int) -> bytes:
    return data[:-CHECKSUM_BYTES]


CODECS: dict[str, Callable[[bytes, int], bytes]] = {
    "bytes": _same,
    "transpose": _same,
    "zlib": _zlib,
    "gzip": _zlib,
    "zstd": _zstd,
    "numcodecs.zstd": _zstd,
    "lz4": _lz4,
    "bz2": _bz2,
    "lzma": _lzma,
    "blosc": unpack_blosc,
    "crc32c": _without_checksum,
}
