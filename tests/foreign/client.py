"""A client of others, as the tests use each of them."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from tests.door import ACCOUNT, Door
from tests.foreign_clients import signing


@dataclass
class Client:
    """It works in one repository of `river-lab`; keys are those of the repository.

    A verb that it does not have raises NotImplementedError, what fails an AssertionError.
    """

    door: Door
    repository: str
    # Whether it is of a lock of ours, not of the machine.
    is_locked: ClassVar[bool] = True

    @property
    def root(self) -> str:
        """The repository as most of them name it, with a slash at its end."""
        return f"s3://{ACCOUNT}/{self.repository}/"

    @property
    def settings(self) -> dict[str, str]:
        """Its environment."""
        place = {"COOP_ACCOUNT": ACCOUNT, "COOP_REPOSITORY": self.repository}
        return signing(self.door) | place

    def version(self) -> str:
        """What it says of itself."""
        raise NotImplementedError

    def make(self, path: Path, content: bytes) -> None:
        """A file that it can send."""
        path.write_bytes(content)

    def upload(self, path: Path, key: str) -> None:
        """One file to one key; in parts of 5 MiB where it has parts and the file is larger."""
        raise NotImplementedError

    def download(self, key: str, path: Path) -> None:
        """One key to one file."""
        raise NotImplementedError

    def keys(self) -> set[str]:
        """All keys."""
        raise NotImplementedError

    def part(self, key: str, start: int, end: int, path: Path) -> None:
        """A part of an object, `end` excluded, to a file."""
        raise NotImplementedError

    def copy(self, source: str, target: str) -> None:
        """One key to another."""
        raise NotImplementedError

    def delete(self, keys: list[str]) -> None:
        """Remove these keys."""
        raise NotImplementedError

    def sync(self, folder: Path, prefix: str) -> None:
        """What is new in a folder to below a prefix, which ends with a slash."""
        raise NotImplementedError

    def close(self) -> None:
        """It is used no more."""
