"""A mirror made the primary: all is there still, and what would be lost is said before."""

import errno
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from obstore.store import MemoryStore
from pydantic import SecretStr

from services.storage.blobs import back_ends
from services.storage.blobs.cloud.blobs import CloudBlobs
from services.storage.blobs.cloud.bucket import Bucket
from services.storage.blobs.local.reading import LocalBlob
from services.storage.blobs.port import Blobs
from services.storage.commands import command
from services.storage.operations import promoting
from services.storage.operations.committing import NewObject
from services.storage.operations.multipart import create_upload
from services.storage.operations.objects import delete_object
from services.storage.operations.opening import open_resources
from services.storage.operations.purging import purge_repository
from services.storage.operations.reading import open_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.serving import serving
from services.storage.settings import MirrorSettings, ServiceSettings, StorageSettings
from services.storage.store.copies import all_copies
from services.storage.store.layout import SCHEMA
from services.storage.store.mirrors import find_primary
from services.storage.store.objects import find_object
from services.storage.store.uploads import find_upload
from shared.contracts.repositories import Versioning
from shared.errors import Conflict, NotFound
from shared.outbox import Outbox
from shared.tables import open_table
from tests.announced import announced
from tests.backups import Everything, everything, forgotten, know, rot
from tests.blob_writes import content_of, files_below
from tests.mirrored import followed, keys_in_mirror
from tests.storage_room import ADA, REPOSITORY, published, put, read

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
NAME, UID = REPOSITORY.full_name, REPOSITORY.repository_uid
KINDS = ["files to files", "sealed to sealed", "files to a bucket", "a bucket to files"]
KEYS = ["a", "hashed//a", "b/é"]


