"""What an operator types for a backup and a restore, and what is said where it cannot be."""

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from importlib import import_module
from pathlib import Path

import pytest

from services.storage.backups.folder import FolderTarget, open_folder
from services.storage.blobs.port import NoRoomError
from services.storage.commands import command, parser
from services.storage.commands.backup import RECORDS
from services.storage.settings import ServiceSettings
from shared.keyfile import load_key_file
from tests.announced import announced
from tests.backups import everything, know, rot
from tests.storage_room import REPOSITORY, opened_resources, published, put

# Its package calls the command by this name too.
RESTORING = import_module("services.storage.commands.restore")


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    """An installation with an object, whose event was published."""
    home = tmp_path / "home"
    async with opened_resources(home) as resources:
        load_key_file(home)
        await know(resources, REPOSITORY)
        await put(resources, "a", b"one")
        await published(resources)
    return home


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "backups"


async def said(home: Path, *words: object) -> str:
    """What a command tells that does it."""
    code, told = await command([str(word) for word in words], ServiceSettings(home=home))
    assert code == 0, told
    return told


async def refused(home: Path, *words: object) -> str:
    """The one sentence of a command that does not."""
    code, told = await command([str(word) for word in words], ServiceSettings(home=home))
    assert code == 1
    assert "\n" not in told
    return told


async def write(home: Path, key: str, content: bytes) -> None:
    async with opened_resources(home) as resources:
        await put(resources, key, content)


async def listed(home: Path, target: Path) -> list[str]:
    """The names of all snapshots."""
    told = await said(home, "backup", target, "--list")
    return re.findall(r"^\S+Z", told, re.MULTILINE)


def destroyed(home: Path, *, key: bool = True) -> Path:
    """Nothing is left but the key, as somebody kept it."""
    kept = (home / "key").read_bytes()
    shutil.rmtree(home)
    if key:
        home.mkdir()
        (home / "key").write_bytes(kept)
        (home / "key").chmod(0o600)
    return home


async def test_everything_is_destroyed_and_comes_back(home: Path, target: Path) -> None:
    async with opened_resources(home) as resources:
        before = await everything(resources, REPOSITORY)
    told = await said(home, "backup", target)
    assert "1 objects, 3 bytes; copied were 1 objects, 3 bytes" in told
    assert f"keep a copy of {home / 'key'} apart" in told
    destroyed(home)

    assert "1 objects, 3 bytes" in await said(home, "restore", target)

    async with opened_resources(home) as resources:
        assert await everything(resources, REPOSITORY) == before
        # Whoever missed the last events hears of them.
        assert len(await announced(resources.outbox)) == 1
    assert names_in(home) == ["key", "storage"]


async def test_the_key_may_be_in_it(home: Path, target: Path) -> None:
    key = (home / "key").read_bytes()
    await said(home, "backup", target, "--with", "storage/storage.db", "--with", "key")
    destroyed(home, key=False)

    await said(home, "restore", target)

    assert (home / "key").read_bytes() == key
    assert (home / "key").stat().st_mode & 0o777 == 0o600


