"""Files of which the page cache holds a part: what is read of them is whole all the same."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from services.storage.blobs.local.reading import NOWAIT, LocalBlob, open_blob
from services.storage.blobs.port import READ_BYTES

SIZE = 4 * READ_BYTES
DATA = os.urandom(SIZE)


@pytest.fixture
def blob(tmp_path: Path) -> LocalBlob:
    """A file whose second half is on the disk alone, as far as the file system lets go of it."""
    path = tmp_path / "file"
    path.write_bytes(DATA)
    root, file = os.open(tmp_path, os.O_RDONLY), os.open(path, os.O_RDWR)
    os.fsync(file)
    os.posix_fadvise(file, SIZE // 2, SIZE // 2, os.POSIX_FADV_DONTNEED)
    os.close(file)
    return open_blob(root, b"file", "plain", ThreadPoolExecutor(1))


@pytest.mark.parametrize("offset", [0, READ_BYTES, SIZE // 2 - 1000, SIZE - READ_BYTES])
async def test_a_piece_that_memory_holds_in_part_is_whole(blob: LocalBlob, offset: int) -> None:
    assert bytes(await blob.read(offset, READ_BYTES)) == DATA[offset : offset + READ_BYTES]


async def test_the_end_of_a_file_is_short(blob: LocalBlob) -> None:
    assert bytes(await blob.read(SIZE - 10, 100)) == DATA[-10:]
    assert bytes(await blob.read(SIZE, 100)) == b""


@pytest.mark.skipif(not NOWAIT, reason="this system cannot tell what is in memory")
async def test_only_what_is_in_memory_is_at_hand(blob: LocalBlob) -> None:
    assert blob.at_hand(0, SIZE // 2) == blob.file
    assert blob.at_hand(SIZE // 2, SIZE // 2 + 1) is None, "there is no such byte"
    in_memory = _is_in_memory(blob.file, SIZE - 1)
    assert (blob.at_hand(0, SIZE) == blob.file) == in_memory
    await blob.read(SIZE // 2, READ_BYTES)
    await blob.read(SIZE - READ_BYTES, READ_BYTES)
    assert blob.at_hand(0, SIZE) == blob.file


def _is_in_memory(file: int, place: int) -> bool:
    try:
        return os.preadv(file, (bytearray(1),), place, NOWAIT) == 1
    except BlockingIOError:
        return False
