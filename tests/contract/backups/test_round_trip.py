"""From files to every place for backups by command, and from there into files and into a bucket."""

import shutil

import pytest

from services.storage.blobs.cloud import open_cloud
from services.storage.commands import command
from services.storage.settings import ServiceSettings, StorageSettings
from shared.keyfile import load_key_file
from tests.backups import everything, know
from tests.contract.backups.conftest import IN_A_BUCKET
from tests.s3_server import S3Server
from tests.storage_room import REPOSITORY, opened_resources, put


async def said(settings: ServiceSettings, *words: str) -> str:
    """What a command tells that does it."""
    code, told = await command(words, settings)
    assert code == 0, told
    return told


@pytest.mark.parametrize("into", ["files", IN_A_BUCKET])
async def test_there_and_back(
    settings: ServiceSettings, where: str, into: str, request: pytest.FixtureRequest
) -> None:
    home = settings.home
    async with opened_resources(home) as resources:
        load_key_file(home)
        await know(resources, REPOSITORY)
        for key in ("a", "a/b", "b//", "large"):
            await put(resources, key, key.encode() * 2_000_000)
        before = await everything(resources, REPOSITORY)
    assert "copied were 4 objects" in await said(settings, "backup", where)
    assert "copied were 0 objects" in await said(settings, "backup", where, "--keep", "1")
    assert len((await said(settings, "backup", where, "--list")).splitlines()) == 1
    shutil.rmtree(home / "storage")

    if into == "files":
        await said(settings, "restore", where)
        async with opened_resources(home) as resources:
            assert await everything(resources, REPOSITORY) == before
        return
    server: S3Server = request.getfixturevalue("s3_server_up")
    blobs = {"blobs": server.bucket(), "blobs_options": server.options}
    storage = StorageSettings.model_validate({**settings.storage.model_dump(), **blobs})
    moved = settings.model_copy(update={"storage": storage})
    await said(moved, "restore", where)
    bytes_ = await open_cloud(storage.blobs, server.options, patience_seconds=10)
    async with opened_resources(home, blobs=bytes_) as resources:
        assert await everything(resources, REPOSITORY) == before
