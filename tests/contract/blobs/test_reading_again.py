"""Bytes read again from where they are kept, and found to be other ones: in every place."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.blobs.port import READ_BYTES, Blobs
from services.storage.operations.bursts import Bursts
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.layout import SCHEMA
from services.storage.store.recent import Recent
from shared.contracts.repositories import Versioning
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table
from tests.backups import know, rot
from tests.blob_writes import FOLDER, ODD_KEYS, put
from tests.s3_server import S3Server
from tests.scrubs import PART, found, put_parts
from tests.storage_room import ADA, REPOSITORY
from tests.storage_room import put as put_object

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})


@pytest.fixture
async def resources(blobs: Blobs, tmp_path: Path) -> AsyncIterator[Resources]:
    table = await open_table(SCHEMA, service="storage", settings=Settings(home=tmp_path / "home"))
    outbox = Outbox(table)
    bursts = Bursts(outbox, blobs.process)
    yield Resources(outbox, blobs, bursts, Recent(0))
    await bursts.stop()
    await table.close()


@pytest.mark.parametrize("size", [0, 1, READ_BYTES, 3_000_001])
async def test_the_same_bytes_are_read_again(blobs: Blobs, size: int) -> None:
    content = (b"%d bytes " % size * size)[:size]
    stored = await put(blobs, "a", content)
    blob = await blobs.open(FOLDER, "a", stored.place)
    pieces, offset = [], 0
    while piece := await blob.read_again(offset, min(READ_BYTES, max(size - offset, 1))):
        pieces.append(bytes(piece))
        offset += len(piece)
    assert b"".join(pieces) == content
    blob.close()


async def test_a_round_finds_what_is_not_right(resources: Resources) -> None:
    await know(resources, REPOSITORY)
    for key in ODD_KEYS:
        await put_object(resources, key, key.encode())
    await put_parts(resources, "parts", "SHA256", "COMPOSITE")
    ids = await versions(resources)
    assert await found(resources) == {}
    record = await put_object(resources, "lost", b"lost")
    await resources.blobs.remove(folder_of(REPOSITORY), "lost", record.place)
    assert await found(resources) == {"lost": "missing"}
    await delete_version(resources, KEPT, "versions", ids[0], actor=ADA)
    await put_object(resources, "lost", b"again")
    assert await found(resources) == {}


async def versions(resources: Resources) -> list[str]:
    """Their ids, oldest first."""
    return [
        (await put_object(resources, "versions", b"%d" % number, repository=KEPT)).version_id
        for number in range(3)
    ]


@pytest.mark.parametrize("blobs", ["cloud"], indirect=True)
async def test_a_bit_that_flips_on_the_disk_of_a_bucket(
    resources: Resources, s3_server_up: S3Server
) -> None:
    """The bucket does not know it: its ETag is what it was."""
    await know(resources, REPOSITORY)
    record = await put_object(resources, "one", b"one")
    await put_object(resources, "other", b"other")
    joined = await put_parts(resources, "parts", "CRC64NVME", "FULL_OBJECT")
    (one,) = s3_server_up.folder.rglob(record.place)
    rot(one, b"onf")
    (folder,) = s3_server_up.folder.rglob(resources.blobs.upload_at(joined.place))
    (part,) = [path for path in folder.iterdir() if path.stat().st_size == len(PART)]
    rot(part, PART[:-1] + b"?")
    assert await found(resources) == {"one": "damaged", "parts": "damaged"}
