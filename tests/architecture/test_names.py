"""Names that say nothing, words with another meaning here, and output past the log."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import PROGRAM, TESTS, Source, sources

SERVICES = ("accounts", "repositories", "storage", "indexer")
ROOMS = ("__init__", "__main__", "app", "handlers", "models", "operations", "settings", "store")
EMPTY_WORDS = {"util", "utils", "helper", "helpers", "common", "core", "base", "misc", "manager"}
# What every contract stands on is called so where it is.
ALLOWED = {"shared/contracts/base.py"}
# A service is a folder in services/, a user is an identity or an account, a repository is what
# people make here and never a pattern.
CLASS_NAMES = re.compile(
    r"(Service|Manager|Helper|Util|Utils|User|RepositoryStore|Impl)$|^Abstract"
)
# Commands answer on the standard streams, and the log is written there.
SPEAKING = ("infra/", "services/supervisor/", "shared/log.py", "client/coop/commands/")
COMMAND = "__main__.py"


def classes(source: Source) -> Iterator[str]:
    """The names of its classes."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ClassDef):
            yield node.name


def test_no_file_or_folder_has_an_empty_name() -> None:
    empty = {
        one.place
        for one in sources(*PROGRAM, *TESTS)
        if one.place not in ALLOWED
        and EMPTY_WORDS
        & {word for part in one.path.with_suffix("").parts for word in part.split("_")}
    }
    assert not empty, "name the noun it is about:\n" + "\n".join(sorted(empty))


def test_no_class_is_a_service_or_a_manager() -> None:
    found = [
        f"{one.place}: {name}"
        for one in sources(*PROGRAM, *TESTS)
        for name in classes(one)
        if CLASS_NAMES.search(name)
    ]
    assert not found, "verbs are functions, nouns are data:\n" + "\n".join(found)


def test_every_service_has_the_same_rooms() -> None:
    missing = [
        f"services/{service}/{room}"
        for service in SERVICES
        for room in ROOMS
        if not (folder := Path("services", service, room)).with_suffix(".py").is_file()
        and not (folder / "__init__.py").is_file()
    ]
    assert not missing, "\n".join(missing)


def test_nothing_is_printed_but_what_commands_say() -> None:
    """`print` is ruff's (T20); this is about its other spelling."""
    loud = [
        f"{one.place}:{node.lineno}"
        for one in sources(*PROGRAM)
        if not one.place.startswith(SPEAKING) and one.path.name != COMMAND
        for node in ast.walk(one.tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node) in {"sys.stdout", "sys.stderr", "sys.__stdout__", "sys.__stderr__"}
    ]
    assert not loud, "\n".join(loud)


def test_only_settings_read_the_environment() -> None:
    """ruff bans os.environ (TID251); a noqa is for settings files alone."""
    silenced = [
        one.place
        for one in sources(*PROGRAM)
        if "noqa: TID251" in one.text and one.path.name != "settings.py"
    ]
    assert not silenced, "\n".join(silenced)
