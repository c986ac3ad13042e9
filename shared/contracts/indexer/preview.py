"""What a file shows of itself, before it is downloaded."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.contracts.indexer.indexer import IndexerRequest

MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 20, 20, 30
LONGEST_SIDE = 1000
Cell = Annotated[str, Field(max_length=200)]
Row = Annotated[list[Cell], Field(max_length=MOST_COLUMNS)]


class PreviewPart(BaseModel):
    """A table of cells, a text, or a picture: WebP as base64, so many pixels wide and high.

    `note` says of what it is the beginning, empty for all of it. A stranger wrote all of it:
    Markdown too is to be made safe by whoever shows it.
    """

    kind: Literal["table", "text", "markdown", "picture"]
    title: Cell = ""
    text: str = Field(default="", max_length=10_000)
    columns: Row = Field(default_factory=list)
    rows: list[Row] = Field(default_factory=list, max_length=MOST_ROWS)
    note: Cell = ""
    data: str = Field(default="", max_length=600_000)
    width: int = Field(default=0, ge=0, le=LONGEST_SIDE)
    height: int = Field(default=0, ge=0, le=LONGEST_SIDE)


class FilePreview(BaseModel):
    """One part after the other; without any, `reason` says why, or is empty: there are none."""

    parts: list[PreviewPart] = Field(default_factory=list, max_length=MOST_PARTS)
    reason: str = ""


class GetPreview(IndexerRequest[FilePreview]):
    """The first rows of a file, how its text begins, or a picture of it, made at this moment.

    Unavailable where too many are being read.
    """

    account_id: str
    repository_id: str
    key: str
