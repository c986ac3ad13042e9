"""What an interrupted transfer leaves behind, so that the next one goes on from there.

A journal is a hint, never the truth: what an upload has is asked of the server, and what a
download has is compared as a whole at the end.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class UploadNote:
    """Which file an unfinished upload is of, and how it is cut."""

    upload_id: str
    size: int
    modified_ns: int
    part_bytes: int


def note_path(folder: Path, endpoint: str, source: Path, target: str) -> Path:
    """Where the note of one upload is kept."""
    name = "\0".join((endpoint, os.fspath(source.absolute()), target))
    return folder / "uploads" / f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:32]}.json"


def read_note(path: Path) -> UploadNote | None:
    """The note, None where there is none or it makes no sense."""
    with suppress(OSError, ValueError, TypeError):
        return UploadNote(**json.loads(path.read_text()))
    return None


def write_note(path: Path, note: UploadNote) -> None:
    """Keep it; an upload that cannot be noted goes on, and would begin anew."""
    with suppress(OSError):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(asdict(note)))
        draft.replace(path)


class Draft:
    """Half a download beside its target: the bytes, and a line for each span that is there."""

    def __init__(self, target: Path, etag: str, size: int) -> None:
        name = hashlib.sha256(os.fsencode(target.name) + etag.encode()).hexdigest()[:16]
        self.size = size
        self.bytes = target.with_name(f".coop-{name}.part")
        self.lines = target.with_name(f".coop-{name}.lines")
        self.target = target

    def open(self, cut: int) -> set[int]:
        """The numbers of the spans of `cut` bytes that are there already."""
        self.target.parent.mkdir(parents=True, exist_ok=True)
        if not self.bytes.exists() or self.bytes.stat().st_size != self.size:
            self.discard()
        with self.bytes.open("ab") as file:
            file.truncate(self.size)
        words = self.lines.read_text().split() if self.lines.exists() else []
        there = {tuple(map(int, word.split(":"))) for word in words if _is_line(word)}
        return {number for known, number in there if known == cut}

    def write(self, start: int, piece: bytes) -> None:
        """Bytes at their place."""
        with self.bytes.open("r+b") as file:
            file.seek(start)
            file.write(piece)

    def note(self, cut: int, number: int) -> None:
        """A span is there. One short write, so that those of several threads do not mix."""
        with self.lines.open("a") as file:
            file.write(f"{cut}:{number}\n")

    def keep(self) -> None:
        """It is whole: the target is this from now on."""
        self.bytes.replace(self.target)
        self.lines.unlink(missing_ok=True)

    def discard(self) -> None:
        """Begin anew the next time."""
        self.bytes.unlink(missing_ok=True)
        self.lines.unlink(missing_ok=True)


def _is_line(word: str) -> bool:
    cut, _, number = word.partition(":")
    return cut.isdecimal() and number.isdecimal()
