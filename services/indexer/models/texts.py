"""What full text search knows of a repository, what it is asked, and what it finds."""

from dataclasses import dataclass
from typing import NamedTuple

from shared.policy import RepositoryResource


@dataclass(frozen=True, slots=True)
class Document:
    """A repository in words. `stamp` tells one state of what it was made of from another.

    `facets` are pairs of one of the contract's FACETS and a value; `updated` sorts as the times do.
    """

    resource: RepositoryResource
    version: int
    stamp: str
    updated: str
    title: str
    names: str = ""
    tags: str = ""
    columns: str = ""
    description: str = ""
    readme: str = ""
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """All words and all facets must fit. Without words it is a list, newest first.

    `beside_public`: the uids of owners and repositories to look at beside what is public; None
    looks at everything. It only spares work: who may see what is found is decided by who asks.
    """

    words: str = ""
    facets: tuple[tuple[str, str], ...] = ()
    beside_public: frozenset[str] | None = frozenset()


class Match(NamedTuple):
    """A repository that fits, best first; `row` is its place in the index.

    `facets` are as JSON, each with its kind and a colon before it.
    """

    row: int
    resource: RepositoryResource
    facets: str = "[]"


class Piece(NamedTuple):
    """A piece of a text, and whether it is one of the words that were asked for."""

    text: str
    is_found: bool
