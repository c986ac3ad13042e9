"""How much a reply on the bus holds: pages of documents end where there is no room for more."""

from collections.abc import Mapping
from typing import Any

import orjson

MOST_BYTES = 768 * 1024


class Room:
    """What is left of one reply."""

    def __init__(self) -> None:
        self._size = 0

    def takes(self, document: Mapping[str, Any]) -> bool:
        """Whether there is room for this one too; for the first there always is."""
        return self.holds(len(orjson.dumps(document)))

    def holds(self, size: int) -> bool:
        """The same of so many bytes."""
        is_first = not self._size
        self._size += size
        return is_first or self._size <= MOST_BYTES


def fitting(documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first of these, as many as there is room for."""
    room = Room()
    for number, document in enumerate(documents):
        if not room.takes(document):
            return documents[:number]
    return documents
