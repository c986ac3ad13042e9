"""What a search looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from services.indexer.models.places import Place
from services.indexer.models.written import Written, written
from services.indexer.stac.items import Document, located
from services.indexer.stac.names import collection_id
from shared.contracts.indexer import Feature
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

    def found(self, place: Place) -> "Found":
        """What is there is to be told."""
        return Found(place, self.repository, self.item_id, written(self.item or {}))


@dataclass(frozen=True, slots=True)
class Found:
    """An item that is to be told, and the place after it."""

    place: Place
    repository: Repository
    item_id: str
    written: Written

    def item(self) -> dict[str, Any]:
        """It, in its collection."""
        return self.written.read() | {"collection": id_of(self.repository)}

    def document(self, data_url: str) -> Document:
        """As it is told, without links."""
        names = (self.repository.account_id, self.repository.repository_id)
        return located(self.written.read(), *names, data_url)

    def feature(self) -> Feature:
        """What is told of it beside its texts."""
        outline = self.written.outline
        return Feature(id_of(self.repository), self.item_id, outline.format, outline.key)

    def lines(self, data_url: str) -> tuple[bytes, bytes]:
        """The same as two texts, between which go its collection and its links."""
        base = f"{data_url}/{self.repository.full_name}/"
        before, after = self.written.told(base)
        return before.encode(), after.encode()


def id_of(repository: Repository) -> str:
    """Of its collection."""
    return collection_id(repository.account_id, repository.repository_id)
