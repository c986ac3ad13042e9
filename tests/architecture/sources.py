"""Our own source files, read once."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROGRAM = ("services", "shared", "infra", "client")
TESTS = ("tests",)


@dataclass(frozen=True)
class Source:
    """One Python file."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def lines(self) -> int:
        """How long it is."""
        return self.text.count("\n")

    @property
    def place(self) -> str:
        """How we speak of it."""
        return self.path.as_posix()


@cache
def sources(*folders: str) -> tuple[Source, ...]:
    """All Python files under these folders of the project."""
    paths = sorted(path for folder in folders for path in Path(folder).rglob("*.py"))
    return tuple(
        Source(path, text := path.read_text(), ast.parse(text, filename=str(path)))
        for path in paths
    )
