"""Nothing plain reaches the disk, and nothing that was altered there reaches a reader."""

import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs, DamagedError, GoneError, LostError, Stored
from services.storage.blobs.sealed import KeyFile, SealedBlobs, open_folder_blobs
from services.storage.blobs.sealed.ciphers import BLOCK_BYTES, HEAD_BYTES, SEALED_BYTES
from tests.blob_writes import FOLDER, content_of, files_below, get, ignore, put, written

WORD = b"nobody but us may read this"
UPLOAD = "01UPLOAD"


async def opened(home: Path, *, seals: bool = True) -> Blobs:
    return await open_folder_blobs(
        home / "storage", fsync="off", seals=seals, wrapping=KeyFile(home / "sealing-key")
    )


@pytest.fixture
async def blobs(tmp_path: Path) -> AsyncIterator[Blobs]:
    blobs = await opened(tmp_path)
    yield blobs
    await blobs.close()


async def joined(blobs: Blobs, key: str, *contents: bytes) -> Stored:
    names = []
    for number, content in enumerate(contents, 1):
        async with blobs.drafting(FOLDER, key, UPLOAD) as draft:
            await written(draft, content)
            names.append(await blobs.keep_part(FOLDER, UPLOAD, number, draft))
    async with blobs.drafting(FOLDER, key) as draft:
        await blobs.assemble(FOLDER, UPLOAD, names, draft)
        await written(draft, b"")
        return (await blobs.publish(FOLDER, key, draft, None)).stored


def file_of(home: Path) -> Path:
    """The only object's."""
    (path,) = (home / "storage/.sealed/noaa/globe-land-mask").rglob("*")
    return path


async def opened_and_expected(blobs: Blobs, stored: Stored) -> None:
    """What is done before a long answer begins."""
    blob = await blobs.open(FOLDER, "key", stored.place)
    try:
        await blob.expect(0, blob.size)
    finally:
        blob.close()


async def test_without_the_setting_nothing_is_different(tmp_path: Path) -> None:
    blobs = await opened(tmp_path, seals=False)
    assert not isinstance(blobs, SealedBlobs)
    assert not (tmp_path / "storage/.sealed").exists()
    assert not (tmp_path / "sealing-key").exists()
    await blobs.close()


async def test_no_word_of_it_is_on_the_disk(blobs: Blobs, tmp_path: Path) -> None:
    content = WORD * 10_000
    stored = await put(blobs, "one", content)
    await joined(blobs, "many", content, content)
    for start in (0, 5):
        blob = await blobs.open(FOLDER, "one", stored.place)
        async with blobs.drafting(FOLDER, f"copy {start}") as draft:
            await draft.take(blob, start, blob.size)
            await written(draft, b"")
            await blobs.publish(FOLDER, f"copy {start}", draft, None)
        blob.close()
    files = [tmp_path / name for name in files_below(tmp_path)]
    # Four objects and two parts at least, and each of them is as long as what is in it.
    assert sum(path.stat().st_size > len(content) for path in files) == 6
    for path in files:
        assert WORD not in path.read_bytes(), path


async def test_a_range_opens_its_own_blocks_alone(blobs: Blobs, tmp_path: Path) -> None:
    content = os.urandom(5 * BLOCK_BYTES)
    stored = await put(blobs, "key", content)
    path = file_of(tmp_path)
    whole = bytearray(path.read_bytes())
    for number in (0, 1, 3, 4):
        whole[HEAD_BYTES + number * SEALED_BYTES] ^= 1
    path.write_bytes(whole)
    blob = await blobs.open(FOLDER, "key", stored.place)
    begin = 2 * BLOCK_BYTES
    assert await blob.read(begin, BLOCK_BYTES) == content[begin : begin + BLOCK_BYTES]
    for start in (begin - 1, begin + 1):
        with pytest.raises(DamagedError):
            await blob.read(start, BLOCK_BYTES)
    blob.close()


Change = Callable[[bytes], bytes]
FLIPPED = [
    pytest.param(
        lambda whole, at=at: whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :], id=f"{at}"
    )
    for at in (0, 9, 20, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 3 * SEALED_BYTES)
]
CUT = [
    pytest.param(lambda whole, end=end: whole[:end], id=f"cut at {end}")
    for end in (0, 5, HEAD_BYTES, HEAD_BYTES + 16, HEAD_BYTES + SEALED_BYTES, HEAD_BYTES + 100_000)
]


@pytest.mark.parametrize("change", [*FLIPPED, *CUT])
async def test_what_was_altered_is_told_before_the_first_byte(
    blobs: Blobs, tmp_path: Path, change: Change
) -> None:
    """Of a long read the first block and the end are looked at before anything is given out."""
    size = 4 * BLOCK_BYTES
    stored = await put(blobs, "key", os.urandom(size))
    path = file_of(tmp_path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DamagedError):
        await opened_and_expected(blobs, stored)


async def test_an_object_without_bytes_cannot_be_made_of_another(
    blobs: Blobs, tmp_path: Path
) -> None:
    stored = await put(blobs, "key", b"five!")
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[: HEAD_BYTES + 16])
    with pytest.raises(DamagedError):
        await blobs.open(FOLDER, "key", stored.place)