async def test_an_earlier_snapshot_comes_back_by_its_name(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    await write(home, "a", b"three")
    await said(home, "backup", target)
    first, _ = await listed(home, target)
    destroyed(home)

    assert "1 objects, 3 bytes" in await said(home, "restore", target, "--snapshot", first)


async def test_old_snapshots_go_with_what_only_they_need(home: Path, target: Path) -> None:
    for content in (b"three", b"four!", b"fives"):
        await said(home, "backup", target)
        await write(home, "a", content)
    assert len(files(target, "bytes")) == 3

    told = await said(home, "backup", target, "--keep", 2)

    assert len(re.findall(r"^Snapshot \S+ is gone\.$", told, re.MULTILINE)) == 2
    assert len(await listed(home, target)) == len(files(target, "bytes")) == 2


async def test_nothing_goes_while_bytes_are_missing(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    rot(home / "storage" / REPOSITORY.full_name / "a", b"onf")
    shutil.rmtree(target / "bytes")
    code, told = await command(["backup", str(target), "--keep", "1"], ServiceSettings(home=home))
    assert code == 1
    assert "noaa/globe-land-mask/a: its bytes are not what was stored" in told
    assert "No snapshot was let go" in told
    assert len(await listed(home, target)) == 2


async def test_the_snapshot_just_made_stays_though_the_clock_was_set_back(
    home: Path, target: Path
) -> None:
    await said(home, "backup", target)
    (first,) = await listed(home, target)
    later = first.replace("20", "21", 1)
    (target / "snapshots" / first).rename(target / "snapshots" / later)
    told = await said(home, "backup", target, "--keep", "1")
    assert f"Snapshot {later} is gone." in told
    (made,) = await listed(home, target)
    assert f"Snapshot {made}: 1 objects" in told
    assert len(files(target, "bytes")) == 1


async def test_a_file_that_could_not_be_restored_is_refused(home: Path, target: Path) -> None:
    for name in ("other.db", "kratos/kratos.db"):
        (home / name).parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(home / name)) as connection:
            connection.execute("CREATE TABLE something (a)")
    words = ("backup", target, "--with", RECORDS, "--with")
    assert "other.db is no table of a service" in await refused(home, *words, "other.db")
    await said(home, *words, "kratos/kratos.db")


async def test_a_backup_that_was_killed_as_it_began_begins_anew(home: Path, target: Path) -> None:
    opened = open_folder(target, writes=True)
    await opened.close()
    (target / ".draft-1").write_bytes(b"{")
    await said(home, "backup", target)


async def test_what_is_kept_there_is_for_its_owner_alone(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    assert modes(target) == {0o700}


def names_in(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def found(target: Path, name: str) -> Path:
    return next(target.rglob(name))


def modes(target: Path) -> set[int]:
    """Those of all folders."""
    return {path.stat().st_mode & 0o777 for path in target.rglob("*") if path.is_dir()}


def files(target: Path, folder: str) -> list[Path]:
    return [path for path in (target / folder).rglob("*") if path.is_file()]


async def test_what_an_unfinished_backup_left_is_no_snapshot_and_goes(
    home: Path, target: Path
) -> None:
    await said(home, "backup", target)
    (unfinished,) = await listed(home, target)
    found(target, "manifest.json").unlink()
    (bytes_,) = files(target, "bytes")
    (bytes_.parent / ".draft-1").write_bytes(b"half")
    assert await listed(home, target) == []
    assert await refused(home, "restore", target) == "There is no snapshot that is whole."

    await said(home, "backup", target)

    assert not (target / "snapshots" / unfinished).exists()
    assert files(target, "bytes") == [bytes_]


async def test_bytes_that_are_not_whole_are_copied_again(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    (bytes_,) = files(target, "bytes")
    bytes_.write_bytes(b"on")

    assert "copied were 1 objects" in await said(home, "backup", target)
    assert bytes_.read_bytes() == b"one"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("backup", "{home}/backups"), "is in the data folder .* and would be lost with it"),
        (("backup", "ftp://host"), "'ftp://host' is neither a folder nor s3://"),
        (("backup", "{tmp}/other"), "other holds something else; give an empty one"),
        (("backup", "{tmp}/none", "--list"), "There is no folder .*none"),
        (("backup", "{tmp}/other", "--list"), "There is no backup in .*other"),
        (("backup", "{tmp}/new", "--with", "key"), "storage/storage.db must be among"),
        (("backup", "{tmp}/new", "--with", "no.db"), "There is no .*no.db; does COOP_HOME name"),
        (("restore", "{tmp}/other"), "There is no backup in .*other"),
    ],
)
async def test_what_cannot_be_is_told(
    home: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.tex").write_text("")
    told = await refused(home, *(word.format(home=home, tmp=tmp_path) for word in words))
    assert re.search(sentence, told), told


@pytest.mark.parametrize("words", [["--keep", "0"], ["--rate", "-1"], ["--with", "../key"]])
def test_slips_are_told(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["backup", "somewhere", *words])
    assert "must be a" in capsys.readouterr().err


async def test_two_at_once_are_refused(home: Path, target: Path) -> None:
    opened = open_folder(target, writes=True)
    assert "is at work" in await refused(home, "backup", target)
    await opened.close()
    await said(home, "backup", target)


async def test_another_installation_is_refused(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    (home / "key").write_bytes(b"another key of just so many byte")
    assert "of another installation" in await refused(home, "backup", target)


async def test_a_full_disk_is_told_and_leaves_what_was_there(
    home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(home, "backup", target)
    await write(home, "b", b"two")

    async def full(*_: object) -> None:
        raise NoRoomError

    with monkeypatch.context() as patch:
        patch.setattr(FolderTarget, "put", full)
        assert "no room left" in await refused(home, "backup", target)
    assert len(await listed(home, target)) == 1


async def test_a_full_installation_is_not_restored_into(
    home: Path, target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await said(home, "backup", target)
    assert "goes into an empty data folder" in await refused(home, "restore", target)
    # The bytes may be somewhere else than the data folder.
    monkeypatch.setattr(RESTORING, "_refuse_there", lambda _: None)
    told = await refused(home, "restore", target)
    assert "There are bytes of noaa/globe-land-mask already" in told
    assert not (home / ".restoring").exists()


@pytest.mark.parametrize("left", ["nats/jetstream", "indexer/search.db", "storage/storage.db-wal"])
async def test_nothing_of_before_is_taken_for_part_of_what_comes_back(
    home: Path, target: Path, left: str
) -> None:
    await said(home, "backup", target)
    path = destroyed(home) / left
    path.parent.mkdir()
    path.write_bytes(b"of before")
    assert f"There is {path.parent} already" in await refused(home, "restore", target)
    # An empty folder, as where a disk will be, is nothing.
    path.unlink()
    (home / "lock").touch()
    await said(home, "restore", target)


async def test_a_restore_that_was_killed_is_begun_anew(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    (destroyed(home) / ".restoring").mkdir()
    assert "begun and not finished" in await refused(home, "restore", target)


async def test_the_right_key_is_asked_for(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    destroyed(home, key=False)
    assert "put your copy of it to" in await refused(home, "restore", target)
    load_key_file(home)
    assert "is not the one that this backup" in await refused(home, "restore", target)
    assert names_in(home) == ["key"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def other_release(path: Path) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": 2}))


@pytest.mark.parametrize(
    ("name", "spoil", "sentence"),
    [
        ("backup.json", cut, "is damaged"),
        ("backup.json", other_release, "another release"),
        ("manifest.json", cut, "snapshots/.*/manifest.json in the backup is damaged"),
        ("manifest.json", other_release, "another release"),
        ("storage.db", cut, "files/storage/storage.db is not what was written; take another"),
        ("storage.db", Path.unlink, "files/storage/storage.db is not what was written"),
    ],
)
async def test_a_damaged_backup_is_told(
    home: Path, target: Path, name: str, spoil: Callable[[Path], None], sentence: str
) -> None:
    await said(home, "backup", target)
    destroyed(home)
    spoil(found(target, name))

    told = await refused(home, "restore", target)

    assert re.search(sentence, told), told
    assert names_in(home) == ["key"]


async def test_nothing_is_pruned_where_what_is_kept_is_damaged(home: Path, target: Path) -> None:
    for content in (b"three", b"four!"):
        await said(home, "backup", target)
        await write(home, "a", content)
    _, second = await listed(home, target)
    cut(target / "snapshots" / second / "names")

    told = await refused(home, "backup", target, "--keep", 2)

    assert "is damaged: names is not what was written" in told
    assert len(await listed(home, target)) == len(files(target, "bytes")) == 3


async def test_a_manifest_leads_nowhere_else(home: Path, target: Path) -> None:
    await said(home, "backup", target)
    manifest = found(target, "manifest.json")
    text = manifest.read_text().replace("files/storage/storage.db", "files/../../../etc/x")
    manifest.write_text(text)
    destroyed(home)
    assert "is damaged" in await refused(home, "restore", target)
