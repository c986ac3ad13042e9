"""Which back ends the settings name, and what is refused before anything is opened."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from services.storage.blobs.back_ends import open_back_end, refuse_nested
from services.storage.commands import command
from services.storage.settings import MAIN, MirrorSettings, ServiceSettings, StorageSettings
from shared.errors import Invalid, Unavailable
from tests.blob_writes import FOLDER, content_of, put


def named(home: Path, *mirrors: str, blobs: str = "", sealed: bool = False) -> ServiceSettings:
    """With mirrors `one`, `two` …"""
    names = ("one", "two", "three")
    of = {name: MirrorSettings(blobs=where) for name, where in zip(names, mirrors, strict=False)}
    storage = StorageSettings(blobs=blobs, mirrors=of, sealed=sealed, fsync="off")
    return ServiceSettings(home=home, storage=storage)


@pytest.mark.parametrize(
    ("name", "blobs"),
    [
        ("main", "/a"),
        ("", "/a"),
        ("A", "/a"),
        ("a#b", "/a"),
        ("a", ""),
        ("a", "b"),
        ("a", "ftp://b"),
    ],
)
def test_what_names_no_mirror(name: str, blobs: str) -> None:
    with pytest.raises(ValidationError):
        StorageSettings(mirrors={name: MirrorSettings(blobs=blobs)})


@pytest.mark.parametrize(
    "mirrors",
    [
        ["{home}/storage"],
        ["{home}/storage/within"],
        ["{home}"],
        ["/a", "/a/"],
        ["/a/b", "/a"],
        ["s3://bucket/a", "s3://bucket"],
        ["/a/../{home}/storage"],
    ],
)
def test_one_within_another_is_refused(tmp_path: Path, mirrors: list[str]) -> None:
    with pytest.raises(Invalid, match="in one another"):
        refuse_nested(named(tmp_path, *(one.format(home=tmp_path) for one in mirrors)))


@pytest.mark.parametrize("mirrors", [["{home}/storage2"], ["/a", "/ab"], ["s3://a", "s3://ab"]])
def test_those_beside_each_other_are_not(tmp_path: Path, mirrors: list[str]) -> None:
    refuse_nested(named(tmp_path, *(one.format(home=tmp_path) for one in mirrors)))


def test_the_same_bucket_of_another_server_is_another(tmp_path: Path) -> None:
    far = MirrorSettings(blobs="s3://b", options={"endpoint": SecretStr("https://far")})
    storage = StorageSettings(blobs="s3://b", mirrors={"far": far})
    refuse_nested(ServiceSettings(home=tmp_path, storage=storage))


async def test_a_folder_of_a_mirror_is_not_made(tmp_path: Path) -> None:
    settings = named(tmp_path / "home", str(tmp_path / "disk"))
    with pytest.raises(Unavailable, match="mounted"):
        await open_back_end(settings, "one")
    (tmp_path / "disk").mkdir()
    await (await open_back_end(settings, "one")).close()


@pytest.mark.parametrize("name", [MAIN, "one"])
async def test_a_folder_that_is_empty_and_was_not_is_away(tmp_path: Path, name: str) -> None:
    settings = named(tmp_path / "home", str(tmp_path / "disk"))
    (tmp_path / "disk").mkdir()
    (tmp_path / "home/storage").mkdir(parents=True)
    with pytest.raises(Unavailable, match="mounted"):
        await open_back_end(settings, name, has_begun=True)
    await (await open_back_end(settings, name)).close()
    await (await open_back_end(settings, name, has_begun=True)).close()


async def test_one_that_is_not_named_any_more(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="does not name"):
        await open_back_end(named(tmp_path), "one")


async def test_another_sealing_key_is_made_for_each_folder(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    settings = named(tmp_path / "home", str(tmp_path / "disk"), sealed=True)
    (tmp_path / "home").mkdir()
    keys = {MAIN: settings.sealing_key, "one": tmp_path / "home/sealing-key-one"}
    for name in keys:
        blobs = await open_back_end(settings, name)
        await put(blobs, "a", name.encode())
        await blobs.close()
    before = {name: key.read_bytes() for name, key in keys.items()}
    code, told = await command(["rotate-sealing-key"], settings)
    assert (code, len(told.splitlines())) == (0, 2)
    for name, key in keys.items():
        assert key.read_bytes() != before[name]
        blobs = await open_back_end(settings, name)
        blob = await blobs.look(FOLDER, "a")
        assert blob is not None
        assert await content_of(blob) == name.encode()
        blob.close()
        await blobs.close()
