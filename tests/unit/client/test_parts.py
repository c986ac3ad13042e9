"""How files are cut, and the ETags that S3 gives to what was cut."""

import hashlib
from pathlib import Path

import pytest

from coop.transfers.parts import (
    MIB,
    MOST_PARTS,
    PART_BYTES,
    Span,
    etag_of,
    etag_of_parts,
    md5,
    part_bytes,
    read_span,
    spans,
)

GIB = 1024 * MIB


@pytest.mark.parametrize(
    "size", [1, PART_BYTES, PART_BYTES * MOST_PARTS, 100 * GIB, 5 * 1024 * GIB]
)
def test_never_more_parts_than_are_allowed(size: int) -> None:
    cut = part_bytes(size)
    assert cut % MIB == 0
    assert cut >= PART_BYTES
    assert -(-size // cut) <= MOST_PARTS


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11, 20, 25])
def test_spans_cover_all_once(size: int) -> None:
    cut = spans(size, 10)
    assert [span.number for span in cut] == list(range(1, len(cut) + 1))
    covered = [at for span in cut for at in range(span.start, span.end)]
    assert covered == list(range(size))


def test_spans_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    assert read_span(path, Span(2, 4, 8)) == b"4567"
    assert read_span(path, Span(3, 8, 12)) == b"89"


def test_etags(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 25)
    assert etag_of(path) == hashlib.md5(b"x" * 25).hexdigest()  # noqa: S324 (S3's own)
    parts = [md5(b"x" * 10), md5(b"x" * 10), md5(b"x" * 5)]
    whole = hashlib.md5(b"".join(map(bytes.fromhex, parts)))  # noqa: S324 (S3's own)
    assert etag_of_parts(parts) == f"{whole.hexdigest()}-3"
    assert etag_of(path, [10, 10, 10]) == etag_of_parts(parts)
    assert etag_of(path, [5, 10, 10]) != etag_of_parts(parts)
