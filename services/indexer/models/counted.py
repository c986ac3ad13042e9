"""What one object adds to the sums of its repository and its directories."""

from pydantic import BaseModel, ConfigDict, Field

from services.indexer.models.extents import Extent
from services.indexer.models.placed import Placed
from shared.contracts.indexer import FileStatus


class CountedItem(BaseModel):
    """A STAC item, as far as sums go; `code` is that of its projection.

    One that somebody wrote may be nowhere: then `bbox` is empty and it has no extent. `placed` is
    for finding it; those that were counted before there was an index have none.
    """

    model_config = ConfigDict(frozen=True)

    item_id: str
    bbox: list[float]
    extent: Extent | None
    code: str = ""
    media_type: str = ""
    placed: Placed | None = None


class Counted(BaseModel):
    """One object; `changed` is a stamp of models.stamps.

    `collection` is what the uploaded collection of a repository says of it, as JSON.
    """

    model_config = ConfigDict(frozen=True)

    size: int
    changed: str
    status: FileStatus
    format: str = ""
    item: CountedItem | None = None
    collection: str = ""


class Delta(BaseModel):
    """An object's change, to be added to the sums: what it was, and what it is.

    `items_left` and `items_came` are of a list of items in the object, which does not change by it.
    `done` of the directories above it have been told already, counted from the deepest.
    """

    key: str
    left: Counted | None = None
    came: Counted | None = None
    items_left: list[CountedItem] = Field(default_factory=list)
    items_came: list[CountedItem] = Field(default_factory=list)
    done: int = 0

    @property
    def files(self) -> int:
        """How many objects more."""
        return (self.came is not None) - (self.left is not None)

    @property
    def size(self) -> int:
        """How many bytes more."""
        return (self.came.size if self.came else 0) - (self.left.size if self.left else 0)

    @property
    def pending(self) -> int:
        """How many more wait to be read."""
        return _is_pending(self.came) - _is_pending(self.left)


def _is_pending(one: Counted | None) -> bool:
    return one is not None and one.status == "pending"


class Sums(BaseModel):
    """Of all objects below a directory; `changed` is the newest of theirs, empty where none is."""

    model_config = ConfigDict(frozen=True)

    files: int = 0
    size: int = 0
    pending: int = 0
    changed: str = ""


class Holdings(Sums):
    """Of a whole repository: the sums of its root, and what its items add up to.

    `formats`, `codes`, `media_types` and `collections` (what an uploaded one says, as JSON) count
    objects or items; `shown` are the boxes of the first items by id, empty for one that is nowhere.
    What is stale is right but may be too wide: it is computed anew in a quiet moment.
    """

    items: int = 0
    formats: dict[str, int] = Field(default_factory=dict)
    codes: dict[str, int] = Field(default_factory=dict)
    media_types: dict[str, int] = Field(default_factory=dict)
    collections: dict[str, int] = Field(default_factory=dict)
    extent: Extent | None = None
    shown: dict[str, list[float]] = Field(default_factory=dict)
    is_extent_stale: bool = False
    is_shown_stale: bool = False
