"""The data folder: it can be used, it is ours alone, and its key file has not been lost."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.supervisor.refusal import StartRefused
from shared.topology import SERVICES

SEALED = ("accounts", "kratos", "nats")
OURS = ("", "lock", "key", "logs", "kratos", "nats", *SERVICES)
RESTORING = ".restoring"


@contextmanager
def own_folder(home: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees however we end. Raises StartRefused."""
    _make(home)
    _refuse_closed(home)
    descriptor = _open_lock(home)
    try:
        _lock(home, descriptor)
        _refuse_lost_key(home)
        _refuse_half_restored(home)
        yield
    finally:
        os.close(descriptor)


def _make(home: Path) -> None:
    try:
        # Databases and bytes in it are no affair of others on the machine.
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StartRefused(
            f"The data folder {home} cannot be made ({error.strerror}); set COOP_HOME to another."
        ) from error


def _refuse_closed(home: Path) -> None:
    """As where somebody else has started it here before."""
    for path in (home / name for name in OURS):
        if path.exists() and not _is_open(path):
            raise StartRefused(
                f"The data folder {home} cannot be used, as {path} cannot be read and written; "
                "give it to who starts the platform, or set COOP_HOME to another."
            )


def _is_open(path: Path) -> bool:
    return os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0))


def _open_lock(home: Path) -> int:
    try:
        return os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StartRefused(
            f"The data folder {home} cannot be written ({error.strerror}); set COOP_HOME to "
            "another."
        ) from error


def _lock(home: Path, descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        owner = os.pread(descriptor, 32, 0).decode().strip() or "unknown"
        raise StartRefused(
            f"The platform already runs on the data folder {home} (process {owner}); stop it, or "
            "set COOP_HOME to another folder."
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)


def _refuse_lost_key(home: Path) -> None:
    if not (home / "key").exists() and any((home / name).exists() for name in SEALED):
        raise StartRefused(
            f"The key file {home / 'key'} is gone and what is sealed in {home} cannot be opened "
            "without it; put its backup back, or set COOP_HOME to a new folder."
        )


def _refuse_half_restored(home: Path) -> None:
    if (home / RESTORING).exists():
        raise StartRefused(
            f"A restore into the data folder {home} was begun and not finished: remove all of it, "
            "and what it put into a bucket, and run it again."
        )
