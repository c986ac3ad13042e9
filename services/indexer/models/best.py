"""The first few in an order, of any number that are offered."""

from typing import Any, Generic, TypeVar

Thing = TypeVar("Thing")


class Best(Generic[Thing]):
    """Holds twice as many as are wanted at most."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Any, Thing]] = []

    def offer(self, order: tuple[Any, ...], thing: Thing) -> None:
        """Keep it, if it may be one of the first."""
        self._kept.append((order, thing))
        if len(self._kept) >= 2 * self._most:
            self._cut()

    def first(self) -> list[Thing]:
        """Those, in order."""
        self._cut()
        return [thing for _, thing in self._kept]

    def _cut(self) -> None:
        self._kept.sort(key=lambda pair: pair[0])
        del self._kept[self._most :]
