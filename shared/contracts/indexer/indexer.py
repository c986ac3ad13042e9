"""What indexer answers and announces."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, FiniteFloat

from shared.cloudevents import EventData
from shared.contracts.base import Listed, Reply, Request, Snapshot

# Longer than any id of an item or a collection.
Name = Annotated[str, Field(max_length=256)]
FileStatus = Literal["pending", "indexed", "described", "failed"]


class Fact(BaseModel):
    """One line of a file's page: `Dimensions` / `5,040 × 3,000, 1 band`."""

    name: str
    value: str


class FactGroup(BaseModel):
    """Facts under one heading, such as `Raster` or `Columns`."""

    title: str
    facts: list[Fact]


class FileMetadata(Snapshot):
    """What is known of one object. `version` is the object's.

    `summary` says what it is in a scientist's words; `verdicts` are badges such as `Valid COG`;
    `reason` says why `status` is `failed`; `bbox` is WGS84, west > east across the antimeridian.
    `footprint` is a GeoJSON geometry. `item_id` is set when there is a STAC item.
    `parts` are the keys of other objects that are one thing with it, such as the table of a
    Shapefile. Of one of these, `part_of` is the key of the object that stands for all of them, and
    `item_id` is that one's.
    """

    repository_uid: str
    account_id: str
    repository_id: str
    object_uid: str
    key: str
    size: int
    etag: str
    checksums: dict[str, str] = Field(default_factory=dict)
    last_modified: datetime
    created_by: str = ""
    status: FileStatus = "pending"
    reason: str = ""
    media_type: str = ""
    format: str = ""
    summary: str = ""
    verdicts: list[str] = Field(default_factory=list)
    groups: list[FactGroup] = Field(default_factory=list)
    bbox: list[float] | None = None
    footprint: dict[str, Any] | None = None
    item_id: str = ""
    parts: list[str] = Field(default_factory=list)
    part_of: str = ""


class DirectoryEntry(BaseModel):
    """One line of a listing: a file, or a directory with the sums of all below it.

    `name` is the last segment (a directory's ends in `/`); `key` is whole. `item_id` is set when a
    file has a STAC item. `is_list` is a file that holds a list of them (see ListItems).
    """

    name: str
    key: str
    is_directory: bool
    is_list: bool = False
    size: int
    files: int = 1
    changed_at: datetime
    status: FileStatus = "indexed"
    summary: str = ""
    format: str = ""
    item_id: str = ""
    pending: int = 0


class Directory(BaseModel):
    """One page of a directory, and the sums of all below it."""

    prefix: str
    entries: list[DirectoryEntry]
    files: int
    size: int
    cursor: str | None = None


class RepositorySummary(BaseModel):
    """A repository in figures: for its page's side and for lists."""

    repository_uid: str
    account_id: str
    repository_id: str
    files: int = 0
    size: int = 0
    items: int = 0
    formats: dict[str, int] = Field(default_factory=dict)
    bbox: list[float] | None = None
    footprints: list[list[float]] = Field(default_factory=list)
    start: datetime | None = None
    end: datetime | None = None
    changed_at: datetime | None = None


class SummaryPage(BaseModel):
    """Summaries in the order asked for; a repository one may not see is left out."""

    summaries: list[RepositorySummary]


class StacDocument(BaseModel):
    """A STAC catalog, collection or item without links: web adds those of its own address."""

    document: dict[str, Any]


class StacPage(BaseModel):
    """Some STAC documents, and where to go on."""

    documents: list[dict[str, Any]]
    cursor: str | None = None
    matched: int | None = None


class IndexerRequest(Request[Reply]):
    """Answered by indexer; NotFound also where who asks may not read the repository."""

    owner: ClassVar[str] = "indexer"


class GetFile(IndexerRequest[FileMetadata]):
    """What is known of one object."""

    account_id: str
    repository_id: str
    key: str