@pytest.fixture(autouse=True)
def buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buckets that are no further away than memory."""
    stores: dict[str, MemoryStore] = {}

    async def opened_bucket(where: str, _: Mapping[str, str], **__: object) -> Blobs:
        return CloudBlobs(Bucket(stores.setdefault(where, MemoryStore())), lingers=0)

    monkeypatch.setattr(back_ends, "open_bucket_blobs", opened_bucket)


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> ServiceSettings:
    return of_kind(request.param, tmp_path)


@pytest.fixture
def files(tmp_path: Path) -> ServiceSettings:
    return of_kind("files to files", tmp_path)


def of_kind(kind: str, tmp_path: Path) -> ServiceSettings:
    """An installation with a mirror."""
    source, _, target = kind.partition(" to ")
    (tmp_path / "disk").mkdir()
    where = "s3://mirror" if target == "a bucket" else str(tmp_path / "disk")
    storage = StorageSettings(
        blobs="s3://main" if source == "a bucket" else "",
        sealed=source == "sealed",
        fsync="off",
        mirrors={"second": MirrorSettings(blobs=where, options={"region": SecretStr("here")})},
    )
    return ServiceSettings(home=tmp_path / "home", storage=storage)


@asynccontextmanager
async def opened(settings: ServiceSettings) -> AsyncIterator[Resources]:
    """As a process has it that is started."""
    settings.home.mkdir(exist_ok=True)
    table = await open_table(SCHEMA, service="storage", settings=settings)
    try:
        async with open_resources(settings, Outbox(table)) as resources:
            yield resources
    finally:
        await table.close()


async def said(settings: ServiceSettings, *words: str) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    code, told = await command(words, settings)
    return code, told.splitlines()


async def filled(resources: Resources) -> Everything:
    """Objects, versions and a marker, in the mirror too."""
    await know(resources, KEPT)
    for key in KEYS:
        for content in (b"one", b"two", b"three"):
            await put(resources, key, content, repository=KEPT)
    await put(resources, "plain", b"plain")
    await delete_object(resources, KEPT, "b/é", actor=ADA)
    await followed(resources)
    return await all_of(resources)


async def all_of(resources: Resources) -> Everything:
    return await everything(resources, KEPT)


async def test_all_that_there_is_is_there_afterwards_and_back_again(
    settings: ServiceSettings,
) -> None:
    async with opened(settings) as resources:
        before = await filled(resources)
    assert (await said(settings, "mirrors"))[1] == [
        "main: the primary.",
        "second: a mirror that has everything.",
    ]
    assert await said(settings, "promote", "second") == (
        0,
        ["second is the primary. Start storage."],
    )
    async with opened(settings) as resources:
        assert await all_of(resources) == before
        await put(resources, "a", b"four", repository=KEPT)
        await put(resources, "new", b"new")
        # What was the primary follows now, and was not copied to anew.
        assert [mirror.name for mirror in resources.mirrors] == ["main"]
        await followed(resources)
        assert "new" in await keys_in_mirror(resources, KEPT)
        before = await all_of(resources)
    assert (await said(settings, "promote", "main"))[0] == 0
    async with opened(settings) as resources:
        assert await all_of(resources) == before
        assert await find_primary(resources.outbox) == ("main", "")
        await followed(resources)


async def test_what_was_not_copied_yet_is_copied_first(settings: ServiceSettings) -> None:
    async with opened(settings) as resources:
        await filled(resources)
        await put(resources, "last", b"last")
        await delete_object(resources, REPOSITORY, "plain", actor=ADA)
        before = await all_of(resources)
    assert (await said(settings, "promote", "second"))[0] == 0
    async with opened(settings) as resources:
        assert await all_of(resources) == before


@pytest.fixture
async def lagging(files: ServiceSettings) -> ServiceSettings:
    """A primary whose disk is lost, and a mirror that does not have the last it was told."""
    async with opened(files) as resources:
        await filled(resources)
        await put(resources, "a", b"four", repository=KEPT)
        await put(resources, "plain", b"other")
        await put(resources, "late", b"late")
        await delete_object(resources, REPOSITORY, "hashed//a", actor=ADA)
    lose_disk(files)
    return files


def lose_disk(files: ServiceSettings) -> None:
    """Of the primary nothing is left but its records."""
    (files.home / "storage").rename(files.home / "lost")
    (files.home / "storage").mkdir()
    for part in (files.home / "lost").glob("storage.db*"):
        part.rename(files.home / "storage" / part.name)


async def test_what_would_be_lost_is_named_and_nothing_changed(lagging: ServiceSettings) -> None:
    code, told = await said(lagging, "promote", "second")
    assert code == 1
    assert told[0].startswith("Nothing more can be copied from main: ")
    assert {line.partition(", version")[0] for line in told[1:-1]} == {
        f"{NAME}/a",
        f"{NAME}/late",
        f"{NAME}/plain",
    }
    assert "--lose" in told[-1]
    assert (await said(lagging, "mirrors"))[1][0] == "main: the primary."


async def test_without_what_is_lost_the_rest_goes_on(lagging: ServiceSettings) -> None:
    code, told = await said(lagging, "promote", "second", "--lose")
    assert code == 0
    assert told[0].startswith("Nothing more can be copied from main: ")
    assert f"{NAME}/late: it is lost." in told
    async with opened(lagging) as resources:
        # The version before is what the key has.
        assert (await read(resources, "a", KEPT))[1] == b"three"
        for key in ("late", "plain"):
            with pytest.raises(NotFound):
                await read(resources, key, KEPT)
        kinds = [one["type"].split(".")[2] for one in await announced(resources.outbox)]
        assert kinds.count("object_deleted") >= 2
        found = await all_of(resources)
        for (key, version_id), (record, content) in found.items():
            if not record.is_marker:
                blob = (await open_version(resources, KEPT, key, version_id)).blob
                assert await content_of(blob) == content
                blob.close()
        walked = [one async for batch in resources.blobs.walk(folder_of(KEPT)) for one in batch]
        # Nothing is left of what was deleted, nor of what is lost.
        assert [one.key for one in walked] == ["a"]


@pytest.mark.parametrize("settings", KINDS[1:3], indirect=True)
@pytest.mark.parametrize("step", ["_tell", "_remove_stale", "_drop_waiting"])
async def test_one_that_is_cut_short_goes_on(
    settings: ServiceSettings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    async with opened(settings) as resources:
        before = await filled(resources)
    genuine: Callable[..., Any] = getattr(promoting, step)

    async def dies(*given: Any, **more: Any) -> None:
        await genuine(*given, **more)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(promoting, "ROWS", 2)
        patch.setattr(promoting, step, dies)
        with pytest.raises(KeyboardInterrupt):
            await said(settings, "promote", "second")
    with pytest.raises(Conflict, match="half-way"):
        async with opened(settings):
            pass
    assert "half-way" in "".join((await said(settings, "mirrors"))[1])
    assert (await said(settings, "promote", "main"))[0] == 1
    assert (await said(settings, "promote", "second"))[0] == 0
    async with opened(settings) as resources:
        assert await all_of(resources) == before


async def test_not_while_storage_runs(files: ServiceSettings) -> None:
    async with opened(files) as resources:
        await filled(resources)
        async with serving(resources):
            code, (told,) = await said(files, "promote", "second")
            assert (code, "stop all its processes" in told) == (1, True)
    assert (await said(files, "promote", "second"))[0] == 0


async def test_nobody_starts_to_serve_meanwhile(
    files: ServiceSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with opened(files) as resources:
        await filled(resources)
        tried = False

        async def promote(_: promoting.Promotion) -> None:
            nonlocal tried
            tried = True
            with pytest.raises(Conflict):
                async with serving(resources):
                    pass

        monkeypatch.setattr("services.storage.commands.promote.promote", promote)
        await said(files, "promote", "second")
        assert tried


@pytest.mark.parametrize(
    ("name", "told"),
    [("third", "There is no mirror third"), ("main", "main is the primary already")],
)
async def test_what_cannot_be_promoted(files: ServiceSettings, name: str, told: str) -> None:
    async with opened(files):
        pass
    code, (line,) = await said(files, "promote", name)
    assert code == 1
    assert line.startswith(told)


async def test_a_mirror_of_some_can_be_no_primary(files: ServiceSettings) -> None:
    second = files.storage.mirrors["second"]
    files.storage.mirrors["second"] = second.model_copy(update={"only": frozenset(["noaa"])})
    async with opened(files) as resources:
        await filled(resources)
    code, (line,) = await said(files, "promote", "second")
    assert (code, "can be no primary" in line) == (1, True)


async def test_a_mirror_whose_disk_is_away_is_not_promoted(
    files: ServiceSettings, tmp_path: Path
) -> None:
    async with opened(files) as resources:
        await filled(resources)
    (tmp_path / "disk").rename(tmp_path / "away")
    for there in (False, True):
        if there:
            (tmp_path / "disk").mkdir()
        code, told = await said(files, "promote", "second")
        assert (code, "mounted?" in told[-1]) == (1, True)


async def test_what_was_purged_is_nowhere_afterwards(
    files: ServiceSettings, tmp_path: Path
) -> None:
    async with opened(files) as resources:
        await filled(resources)
        await published(resources)
        await purge_repository(resources, KEPT)
        await forgotten(resources, KEPT)
    lose_disk(files)
    assert (await said(files, "promote", "second"))[0] == 0
    assert not (tmp_path / "disk" / NAME).exists()
    async with opened(files) as resources:
        assert [one async for one in all_copies(resources.outbox, "second", UID)] == [[]]


async def test_rot_in_a_mirror_is_named_and_copied_anew(files: ServiceSettings) -> None:
    async with opened(files) as resources:
        await filled(resources)
        before = await all_of(resources)
    assert await said(files, "scrub", "--mirror", "second", "--rate", "900") == (
        0,
        ["10 copies were read."],
    )
    disk = Path(files.storage.mirrors["second"].blobs)
    rot(disk / "noaa/globe-land-mask/a", b"thre!")
    versions = disk / ".sc/noaa/globe-land-mask/versions"
    (versions / files_below(versions)[0]).unlink()
    code, told = await said(files, "scrub", "--mirror", "second")
    assert (code, told[-1], len(told)) == (1, "10 copies were read.", 3)
    assert f"{NAME}/a: not right in second; it is copied anew." in told
    assert (await said(files, "promote", "second"))[0] == 0
    async with opened(files) as resources:
        assert await all_of(resources) == before
    assert (await said(files, "scrub", "--mirror", "third"))[0] == 1


@pytest.mark.parametrize(("number", "left"), [(errno.EIO, 0), (errno.EMFILE, 10)])
async def test_what_this_process_lacks_is_no_rot_in_a_mirror(
    files: ServiceSettings, monkeypatch: pytest.MonkeyPatch, number: int, left: int
) -> None:
    async with opened(files) as resources:
        await filled(resources)

    async def fails(*_: object) -> None:
        raise OSError(number, "It cannot be read.")

    with monkeypatch.context() as patch:
        patch.setattr(LocalBlob, "read_again", fails)
        assert (await said(files, "scrub", "--mirror", "second"))[0] == 1
    assert await said(files, "scrub", "--mirror", "second") == (0, [f"{left} copies were read."])


async def test_uploads_that_were_under_way_are_none(files: ServiceSettings) -> None:
    async with opened(files) as resources:
        await filled(resources)
        upload = await create_upload(
            resources, KEPT, NewObject("big", "text/csv", ADA), "CRC32", "COMPOSITE"
        )
    await said(files, "promote", "second")
    async with opened(files) as resources:
        assert await find_upload(resources.outbox, upload.upload_id) is None
        assert await find_object(resources.outbox, UID, "big") is None
