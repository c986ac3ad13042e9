"""All that is kept of a person, for that person: made in the background, kept for a few days."""

from datetime import datetime

from pydantic import BaseModel, Field

from shared.contracts.accounts.roles import AccountsRequest
from shared.contracts.base import Creation, Snapshot


class Export(Snapshot):
    """An export: some sections are done of those there are; ready once all are."""

    export_uid: str
    account_uid: str
    account_id: str
    sections_done: int = 0
    sections: int
    documents: list[str] = Field(default_factory=list, description="their names, as in the archive")
    created_at: datetime
    ready_at: datetime | None = None
    expires_at: datetime


class ExportDocument(BaseModel):
    """One document of an export: JSON as text."""

    name: str
    content: str


class StartExport(AccountsRequest[Export], Creation):
    """Of who asks. One that is being made already is told instead. Forbidden to limited keys."""


class GetExport(AccountsRequest[Export]):
    """The last one of who asks; NotFound where there is none, or no more."""


class GetExportDocument(AccountsRequest[ExportDocument]):
    """For the person whose it is alone; NotFound until all is ready."""

    export_uid: str
    name: str
