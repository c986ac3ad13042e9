"""What people install stands alone: the client imports what its own pyproject.toml names."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import Source, sources

PROJECT = tomllib.loads(Path("client/pyproject.toml").read_text())["project"]
DEPENDENCIES = {line.partition(">")[0] for line in PROJECT["dependencies"]}
ALLOWED = {"coop", *DEPENDENCIES, *sys.stdlib_module_names}


def imported(source: Source) -> Iterator[str]:
    """The top-level names that a file imports, wherever in it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def test_the_client_imports_nothing_of_ours() -> None:
    strange = [
        f"{source.place}: {name}"
        for source in sources("client")
        for name in imported(source)
        if name not in ALLOWED
    ]
    assert not strange, "\n".join(strange)


def test_nothing_of_ours_imports_the_client() -> None:
    found = [one.place for one in sources("services", "shared", "infra") if "coop" in imported(one)]
    assert not found


def test_every_dependency_is_used() -> None:
    used = {name for source in sources("client") for name in imported(source)}
    assert used >= DEPENDENCIES
