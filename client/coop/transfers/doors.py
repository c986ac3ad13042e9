"""What a transfer works with: the data door, its workers, and who is told how far it is."""

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

from coop.errors import CoopError, SomeFailed

Outcome = TypeVar("Outcome")


class Progress(Protocol):
    """Who is told how far it is; called from several threads."""

    def expect(self, size: int) -> None:
        """So many bytes more are to come."""

    def advance(self, size: int) -> None:
        """So many bytes are done."""


class Silent:
    """Tells nobody."""

    def expect(self, size: int) -> None:
        """Nothing."""

    def advance(self, size: int) -> None:
        """Nothing."""


@dataclass(frozen=True)
class Door:
    """`files` run one file each, `pieces` one part each: a file may wait for its parts."""

    s3: Any
    files: ThreadPoolExecutor
    pieces: ThreadPoolExecutor
    journals: Path
    progress: Progress

    def close(self) -> None:
        """Begin nothing more, and wait for what has begun."""
        # Pieces first: a file that waits for its pieces would have all of them sent.
        self.pieces.shutdown(cancel_futures=True)
        self.files.shutdown(cancel_futures=True)
        self.s3.close()


def all_of(several: Iterable[Future[Outcome]]) -> list[Outcome]:
    """What they return, in order; on a failure the rest is called off and it is raised.

    Nothing runs any more afterwards. Not by `concurrent.futures.wait`, which never hears of what a
    pool called off when it was shut down.
    """
    futures = list(several)
    try:
        return [future.result() for future in futures]
    finally:
        for future in futures:
            future.cancel()
        for future in futures:
            if not future.cancelled():
                future.exception()


def as_many_as_can(named: Iterable[tuple[str, Future[Outcome]]]) -> list[Outcome]:
    """What they return, in order; SomeFailed where some do not, once all are done.

    A single one that fails is raised as it is.
    """
    done: list[Outcome] = []
    failures: list[tuple[str, CoopError]] = []
    for name, future in named:
        try:
            done.append(future.result())
        except CoopError as error:
            failures.append((name, error))
        except OSError as error:
            failures.append((name, CoopError(f"{name}: {error.strerror or error}.")))
    if failures and len(failures) + len(done) == 1:
        raise failures[0][1]
    if failures:
        raise SomeFailed(failures, done)
    return done