class ListDirectory(IndexerRequest[Directory], Listed):
    """The entries of one directory by name, directories and files together."""

    account_id: str
    repository_id: str
    prefix: str = ""


class GetSummaries(IndexerRequest[SummaryPage]):
    """The figures of some repositories, by their uids."""

    repository_uids: list[str] = Field(max_length=100)


class ListCollections(IndexerRequest[StacPage], Listed):
    """The collections who asks may list, by id; of one account where it is given."""

    account_id: str = ""


class ListCatalogs(IndexerRequest[StacPage], Listed):
    """The accounts that have collections who asks may list, as catalogs, by id."""


class GetCollection(IndexerRequest[StacDocument]):
    """One collection, by `{account}--{repository}`."""

    collection_id: str


class ListItems(IndexerRequest[StacPage], Listed):
    """The items of one collection, by id; with a `key` those of the list that this object holds."""

    collection_id: str
    key: str = ""


class GetItem(IndexerRequest[StacDocument]):
    """One item of a collection."""

    collection_id: str
    item_id: str


class SortField(BaseModel):
    """One thing to sort by: `datetime`, `properties.title`, `id`."""

    model_config = ConfigDict(frozen=True)

    field: Name
    descending: bool = False


def _is_box(bbox: list[float]) -> list[float]:
    if len(bbox) not in {4, 6}:
        raise ValueError("must have 4 or 6 numbers")
    if bbox[1] > bbox[len(bbox) // 2 + 1]:
        raise ValueError("has its south above its north")
    return bbox


Box = Annotated[list[FiniteFloat], AfterValidator(_is_box)]


class ItemFilter(BaseModel):
    """Which items are meant, of the collections that who asks may read.

    Without `collections` it is those that may be listed; one that may not be read is as if it were
    not there. What is empty or None leaves nothing out. `bbox` is west, south, east, north in
    degrees of WGS84, or the same with heights, which nothing is compared to; west > east over the
    antimeridian. `intersects` is a GeoJSON geometry. From `start` to `end` is closed, and open
    where one is None. `filter` is an expression of CQL2 as JSON.
    """

    collections: list[Name] = Field(default_factory=list, max_length=100)
    ids: list[Name] = Field(default_factory=list, max_length=1000)
    bbox: Box | None = None
    intersects: dict[str, Any] | None = None
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    filter: dict[str, Any] | bool | None = None

    @property
    def is_of_all(self) -> bool:
        """Whether all items of these collections are meant."""
        looked = (self.ids, self.bbox, self.intersects, self.start, self.end)
        return not any(looked) and self.filter is None


class ItemQuery(ItemFilter, Listed):
    """Which items, and in which order: what SearchItems says, for all who ask for them."""

    sort: list[SortField] = Field(default_factory=list, max_length=4)


class SearchItems(ItemQuery, IndexerRequest[StacPage]):
    """Items, the newest first; or in the order of `sort`, then of their collection and id.

    A page may be short and have a cursor: then the work of one call was done. A cursor goes on in
    the same search alone. What has no property to sort by comes last. Invalid where more would have
    to be sorted than one call looks at. In the order of time, which is that of their starts, no
    number is too large; of one moment, items are in the order of their repositories' uids and their
    ids. Those of `ids` come by their collection's id, then their own.
    """


class FileEvent(EventData):
    """Something became known of an object."""

    owner: ClassVar[str] = "indexer"

    account_id: str
    repository_id: str
    file: FileMetadata


class ItemIndexed(FileEvent):
    """The object has a STAC item, new or renewed."""

    event: ClassVar[str] = "item_indexed"

    collection_id: str
    item_id: str


class ItemFailed(FileEvent):
    """The object could not be understood; `file.reason` says why."""

    event: ClassVar[str] = "item_failed"


class FileDescribed(FileEvent):
    """The object is known, and is of a kind that makes no item."""

    event: ClassVar[str] = "file_described"


class FileRemoved(FileEvent):
    """The object, its metadata and its item are gone."""

    event: ClassVar[str] = "file_removed"
