"""What people see on the disk, and what they may do to it by hand."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from services.storage.blobs.local import LocalBlobs
from services.storage.blobs.local.naming import HASHED, PLAIN
from services.storage.blobs.port import GoneError
from tests.blob_writes import (
    FOLDER,
    ODD_KEYS,
    content_of,
    files_below,
    get,
    imprint_of,
    names_in,
    put,
    written,
)

REPOSITORY = "noaa/globe-land-mask"


async def test_plain_keys_are_browsable(blobs: LocalBlobs, home: Path) -> None:
    await put(blobs, "data/europe.tif", b"tiff")
    await put(blobs, "README.md", b"# Mask")
    assert (home / REPOSITORY / "data/europe.tif").read_bytes() == b"tiff"
    assert files_below(home / REPOSITORY) == ["README.md", "data/europe.tif"]


async def test_a_key_in_the_way_of_another_goes_to_the_hashed_area(blobs: LocalBlobs) -> None:
    assert (await put(blobs, "a", b"1")).place == PLAIN
    assert (await put(blobs, "a/b", b"2")).place == HASHED
    assert (await put(blobs, "c/d", b"3")).place == PLAIN
    assert (await put(blobs, "c", b"4")).place == HASHED


async def test_a_hashed_key_stays_hashed(blobs: LocalBlobs) -> None:
    first = await put(blobs, "a", b"1")
    second = await put(blobs, "a/b", b"2")
    await blobs.remove(FOLDER, "a", first.place)
    again = await put(blobs, "a/b", b"3", before=second)
    assert again.place == HASHED
    assert await get(blobs, "a/b", again) == b"3"


async def test_an_empty_folder_is_in_nobodys_way(blobs: LocalBlobs, home: Path) -> None:
    (home / REPOSITORY / "a").mkdir(parents=True)
    assert (await put(blobs, "a", b"1")).place == PLAIN


async def test_empty_folders_are_pruned_up_to_the_repository(blobs: LocalBlobs, home: Path) -> None:
    stored = await put(blobs, "a/b/c", b"1")
    await put(blobs, "a/d", b"2")
    await blobs.remove(FOLDER, "a/b/c", stored.place)
    assert names_in(home / REPOSITORY / "a") == ["d"]
    await blobs.remove(FOLDER, "a/d", PLAIN)
    assert names_in(home / REPOSITORY) == []


async def test_links_put_there_by_hand_are_not_served(blobs: LocalBlobs, home: Path) -> None:
    stored = await put(blobs, "a/b", b"1")
    (home / REPOSITORY / "link").symlink_to("/etc/passwd")
    (home / REPOSITORY / "folder").symlink_to("/etc")
    for key in ("link", "folder/passwd"):
        with pytest.raises(GoneError):
            await blobs.open(FOLDER, key, PLAIN)
    keys = [found.key async for batch in blobs.walk(FOLDER) for found in batch]
    assert keys == ["a/b"]
    assert await get(blobs, "a/b", stored) == b"1"


async def test_a_link_is_replaced_and_not_written_through(blobs: LocalBlobs, home: Path) -> None:
    target = home.parent / "target"
    target.write_text("mine")
    (home / REPOSITORY).mkdir(parents=True)
    (home / REPOSITORY / "key").symlink_to(target)
    stored = await put(blobs, "key", b"new")
    assert await get(blobs, "key", stored) == b"new"
    assert target.read_text() == "mine"


async def test_pipes_and_folders_are_no_objects(blobs: LocalBlobs, home: Path) -> None:
    (home / REPOSITORY / "folder").mkdir(parents=True)
    os.mkfifo(home / REPOSITORY / "pipe")
    for key in ("folder", "pipe"):
        with pytest.raises(GoneError):
            await blobs.open(FOLDER, key, PLAIN)
    assert await blobs.look_many(FOLDER, {"folder": PLAIN, "pipe": PLAIN}) == {
        "folder": None,
        "pipe": None,
    }


async def test_an_edit_by_hand_shows(blobs: LocalBlobs, home: Path) -> None:
    stored = await put(blobs, "key", b"bytes")
    with (home / REPOSITORY / "key").open("ab") as file:
        file.write(b" and more")
    blob = await blobs.open(FOLDER, "key", PLAIN)
    assert blob.mark != stored.mark
    assert blob.imprint() is None
    assert await content_of(blob) == b"bytes and more"
    blob.close()


async def test_a_copy_brought_back_is_not_the_original(blobs: LocalBlobs, home: Path) -> None:
    await put(blobs, "key", b"bytes")
    path = home / REPOSITORY / "key"
    attribute, status = os.getxattr(path, "user.sc"), path.stat()
    copy = path.with_name("copy")
    copy.write_bytes(path.read_bytes())
    os.setxattr(copy, "user.sc", attribute)
    os.utime(copy, ns=(status.st_atime_ns, status.st_mtime_ns))
    copy.rename(path)
    blob = await blobs.open(FOLDER, "key", PLAIN)
    imprint = blob.imprint()
    blob.close()
    assert imprint is not None
    assert not imprint.is_own
    assert replace(imprint, is_own=True) == imprint_of(b"bytes", stamp=imprint.stamp)


async def test_without_nameless_files_all_is_the_same(blobs: LocalBlobs, home: Path) -> None:
    blobs.disk = replace(blobs.disk, has_nameless_files=False)
    stored = {key: await put(blobs, key, key.encode()) for key in ODD_KEYS}
    for key, where in stored.items():
        stored[key] = await put(blobs, key, key.encode() * 2, before=where)
    for key, where in stored.items():
        assert await get(blobs, key, where) == key.encode() * 2
    first = stored["a"]
    async with blobs.drafting(FOLDER, "key") as draft:
        await written(draft, b"two")
        published = await blobs.publish(FOLDER, "a", draft, first)
        await published.undo()
        assert await get(blobs, "a", first) == b"aa"
        published = await blobs.publish(FOLDER, "a", draft, first)
        await published.settle()
    assert await get(blobs, "a", published.stored) == b"two"
    assert files_below(home / ".sc/noaa/globe-land-mask/tmp") == []


async def test_names_that_are_no_keys_are_left_out(blobs: LocalBlobs, home: Path) -> None:
    (home / REPOSITORY).mkdir(parents=True)
    (home / REPOSITORY / os.fsdecode(b"caf\xe9")).write_text("latin-1")
    (home / REPOSITORY / "good").write_text("good")
    keys = [found.key async for batch in blobs.walk(FOLDER) for found in batch]
    assert keys == ["good"]
