"""What full text search knows of a repository, what it is asked, and what it finds."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from shared.policy import RepositoryResource

Field = Literal["id", "title", "created", "updated"]


@dataclass(frozen=True, slots=True)
class Document:
    """A repository in words. `stamp` tells one state of what it was made of from another.

    `facets` are pairs of one of the contract's FACETS and a value; times are stamps, `first` and
    `last` empty where they are open. `updated` is of what it holds, `modified` of what is said.
    `bbox` is the whole world where nothing says where it is, and `is_located` false.
    """

    resource: RepositoryResource
    version: int
    stamp: str
    updated: str
    title: str
    collection_id: str = ""
    created: str = ""
    modified: str = ""
    bbox: tuple[float, float, float, float] = (-180.0, -90.0, 180.0, 90.0)
    is_located: bool = False
    first: str = ""
    last: str = ""
    names: str = ""
    tags: str = ""
    columns: str = ""
    description: str = ""
    readme: str = ""
    facets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """All words of one of the texts, and all facets, must fit. Without texts all do.

    `spans` are stretches of longitude from west to east, of which one must be met; `start` and
    `end` stamps, empty where they are open. `is_located`: only what says where
    it is, `is_dated` when.

    `is_called`: the words stand in titles, names or tags.

    `beside_public`: the uids of owners and repositories to look at beside what is public; None
    looks at everything. It only spares work: who may see what is found is decided by who asks.
    """

    texts: tuple[str, ...] = ()
    facets: tuple[tuple[str, str], ...] = ()
    spans: tuple[tuple[float, float], ...] = ()
    south: float = -90.0
    north: float = 90.0
    is_located: bool = False
    is_dated: bool = False
    start: str = ""
    end: str = ""
    is_called: bool = False
    beside_public: frozenset[str] | None = frozenset()


@dataclass(frozen=True, slots=True)
class Order:
    """By one of these, and where that is the same by uid; after a `key` and the uid it is of."""

    field: Field = "id"
    is_falling: bool = False
    after: tuple[str, str] | None = None


class Match(NamedTuple):
    """A repository that fits; `row` is its place in the index, `key` what it was ordered by.

    `facets` are as JSON, each with its kind and a colon before it.
    """

    row: int
    resource: RepositoryResource
    facets: str = "[]"
    key: str = ""


class Begun(NamedTuple):
    """A value of a facet, and one of the repositories that have it."""

    kind: str
    value: str
    resource: RepositoryResource


class Piece(NamedTuple):
    """A piece of a text, and whether it is one of the words that were asked for."""

    text: str
    is_found: bool
