"""A bar on the terminal while bytes move."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    DownloadColumn(binary_units=True),
    TransferSpeedColumn(),
    TimeRemainingColumn(),
)


class Bar:
    """All bytes of a command together; on the standard error, so that the answer stays clean."""

    def __init__(self, *, is_shown: bool) -> None:
        self._progress = Progress(*COLUMNS, console=Console(stderr=True), disable=not is_shown)
        self._task = self._progress.add_task("", total=0)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def expect(self, size: int) -> None:
        """So many bytes more are to come."""
        total = self._progress.tasks[0].total or 0
        self._progress.update(self._task, total=total + size)

    def advance(self, size: int) -> None:
        """So many bytes are done."""
        self._progress.advance(self._task, size)
