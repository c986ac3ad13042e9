"""What an operator types to have all bytes read again, and what is told of them."""

from pathlib import Path

import pytest

from services.storage.commands import command
from services.storage.settings import ServiceSettings
from services.storage.store.scrubs import take_scrub
from shared.contracts.repositories import Versioning
from tests.backups import know, rot
from tests.storage_room import FOLDER, REPOSITORY, opened_resources, put

KEPT = REPOSITORY.model_copy(update={"versioning": Versioning.ENABLED})
NAME = REPOSITORY.full_name


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """An installation with an object, and one of three bytes with a version."""
    async with opened_resources(tmp_path) as resources:
        await know(resources, REPOSITORY)
        await put(resources, "a", b"one")
        for content in (b"two", b"three"):
            await put(resources, "b", content, repository=KEPT)
    return tmp_path


async def said(home: Path, *words: str) -> tuple[int, list[str]]:
    """The exit code and the lines."""
    code, told = await command(["scrub", *words], ServiceSettings(home=home))
    return code, told.splitlines()


async def test_nothing_is_wrong(home: Path) -> None:
    assert await said(home, "--list") == (
        0,
        ["Nothing is known that is not right.", "There was no round yet."],
    )
    code, (told,) = await said(home, "--rate", "500")
    assert code == 0
    assert told.startswith("The last round ended 20")
    assert told.endswith("it read 3 objects and versions, 11 bytes.")
    code, (nothing, again) = await said(home, "--list")
    assert (code, again) == (0, told)
    assert nothing == "Nothing is known that is not right."


async def test_what_is_wrong_is_named(home: Path) -> None:
    rot(home / FOLDER / "a", b"onf")
    (version,) = (home / "storage/.sc/noaa/globe-land-mask/versions").rglob("*.*")
    version.unlink()
    code, told = await said(home)
    assert code == 1
    assert {line.partition(", found 20")[0] for line in told[:2]} == {
        f"{NAME}/a: damaged",
        f"{NAME}/b, version {version.name.partition('.')[2]}: missing",
    }
    assert (await said(home, "--list")) == (0, told)

    async with opened_resources(home) as resources:
        await put(resources, "a", b"new")
    code, told = await said(home, "--list")
    assert [line for line in told if "/a:" in line] == []
    assert len(told) == 2


async def test_a_disk_that_is_not_there(home: Path) -> None:
    (home / FOLDER).rename(home / "away")
    (home / "storage/.sc/noaa").rename(home / "our own")
    code, (told, _) = await said(home)
    assert code == 1
    assert told.startswith(f"{NAME}: the folder of all its bytes is missing, found 20")


async def test_somebody_is_at_it(home: Path) -> None:
    async with opened_resources(home) as resources:
        assert await take_scrub(resources.outbox, "another") is not None
    code, (told,) = await said(home)
    assert (code, told) == (1, "A process is at it already: --list tells how far it is.")