async def test_parts_cannot_be_swapped_or_taken_away(blobs: Blobs, tmp_path: Path) -> None:
    one, two = os.urandom(100_000), os.urandom(100_000)
    stored = await joined(blobs, "key", one, two)
    assert await get(blobs, "key", stored) == one + two
    path = file_of(tmp_path)
    whole, size = path.read_bytes(), HEAD_BYTES + 100_032
    listed = whole[: -2 * size]
    swapped = listed + whole[-size:] + whole[-2 * size : -size]
    path.write_bytes(swapped)
    blob = await blobs.open(FOLDER, "key", stored.place)
    with pytest.raises(DamagedError):
        await blob.expect(0, blob.size)
    blob.close()
    for altered in (whole[:-size], listed + whole[-size:], listed, whole + whole[-size:]):
        path.write_bytes(altered)
        with pytest.raises(DamagedError):
            await blobs.open(FOLDER, "key", stored.place)


async def test_a_damaged_object_is_fed_to_no_digest(blobs: Blobs, tmp_path: Path) -> None:
    stored = await put(blobs, "key", os.urandom(200_000))
    path = file_of(tmp_path)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedError):
        await (await blobs.open(FOLDER, "key", stored.place)).feed(ignore)


async def test_plain_and_sealed_lie_beside_each_other(tmp_path: Path) -> None:
    before = await opened(tmp_path, seals=False)
    plain = await put(before, "plain", b"older")
    await before.close()
    blobs = await opened(tmp_path)
    sealed = await put(blobs, "sealed", b"newer")
    await blobs.close()
    for seals in (True, False):
        blobs = await opened(tmp_path, seals=seals)
        assert await get(blobs, "plain", plain) == b"older"
        assert await get(blobs, "sealed", sealed) == b"newer"
        assert await blobs.look_many(FOLDER, {"plain": plain.place, "sealed": sealed.place}) == {
            "plain": plain,
            "sealed": sealed,
        }
        for key, stored in (("plain", plain), ("sealed", sealed)):
            blob = await blobs.open(FOLDER, key, stored.place)
            async with blobs.drafting(FOLDER, f"{seals} {key}") as draft:
                await draft.take(blob, 0, blob.size)
                await written(draft, b"!")
                copied = (await blobs.publish(FOLDER, f"{seals} {key}", draft, None)).stored
            expected = await content_of(blob) + b"!"
            assert await get(blobs, f"{seals} {key}", copied) == expected
            assert copied.place.startswith("sealed.") == seals
            blob.close()
        await blobs.close()


@pytest.mark.parametrize("seals", [True, False])
async def test_a_key_that_goes_to_the_other_side_leaves_nothing(
    tmp_path: Path, seals: bool
) -> None:
    blobs = await opened(tmp_path)
    await blobs.close()
    blobs = await opened(tmp_path, seals=not seals)
    first = await put(blobs, "key", b"one")
    await blobs.close()
    blobs = await opened(tmp_path, seals=seals)
    async with blobs.drafting(FOLDER, "key") as draft:
        await written(draft, b"two")
        published = await blobs.publish(FOLDER, "key", draft, first)
        assert await get(blobs, "key", first) == b"one"
        await published.undo()
        assert await get(blobs, "key", first) == b"one"
        published = await blobs.publish(FOLDER, "key", draft, first)
        await published.settle()
    assert await get(blobs, "key", published.stored) == b"two"
    with pytest.raises(GoneError):
        await blobs.open(FOLDER, "key", first.place)
    await blobs.close()


async def test_parts_from_before_the_setting_are_sent_again(tmp_path: Path) -> None:
    blobs = await opened(tmp_path)
    await blobs.close()
    names = []
    for seals in (False, True):
        blobs = await opened(tmp_path, seals=seals)
        async with blobs.drafting(FOLDER, "key", UPLOAD) as draft:
            await written(draft, b"part")
            names.append(await blobs.keep_part(FOLDER, UPLOAD, 1, draft))
        await blobs.close()
    for seals in (False, True):
        blobs = await opened(tmp_path, seals=seals)
        async with blobs.drafting(FOLDER, "key") as draft:
            with pytest.raises(GoneError):
                await blobs.assemble(FOLDER, UPLOAD, names, draft)
        assert await blobs.uploads(FOLDER) == [(FOLDER, UPLOAD)]
        await blobs.close()
    blobs = await opened(tmp_path)
    await blobs.drop_upload(FOLDER, UPLOAD)
    assert await blobs.uploads() == []
    await blobs.close()


async def test_a_missing_folder_of_what_is_sealed_is_no_deletion(tmp_path: Path) -> None:
    blobs = await opened(tmp_path)
    stored = await put(blobs, "key", b"one")
    await blobs.close()
    (tmp_path / "storage/.sealed").rename(tmp_path / "elsewhere")
    plain = await open_local(tmp_path / "storage", fsync="off")
    with pytest.raises(LostError):
        await plain.open(FOLDER, "key", stored.place)
    with pytest.raises(LostError):
        await plain.look_many(FOLDER, {"key": stored.place})
    await plain.close()
