"""The store's key opens with its key file, with the next one after a rotation, and else never."""

import asyncio
import shutil
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.sealed import keeping, keys
from services.storage.blobs.sealed.ciphers import BrokenError, StoreKey
from services.storage.blobs.sealed.keeping import InBucket, InFolder, SealingError
from services.storage.blobs.sealed.keys import KeyFile
from shared.keyfile import KeyFileError, make_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "storage" / ".sealed"


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "sealing-key"


def open_store_key(folder: Path, key_file: Path) -> StoreKey:
    return asyncio.run(keys.open_store_key(InFolder(folder), KeyFile(key_file)))


def rotate(folder: Path, key_file: Path) -> None:
    asyncio.run(keys.rotate(InFolder(folder), KeyFile(key_file)))


def opens(store: StoreKey, head: bytes) -> bool:
    try:
        store.open(head)
    except BrokenError:
        return False
    return True


def test_both_are_made_once_and_for_their_owner_alone(folder: Path, key_file: Path) -> None:
    head, _ = open_store_key(folder, key_file).make(1)
    made = key_file.read_bytes(), (folder / ".key").read_bytes()
    assert opens(open_store_key(folder, key_file), head)
    assert made == (key_file.read_bytes(), (folder / ".key").read_bytes())
    assert [path.name for path in folder.iterdir()] == [".key"]
    for path in (key_file, folder / ".key"):
        assert path.stat().st_mode & 0o777 == 0o600


def test_a_key_file_that_is_not_the_one_is_refused(folder: Path, key_file: Path) -> None:
    open_store_key(folder, key_file)
    key_file.unlink()
    with pytest.raises(SealingError, match="is missing"):
        open_store_key(folder, key_file)
    assert not key_file.exists()
    make_key(key_file)
    with pytest.raises(SealingError, match="is not the one"):
        open_store_key(folder, key_file)


def test_a_key_file_that_others_may_read_is_refused(folder: Path, key_file: Path) -> None:
    open_store_key(folder, key_file)
    key_file.chmod(0o640)
    with pytest.raises(KeyFileError, match=f"chmod 600 {key_file}"):
        open_store_key(folder, key_file)


def test_no_second_store_key_is_made_beside_what_is_sealed(folder: Path, key_file: Path) -> None:
    open_store_key(folder, key_file)
    (folder / ".sc").mkdir()
    (folder / ".key").unlink()
    with pytest.raises(SealingError, match="is missing"):
        open_store_key(folder, key_file)


def test_a_start_that_was_killed_is_no_store_yet(folder: Path, key_file: Path) -> None:
    folder.mkdir(parents=True)
    (folder / ".key.17.ab").touch()
    open_store_key(folder, key_file)


def test_after_a_rotation_only_the_new_key_file_opens(folder: Path, key_file: Path) -> None:
    head, _ = open_store_key(folder, key_file).make(1)
    old = key_file.read_bytes()
    rotate(folder, key_file)
    assert opens(open_store_key(folder, key_file), head)
    assert key_file.read_bytes() != old
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert not key_file.with_name("sealing-key.new").exists()
    key_file.write_bytes(old)
    with pytest.raises(SealingError):
        open_store_key(folder, key_file)


def test_nothing_to_rotate(folder: Path, key_file: Path) -> None:
    with pytest.raises(SealingError, match="Nothing is sealed"):
        rotate(folder, key_file)


class KilledError(Exception):
    """What happens at a moment."""


@pytest.mark.parametrize("step", range(1, 4))
def test_a_rotation_that_is_killed_at_any_step_is_gone_on_with(
    folder: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    head, _ = open_store_key(folder, key_file).make(1)
    sync, left = keeping.sync, [step]

    def killed(path: Path) -> None:
        left[0] -= 1
        if not left[0]:
            raise KilledError
        sync(path)

    with monkeypatch.context() as patch:
        for module in (keys, keeping):
            patch.setattr(module, "sync", killed)
        with pytest.raises(KilledError):
            rotate(folder, key_file)
    assert opens(open_store_key(folder, key_file), head)
    rotate(folder, key_file)
    assert opens(open_store_key(folder, key_file), head)
    assert sorted(path.name for path in key_file.parent.iterdir()) == ["sealing-key", "storage"]


async def test_a_bucket_has_a_key_for_all_hosts(key_file: Path, tmp_path: Path) -> None:
    bucket = Bucket(MemoryStore())
    one, other = (InBucket(bucket, "s3://bucket") for _ in range(2))
    head, _ = (await keys.open_store_key(one, KeyFile(key_file))).make(1)
    assert opens(await keys.open_store_key(other, KeyFile(key_file)), head)
    with pytest.raises(SealingError, match="is missing"):
        await keys.open_store_key(other, KeyFile(tmp_path / "of-another-host"))
    await bucket.put("uid/key/draft", b"sealed", {})
    await bucket.remove(["=key"])
    with pytest.raises(SealingError, match=r"The key in s3://bucket is missing"):
        await keys.open_store_key(other, KeyFile(key_file))


async def test_of_two_rotations_of_a_bucket_one_changes_nothing(
    key_file: Path, tmp_path: Path
) -> None:
    bucket = InBucket(Bucket(MemoryStore()), "s3://bucket")
    head, _ = (await keys.open_store_key(bucket, KeyFile(key_file))).make(1)
    (tmp_path / "another-host").mkdir()
    copied = shutil.copy(key_file, tmp_path / "another-host")

    class Slow(KeyFile):
        async def rotate(self, wrapped: bytes, keep: keys.Keep) -> str:
            await keys.rotate(InBucket(bucket._bucket, ""), KeyFile(key_file))
            return await super().rotate(wrapped, keep)

    with pytest.raises(SealingError, match="Another rotation came first"):
        await keys.rotate(bucket, Slow(Path(copied)))
    assert opens(await keys.open_store_key(bucket, KeyFile(key_file)), head)


async def test_two_rotations_beside_one_key_file_leave_one_that_opens(key_file: Path) -> None:
    bucket = Bucket(MemoryStore())
    head, _ = (await keys.open_store_key(InBucket(bucket, ""), KeyFile(key_file))).make(1)

    class Slow(InBucket):
        async def replace(self, wrapped: bytes) -> None:
            with pytest.raises(SealingError, match="Another rotation is under way"):
                await keys.rotate(InBucket(bucket, ""), KeyFile(key_file))
            await super().replace(wrapped)

    await keys.rotate(Slow(bucket, ""), KeyFile(key_file))
    assert opens(await keys.open_store_key(InBucket(bucket, ""), KeyFile(key_file)), head)
