"""Places on the server and files here: what a key may be, and what it may never reach."""

import os
from pathlib import Path

import pytest

from coop.errors import Invalid, NotFound
from coop.places import Place, files_below, is_remote, path_below, shown


@pytest.mark.parametrize("text", ["noaa/land/a b/é+%.csv", "coop://noaa/land/a b/é+%.csv"])
def test_read_and_written_back(text: str) -> None:
    place = Place.parse(text)
    assert place == Place("noaa", "land", "a b/é+%.csv")
    assert str(place) == "noaa/land/a b/é+%.csv"
    assert place.bucket == "noaa--land"


def test_keys_are_kept_as_they_are() -> None:
    assert Place.parse("noaa/land//a/../b/").key == "/a/../b/"


@pytest.mark.parametrize("text", ["", "noaa", "noaa/", "/land", "coop://noaa"])
def test_what_names_no_repository(text: str) -> None:
    with pytest.raises(Invalid, match="names no repository"):
        Place.parse(text)


@pytest.mark.parametrize(
    ("place", "name", "key"),
    [
        ("a/b", "x", "x"),
        ("a/b/", "x", "x"),
        ("a/b/c/", "x/y", "c/x/y"),
        ("a/b/c", "x", "c/x"),
    ],
)
def test_names_below_a_place(place: str, name: str, key: str) -> None:
    assert Place.parse(place).below(name).key == key


def test_only_what_says_so_is_remote() -> None:
    assert is_remote("coop://noaa/land")
    assert not is_remote("noaa/land")


@pytest.mark.parametrize(
    "key", ["../x", "a/../../x", "/etc/passwd", "a//b", "a/./b", "", "a/", "x\0y"]
)
def test_no_key_reaches_outside_a_folder(key: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be the name of a file"):
        path_below(tmp_path, key)


@pytest.mark.parametrize("key", ["a", "a/b c", "..a/b..", "...", "é/☃", "\n"])
def test_every_other_key_does_not(key: str, tmp_path: Path) -> None:
    assert path_below(tmp_path, key).relative_to(tmp_path).as_posix() == key


def test_files_below_a_folder(tmp_path: Path) -> None:
    for name in ("b/2", "a", "b/1", ".hidden", "b/.coop-0.part"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    (tmp_path / "loop").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    found = files_below(tmp_path)
    assert [file.name for file in found] == [".hidden", "a", "b/1", "b/2", "linked"]
    assert [file.size for file in found] == [7, 1, 3, 3, 1]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        files_below(tmp_path / "never")


def test_a_name_that_is_not_text(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff")).touch()
    with pytest.raises(Invalid, match=r"\\udcff is not UTF-8"):
        files_below(tmp_path)


def test_nothing_moves_the_cursor() -> None:
    assert shown("é \x1b[2J\n\x9b") == r"é \x1b[2J\n\x9b"
