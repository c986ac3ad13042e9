"""All bytes of files read again: what is found, what is not, and what of it is let go of."""

import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from services.storage.blobs.local.reading import LocalBlob
from services.storage.models import ChecksumType
from services.storage.operations.faults import settle_faults
from services.storage.operations.healing import heal_object
from services.storage.operations.objects import delete_object
from services.storage.operations.purging import purge_repository
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources
from services.storage.operations.tagging import tag_object
from services.storage.store.objects import find_object
from shared.contracts.repositories import Versioning
from shared.tables import Delete
from tests.backups import know, rot
from tests.blob_writes import ODD_KEYS
from tests.scrubs import PART, faults_in, found, put_parts, whole_round
from tests.storage_room import ADA, FOLDER, REPOSITORY, published, put, read, told_kinds

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
UID = REPOSITORY.repository_uid


@pytest.fixture(autouse=True)
async def known(resources: Resources) -> None:
    await know(resources, REPOSITORY)


def path_of(home: Path, key: str) -> Path:
    """Where the file is, wherever it is."""
    if "//" not in key:
        return home / FOLDER / key
    (path,) = (home / "storage/.sc/noaa/globe-land-mask/keys").rglob("?" * 64)
    return path


def flip(path: Path, at: int = 0) -> None:
    """One bit of a file, of which the file system knows nothing."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    rot(path, bytes(content))


async def test_what_is_right_is_no_fault(resources: Resources) -> None:
    for key in ODD_KEYS:
        await put(resources, key, key.encode() * 3)
    await put(resources, "empty")
    await put(resources, "large", b"large " * 500_000)
    for number in range(3):
        await put(resources, "versions", b"%d" % number, repository=KEPT)
    await delete_object(resources, KEPT, "versions", actor=ADA)

    done = await whole_round(resources)

    assert await faults_in(resources) == {}
    assert done.objects == len(ODD_KEYS) + 2 + 3
    assert done.size == sum(len(key.encode()) * 3 for key in ODD_KEYS) + 3_000_000 + 3
    assert not done.is_under_way


@pytest.mark.parametrize("key", ["a", "folder/a", "hashed//a"])
async def test_a_bit_that_flipped(resources: Resources, home: Path, key: str) -> None:
    await put(resources, key, b"one " * 200_000)
    await put(resources, "other", b"other")
    flip(path_of(home, key), at=799_999)
    assert await found(resources) == {key: "damaged"}
    # Nothing is mended, nothing is removed.
    assert len((await read(resources, key))[1]) == 800_000
    assert await told_kinds(resources) == ["object_created", "object_created"]


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("CRC64NVME", "FULL_OBJECT"), ("CRC32C", "COMPOSITE"), ("SHA256", "COMPOSITE")],
)
async def test_a_bit_of_an_object_that_came_in_parts(
    resources: Resources, home: Path, algorithm: str, kind: ChecksumType
) -> None:
    await put_parts(resources, "a", algorithm, kind)
    assert await found(resources) == {}
    flip(home / FOLDER / "a", at=len(PART) + 3)
    assert await found(resources) == {"a": "damaged"}


async def test_a_file_that_is_shorter(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    os.truncate(home / FOLDER / "a", 2)
    assert await found(resources) == {"a": "truncated"}


async def test_a_file_that_is_gone(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    (home / FOLDER / "a").unlink()
    assert await found(resources) == {"a": "missing"}
    assert await find_object(resources.outbox, UID, "a") is not None


async def test_a_file_that_somebody_edited(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    (home / FOLDER / "a").write_bytes(b"two and more")
    assert await found(resources) == {"a": "edited"}
    # Who reads it has it looked after, as ever; then there is nothing to tell.
    await heal_object(resources, REPOSITORY, "a")
    await settle_faults(resources)
    assert await faults_in(resources) == {}


async def test_a_file_that_the_disk_does_not_give(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(resources, "a", b"one")
    await put(resources, "b", b"two")
    give = LocalBlob.read_again

    async def refuse(blob: LocalBlob, offset: int, size: int) -> object:
        if os.pread(blob.file, 3, 0) == b"one":
            raise OSError(5, "Input/output error")
        return await give(blob, offset, size)

    monkeypatch.setattr(LocalBlob, "read_again", refuse)
    assert await found(resources) == {"a": "unreadable"}
    monkeypatch.undo()
    assert await found(resources) == {}


async def test_a_disk_that_is_not_there_is_one_fault(resources: Resources, home: Path) -> None:
    for key in ("a", "b", "hashed//c"):
        await put(resources, key, b"one")
    shutil.move(home / FOLDER, home / "away")
    shutil.move(home / "storage/.sc/noaa", home / "our own")
    done = await whole_round(resources)
    assert (await faults_in(resources), done.faults) == ({"@": "missing"}, 1)

    shutil.move(home / "away", home / FOLDER)
    shutil.move(home / "our own", home / "storage/.sc/noaa")
    await settle_faults(resources)
    assert await faults_in(resources) == {}
    assert await found(resources) == {}


async def test_a_file_that_came_back_from_elsewhere_is_right(
    resources: Resources, home: Path
) -> None:
    await put(resources, "a", b"one")
    flip(home / FOLDER / "a")
    assert await found(resources) == {"a": "damaged"}
    (home / FOLDER / "a").unlink()
    (home / FOLDER / "a").write_bytes(b"one")
    assert await found(resources) == {}


async def test_a_file_that_somebody_edited_before_it_became_a_version(
    resources: Resources, home: Path
) -> None:
    await put(resources, "a", b"one", repository=KEPT)
    (home / FOLDER / "a").write_bytes(b"edited")
    await put(resources, "a", b"two", repository=KEPT)
    assert await found(resources) == {}


async def overwrite(resources: Resources) -> None:
    await put(resources, "a", b"new")


async def remove(resources: Resources) -> None:
    await delete_object(resources, REPOSITORY, "a", actor=ADA)


async def purge(resources: Resources) -> None:
    await published(resources)
    await purge_repository(resources, REPOSITORY)


@pytest.mark.parametrize("change", [overwrite, remove, purge])
async def test_a_fault_goes_with_its_bytes(
    resources: Resources, home: Path, change: Callable[[Resources], Awaitable[None]]
) -> None:
    await put(resources, "a", b"one")
    flip(home / FOLDER / "a")
    assert await found(resources) == {"a": "damaged"}
    await change(resources)
    assert sum((await settle_faults(resources)).values()) == 0
    assert await faults_in(resources) == {}


async def test_a_fault_stays_when_only_its_tags_change(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    flip(home / FOLDER / "a")
    await whole_round(resources)
    await tag_object(resources, REPOSITORY, "a", {"colour": "blue"}, actor=ADA)
    assert await settle_faults(resources) == {"damaged": 1}
    assert await found(resources) == {"a": "damaged"}


async def test_a_fault_stays_with_the_version_that_its_bytes_become(
    resources: Resources, home: Path
) -> None:
    first = await put(resources, "a", b"one", repository=KEPT)
    flip(home / FOLDER / "a")
    name = f"a@{first.version_id}"
    assert await found(resources) == {name: "damaged"}
    await put(resources, "a", b"two", repository=KEPT)
    assert await settle_faults(resources) == {"damaged": 1}
    assert await found(resources) == {name: "damaged"}
    await delete_version(resources, KEPT, "a", first.version_id, actor=ADA)
    assert await settle_faults(resources) == {}


async def test_a_version_that_is_gone_or_flipped(resources: Resources, home: Path) -> None:
    ids = [
        (await put(resources, "a", b"%d" % number, repository=KEPT)).version_id
        for number in range(4)
    ]
    kept = home / "storage/.sc/noaa/globe-land-mask/versions"
    (first,) = kept.rglob(f"*.{ids[0]}")
    (second,) = kept.rglob(f"*.{ids[1]}")
    first.unlink()
    flip(second)
    assert await found(resources) == {f"a@{ids[0]}": "missing", f"a@{ids[1]}": "damaged"}


async def test_what_was_found_first_is_known_from_then_on(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    flip(home / FOLDER / "a")
    assert await found(resources) == {"a": "damaged"}
    (home / FOLDER / "a").unlink()
    assert await found(resources) == {"a": "missing"}


async def test_a_repository_that_nobody_knows_any_more(resources: Resources, home: Path) -> None:
    await put(resources, "a", b"one")
    shutil.rmtree(home / FOLDER)
    shutil.rmtree(home / "storage/.sc/noaa")
    await whole_round(resources)
    assert await faults_in(resources) == {"@": "missing"}
    await resources.outbox.table.write(Delete("REPOSITORY", UID))
    assert await settle_faults(resources) == {}
