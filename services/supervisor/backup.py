"""A backup of the whole platform, and its way back: storage's own command, told what else to take.

What refers to something is copied before it: objects before their repositories, these before their
accounts, these before who signs in. So no copy tells of what another one has not heard of yet.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path

from infra.settings import child_environment
from services.supervisor.folder import own_folder
from shared.lifeline import tied_to_this_process

FILES = (
    "indexer/indexer.db",
    "storage/storage.db",
    "repositories/repositories.db",
    "accounts/accounts.db",
    "kratos/kratos.db",
    "sample.json",
)


def parser() -> ArgumentParser:
    """What can be said here; the rest is for storage."""
    whole = ArgumentParser(prog="python -m services", add_help=False)
    whole.add_argument("verb", choices=("backup", "restore"))
    whole.add_argument("--with-key", action="store_true")
    return whole


def backup_or_restore(home: Path, words: Sequence[str]) -> int:
    """The exit code. Raises StartRefused where a platform runs on what is to be restored."""
    said, rest = parser().parse_known_args(words)
    if said.verb == "backup":
        rest += _with([*FILES, "key"] if said.with_key else FILES, home)
    with own_folder(home) if said.verb == "restore" else nullcontext():
        return _run([sys.executable, "-m", "services.storage", said.verb, *rest], home)


def _run(command: Sequence[str], home: Path) -> int:
    """Ctrl-C comes to both of us, and it is the child that has something to say of it.

    So it has its time to tidy up; the second one ends it where it is.
    """
    child = subprocess.Popen(  # noqa: S603 -- our own program
        command,
        env=child_environment({"COOP_HOME": str(home.resolve())}),
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- no thread runs here
    )
    try:
        with suppress(KeyboardInterrupt):
            return child.wait()
        return child.wait()
    except KeyboardInterrupt:
        child.kill()
        child.wait()
        return 130


def _with(paths: Sequence[str], home: Path) -> list[str]:
    """Of those that are there: Kratos may be somebody else's, and a part may not run here."""
    return [word for path in paths if (home / path).exists() for word in ("--with", path)]
