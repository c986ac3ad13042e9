"""What the indexer reads from the environment, beside what all services do."""

from pydantic import BaseModel, Field

from shared.contracts.indexer import LARGEST_ITEM
from shared.settings import OpsSettings, Settings


class BudgetSettings(BaseModel):
    """What one file may cost, and how many are read at once.

    `seconds` covers a file's whole stay, fetches included.
    """

    workers: int = Field(default=2, ge=1)
    max_requests: int = Field(default=8, ge=1)
    max_bytes: int = Field(default=32 * 1024 * 1024, ge=64 * 1024)
    seconds: float = 20.0
    parses_per_worker: int = 1000


class SandboxSettings(BudgetSettings):
    """Of files that are indexed; and of every process that reads files.

    `parse_seconds` is for one run of a parser. A store of arrays may be told of in many files.
    """

    max_requests: int = Field(default=16, ge=1)
    parse_seconds: float = 3.0
    memory_bytes: int = 2 * 1024 * 1024 * 1024


class PreviewSettings(BudgetSettings):
    """Of files that somebody looks at: rows lie further apart than headers, and nobody waits."""

    workers: int = Field(default=1, ge=1)
    max_requests: int = Field(default=48, ge=1)
    max_bytes: int = Field(default=16 * 1024 * 1024, ge=64 * 1024)
    seconds: float = 4.0


class SearchSettings(BaseModel):
    """What one call of a search may cost.

    After `max_rows` rows of the index or items, `max_waves` rounds of reading the index, or
    `max_seconds`, a page ends short; to sort by anything but time, all must be looked at, and more
    than `max_sorted` are refused. A filter has so many terms, and so many levels.
    """

    max_rows: int = Field(default=20_000, ge=1)
    max_waves: int = Field(default=20, ge=1)
    max_sorted: int = Field(default=20_000, ge=1)
    max_seconds: float = Field(default=2.0, gt=0)
    max_filter_terms: int = Field(default=2_000, ge=1)
    max_filter_depth: int = Field(default=64, ge=1)


class WordsSettings(BaseModel):
    """What a search by words may cost.

    After `max_seconds` in a step (finding, passages), its wait for others included, it is
    refused. Of more than `max_ranked` repositories the newest are ranked, and the newest of those
    that have the words in titles, names or tags.
    """

    max_seconds: float = Field(default=0.5, gt=0)
    max_ranked: int = Field(default=2_000, ge=1)


class StacSettings(BaseModel):
    """What STAC that people upload may be: what is more than this is not listed, and told why.

    `max_items` in one file, `max_item_bytes` and `max_depth` of one item.
    """

    max_items: int = Field(default=10_000, ge=1)
    max_item_bytes: int = Field(default=64 * 1024, ge=1024, le=LARGEST_ITEM)
    max_depth: int = Field(default=64, ge=8, le=200)


class MirrorSettings(BaseModel):
    """Of tables of all items of a collection (`items.parquet`), made in the background.

    One is made anew `lag_seconds` after the first change that it lacks, and not before nine times
    as long has passed as the last took. Of more than `max_items` there is none.
    """

    lag_seconds: float = Field(default=60.0, gt=0)
    max_items: int = Field(default=1_000_000, ge=0)


class IndexerSettings(OpsSettings):
    """`COOP_INDEXER__...`."""

    sandbox: SandboxSettings = Field(default_factory=SandboxSettings)
    previews: PreviewSettings = Field(default_factory=PreviewSettings)
    search: SearchSettings = Field(default_factory=SearchSettings)
    words: WordsSettings = Field(default_factory=WordsSettings)
    stac: StacSettings = Field(default_factory=StacSettings)
    mirrors: MirrorSettings = Field(default_factory=MirrorSettings)


class ServiceSettings(Settings):
    """The settings of an indexer process."""

    indexer: IndexerSettings = Field(default_factory=IndexerSettings)
