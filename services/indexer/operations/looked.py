"""What a search looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.indexer.models.places import Place
from services.indexer.stac.names import collection_id
from shared.contracts.repositories import Repository


@dataclass(frozen=True, slots=True)
class Looked:
    """A place that was looked at, and what is there: nothing at a collection's own."""

    repository: Repository
    item_id: str = ""
    item: dict[str, Any] | None = None

    def place(self, keys: Sequence[Any] = ()) -> Place:
        """After it."""
        return Place(id_of(self.repository), self.item_id, tuple(keys))


Found = tuple[Place, Looked]


def id_of(repository: Repository) -> str:
    """Of its collection."""
    return collection_id(repository.account_id, repository.repository_id)
