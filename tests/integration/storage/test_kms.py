"""What is sealed under a key of a KMS, which is asked at the start and at a rotation alone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import KeyFile, Kms, SealingError, Wrapping, open_folder_blobs
from services.storage.blobs.sealed.keys import BY_KMS, rotate
from services.storage.blobs.sealed.opening import in_folder
from services.storage.commands import command
from services.storage.settings import ServiceSettings, StorageSettings
from shared.errors import Unavailable
from tests import go_programs, kms_server
from tests.blob_writes import get, put
from tests.kms_server import ACCOUNT, REGION, KmsServer

pytestmark = pytest.mark.timeout(go_programs.BUILD_SECONDS)
GONE = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/00000000-0000-0000-0000-000000000000"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KmsServer]:
    with kms_server.running(tmp_path_factory.mktemp("kms")) as server:
        yield server


@pytest.fixture
def storage(tmp_path: Path) -> Path:
    return tmp_path / "storage"


@pytest.fixture
def file(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "sealing-key")


async def opened(storage: Path, wrapping: Wrapping) -> Blobs:
    return await open_folder_blobs(storage, fsync="off", seals=True, wrapping=wrapping)


def kept(storage: Path) -> bytes:
    """The wrapped key."""
    return (storage / ".sealed/.key").read_bytes()


async def test_no_key_is_here(server: KmsServer, storage: Path, file: KeyFile) -> None:
    kms = Kms(await server.key(), server.options, file)
    blobs = await opened(storage, kms)
    stored = await put(blobs, "key", b"content")
    await blobs.close()
    assert kept(storage).startswith(BY_KMS)
    assert [path.name for path in storage.parent.iterdir()] == ["storage"]
    blobs = await opened(storage, kms)
    assert await get(blobs, "key", stored) == b"content"
    await blobs.close()


async def test_another_key_takes_its_place(server: KmsServer, storage: Path, file: KeyFile) -> None:
    one, other = [Kms(await server.key(), server.options, file) for _ in range(2)]
    blobs = await opened(storage, one)
    stored = await put(blobs, "key", b"content")
    before = kept(storage)
    assert "wraps it anew" in await rotate(in_folder(storage), other)
    assert kept(storage) != before
    assert await get(blobs, "key", stored) == b"content"
    await blobs.close()
    blobs = await opened(storage, other)
    assert await get(blobs, "key", stored) == b"content"
    await blobs.close()


async def test_from_a_key_file_to_a_kms(server: KmsServer, storage: Path, file: KeyFile) -> None:
    blobs = await opened(storage, file)
    stored = await put(blobs, "key", b"content")
    await blobs.close()
    kms = Kms(await server.key(), server.options, file)
    # Until it is rotated the file opens it still.
    await (await opened(storage, kms)).close()
    assert "key file opens nothing" in await rotate(in_folder(storage), kms)
    await asyncio.to_thread((storage.parent / "sealing-key").unlink)
    blobs = await opened(storage, kms)
    assert await get(blobs, "key", stored) == b"content"
    await blobs.close()
    with pytest.raises(SealingError, match="set COOP_STORAGE__SEALING_KMS"):
        await opened(storage, file)


async def test_the_command(server: KmsServer, tmp_path: Path) -> None:
    key = await server.key()
    storage = StorageSettings(sealed=True, sealing_kms=key, sealing_kms_options=server.options)
    settings = ServiceSettings(home=tmp_path, storage=storage)
    assert await command(["rotate-sealing-key"], settings) == (
        1,
        f"Nothing is sealed in {tmp_path / 'storage/.sealed'}.",
    )
    kms = Kms(key, server.options, KeyFile(settings.sealing_key))
    await (await opened(tmp_path / "storage", kms)).close()
    code, told = await command(["rotate-sealing-key"], settings)
    assert (code, key in told) == (0, True)


async def test_a_key_that_the_kms_has_not(server: KmsServer, storage: Path, file: KeyFile) -> None:
    with pytest.raises(SealingError, match=r"The KMS refuses .*NotFoundException"):
        await opened(storage, Kms(GONE, server.options, file))


async def test_a_kms_that_goes_away_keeps_nobody_from_reading(
    tmp_path: Path, file: KeyFile
) -> None:
    storage = tmp_path / "storage"
    with kms_server.running(tmp_path / "kms") as server:
        kms = Kms(await server.key(), server.options, file)
        blobs = await opened(storage, kms)
        server.stop()
        stored = await put(blobs, "key", b"content")
        assert await get(blobs, "key", stored) == b"content"
        await blobs.close()
        for kind in (SealingError, Unavailable):
            with pytest.raises(kind, match="The KMS is out of reach"):
                await opened(storage, kms)
        settings = ServiceSettings(
            home=tmp_path,
            storage=StorageSettings(sealing_kms="any", sealing_kms_options=server.options),
        )
        code, told = await command(["rotate-sealing-key"], settings)
        assert (code, told.startswith("The KMS is out of reach")) == (1, True)


def test_an_option_that_there_is_not(file: KeyFile) -> None:
    with pytest.raises(SealingError, match="SEALING_KMS_OPTIONS has no colour"):
        Kms("key", {"colour": "blue"}, file)
