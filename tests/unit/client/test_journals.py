"""What an interrupted transfer leaves behind is taken up, and never believed blindly."""

from pathlib import Path

import pytest

from coop.transfers.journals import Draft, UploadNote, note_path, read_note, write_note

NOTE = UploadNote("id", 100, 5, 10)


def test_a_note_is_of_one_file_to_one_place(tmp_path: Path) -> None:
    path = note_path(tmp_path, "http://a", Path("x"), "a/b/c")
    write_note(path, NOTE)
    assert read_note(path) == NOTE
    others = [
        note_path(tmp_path, "http://b", Path("x"), "a/b/c"),
        note_path(tmp_path, "http://a", Path("y"), "a/b/c"),
        note_path(tmp_path, "http://a", Path("x"), "a/b/d"),
    ]
    assert len({path, *others}) == 4


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"upload_id": "x", "extra": 1}', "1"])
def test_a_note_that_makes_no_sense_is_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note"
    path.write_text(text)
    assert read_note(path) is None


def test_a_draft_is_taken_up(tmp_path: Path) -> None:
    target = tmp_path / "new" / "a.bin"
    draft = Draft(target, "etag", 20)
    assert draft.open(10) == set()
    draft.write(10, b"x" * 10)
    draft.note(10, 2)
    again = Draft(target, "etag", 20)
    assert again.open(10) == {2}
    assert again.open(5) == set()
    again.keep()
    assert target.read_bytes() == b"\0" * 10 + b"x" * 10
    assert [one.name for one in target.parent.iterdir()] == ["a.bin"]


def test_a_draft_of_another_version_is_another(tmp_path: Path) -> None:
    Draft(tmp_path / "a", "one", 20).open(10)
    draft = Draft(tmp_path / "a", "two", 20)
    assert draft.open(10) == set()


@pytest.mark.parametrize("lines", ["10:x\n", "::\n", "10:1", "²:1\n", "\x00"])
def test_lines_that_break_off_are_no_lines(tmp_path: Path, lines: str) -> None:
    draft = Draft(tmp_path / "a", "etag", 20)
    draft.open(10)
    draft.lines.write_text(lines)
    assert draft.open(10) == ({1} if lines == "10:1" else set())


def test_a_draft_whose_bytes_are_gone_begins_anew(tmp_path: Path) -> None:
    draft = Draft(tmp_path / "a", "etag", 20)
    draft.open(10)
    draft.note(10, 1)
    draft.bytes.write_bytes(b"short")
    assert draft.open(10) == set()
