"""Uploads that nobody completes go when their time has come. Versions: test_versions.py."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from obstore.store import MemoryStore

from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.operations import expiring
from services.storage.operations.committing import NewObject
from services.storage.operations.expiring import expire_uploads, look_through
from services.storage.operations.multipart import PartAddress, create_upload, upload_part
from services.storage.operations.resources import Resources, folder_of
from services.storage.s3.errors import S3Error
from services.storage.store.uploads import uploads_from
from tests.scrubs import PART, put_parts
from tests.storage_room import ADA, REPOSITORY, Bytes, opened_resources, read

DAY = 24 * 3600 * 1_000_000
FOLDER = folder_of(REPOSITORY)


@pytest.fixture(params=["local", "cloud"])
async def resources(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Resources]:
    """Files, or a bucket that is no further away than memory."""
    blobs = CloudBlobs(Bucket(MemoryStore()), lingers=0) if request.param == "cloud" else None
    async with opened_resources(home, blobs=blobs) as resources:
        yield resources


async def begin(resources: Resources, key: str) -> PartAddress:
    """An upload with one part."""
    new = NewObject(key, "text/csv", ADA)
    upload = await create_upload(resources, REPOSITORY, new, "CRC64NVME", "FULL_OBJECT")
    address = PartAddress(upload.upload_id, key, 1)
    await upload_part(resources, REPOSITORY, address, Bytes(b"part"))
    return address


async def under_way(resources: Resources) -> list[str]:
    """Their keys."""
    uid = REPOSITORY.repository_uid
    found, _ = await uploads_from(resources.outbox, uid, prefix="", start="", limit=100)
    return sorted(upload.key for upload in found)


async def test_an_upload_goes_with_its_parts(resources: Resources) -> None:
    await put_parts(resources, "whole", "CRC64NVME", "FULL_OBJECT")
    kept = await resources.blobs.uploads(FOLDER)
    address = await begin(resources, "a")
    await begin(resources, "b")
    now = time.time_ns() // 1000
    assert await expire_uploads(resources, REPOSITORY, until_us=now - DAY) == 0
    assert await under_way(resources) == ["a", "b"]
    assert await expire_uploads(resources, REPOSITORY, until_us=now + DAY) == 2
    assert await under_way(resources) == []
    assert await resources.blobs.uploads(FOLDER) == kept
    assert (await read(resources, "whole"))[1] == PART + b"the end"
    with pytest.raises(S3Error, match="NoSuchUpload"):
        await upload_part(resources, REPOSITORY, address, Bytes(b"late"))
    assert await expire_uploads(resources, REPOSITORY, until_us=now + DAY) == 0


async def test_more_than_a_page(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiring, "PAGE", 1)
    for key in ("a", "a", "b"):
        await begin(resources, key)
    until = time.time_ns() // 1000 + DAY
    assert await expire_uploads(resources, REPOSITORY, until_us=until) == 2
    assert await under_way(resources) == ["a"]
    assert await expire_uploads(resources, REPOSITORY, until_us=until) == 1


async def test_what_is_young_enough_stays(resources: Resources) -> None:
    await begin(resources, "a")
    await look_through(resources, REPOSITORY, 1)
    assert await under_way(resources) == ["a"]
    await look_through(resources, REPOSITORY, -1)
    assert await under_way(resources) == []
