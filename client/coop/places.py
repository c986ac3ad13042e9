"""Where things are: `account/repository/key` on the server, folders and names here."""

import os
from dataclasses import dataclass
from pathlib import Path

from coop.errors import Invalid, NotFound
from coop.models import LocalFile

SCHEME = "coop://"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository, a prefix or an object; `key` is exact, any character may be in it."""

    account_id: str
    repository_id: str
    key: str = ""

    @classmethod
    def parse(cls, text: str) -> "Place":
        """Read `[coop://]account/repository[/key]`. Raises Invalid."""
        account_id, _, rest = text.removeprefix(SCHEME).partition("/")
        repository_id, _, key = rest.partition("/")
        if not account_id or not repository_id:
            raise Invalid(f"{text!r} names no repository; write account/repository/key.")
        return cls(account_id, repository_id, key)

    @property
    def bucket(self) -> str:
        """The repository as a bucket of the whole data door."""
        return f"{self.account_id}--{self.repository_id}"

    @property
    def is_folder(self) -> bool:
        """Whether it names what lies below it, not one object."""
        return not self.key or self.key.endswith("/")

    def below(self, name: str) -> "Place":
        """The place called `name` in this folder."""
        prefix = self.key if self.is_folder else f"{self.key}/"
        return Place(self.account_id, self.repository_id, prefix + name)

    def object(self, key: str) -> "Place":
        """The object of this key in the same repository."""
        return Place(self.account_id, self.repository_id, key)

    def __str__(self) -> str:
        return f"{self.account_id}/{self.repository_id}/{self.key}"


def is_remote(text: str) -> bool:
    """Whether it is said to be on the server."""
    return text.startswith(SCHEME)


def files_below(folder: Path) -> list[LocalFile]:
    """All regular files below a folder, by name; linked files too, linked folders not.

    Raises NotFound where there is no such folder, Invalid for names that are not UTF-8.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder {shown(str(folder))}.")
    found = []
    for parent, _, names in os.walk(folder, onerror=_complain):
        for name in names:
            path = Path(parent, name)
            if path.is_file() and not is_draft(name):
                found.append(LocalFile(_key_of(path, folder), path, path.stat().st_size))
    return sorted(found, key=lambda file: file.name)


def is_draft(name: str) -> bool:
    """Whether it is half of a download of ours, and nobody's data."""
    return name.startswith(".coop-")


def path_below(folder: Path, name: str) -> Path:
    """Where an object called `name` is kept below a folder.

    A key is anything a stranger chose: Invalid where it would not stay below the folder, or could
    not be told from another.
    """
    parts = name.split("/")
    strange = any(part in ("", ".", "..") or "\0" in part for part in parts)
    if strange or (os.sep != "/" and any(mark in name for mark in '\\:*?"<>|')):
        raise Invalid(f"{shown(name)!r} cannot be the name of a file here.")
    return folder.joinpath(*parts)


def shown(text: str) -> str:
    """Text for a terminal: what could move its cursor or change its colours is written out."""
    if text.isprintable():
        return text
    return "".join(mark if mark.isprintable() else ascii(mark)[1:-1] for mark in text)


def _key_of(path: Path, folder: Path) -> str:
    name = path.relative_to(folder).as_posix()
    try:
        name.encode()
    except UnicodeEncodeError:
        raise Invalid(f"The name {shown(name)} is not UTF-8; rename the file.") from None
    return name


def _complain(error: OSError) -> None:
    raise Invalid(f"{shown(str(error.filename))} cannot be read: {error.strerror}.")
