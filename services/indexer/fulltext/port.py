"""What operations ask of full text search, whatever is behind it."""

from collections.abc import Sequence
from typing import Protocol

from services.indexer.models.texts import Begun, Document, Match, Order, Piece, Question
from shared.policy import RepositoryResource

# Of a question's matches the best so many are looked at, counted and shown.
MOST_MATCHES = 1000


class FullText(Protocol):
    """Documents by the uid of their repository. Raises Unavailable where it cannot be used."""

    async def put(self, document: Document) -> None:
        """Keep it, unless a newer version of the repository is known."""

    async def allow(self, resource: RepositoryResource, version: int) -> None:
        """What decides who sees it is now so; nothing where no document is kept."""

    async def remove(self, repository_uid: str) -> None:
        """Forget it."""

    async def stamps(self) -> dict[str, str]:
        """Of all documents, by uid."""

    async def owned_by(self, account_uid: str) -> list[str]:
        """The uids of an account's repositories."""

    async def find(self, question: Question) -> list[Match]:
        """The best matches, at most MOST_MATCHES."""

    async def page(self, question: Question, order: Order, most: int) -> list[Match]:
        """Some matches in their order, as many as asked for while there are more."""

    async def passages(self, texts: Sequence[str], rows: Sequence[int]) -> dict[str, list[Piece]]:
        """Where the words stand in these matches, by uid."""

    async def standing(self, word: str, question: Question) -> str:
        """The word, or the most used one that is a slip from it, if it stands in what is found.

        What is found by a question without texts; empty where there is none.
        """

    async def begun(self, text: str, question: Question) -> list[Begun]:
        """Accounts and tags that begin so, of what a question without texts finds."""

    async def close(self) -> None:
        """Let go of it."""
