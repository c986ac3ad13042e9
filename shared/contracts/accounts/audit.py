"""The audit trail of an account: what was done to rights in it and to its repositories, chained."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.accounts.roles import AccountsRequest
from shared.contracts.base import Actor, Listed


class AuditEntry(BaseModel):
    """One thing that was done. `hash` is of all else in it, the hash of the one before included.

    SHA-256 in hex, of the entry without `hash` as JSON with sorted keys and no blanks; the first
    entry has the sequence 1 and an empty `previous_hash`.
    """

    model_config = ConfigDict(frozen=True)

    account_uid: str
    sequence: int
    at: datetime
    actor: Actor
    action: str
    subject: str
    details: dict[str, str] = Field(default_factory=dict)
    reason: str = ""
    correlation_id: str = ""
    previous_hash: str = ""
    hash: str = ""


class AuditPage(BaseModel):
    """Some entries, and where to go on."""

    entries: list[AuditEntry]
    cursor: str | None = None


class ListAuditEntries(AccountsRequest[AuditPage], Listed):
    """An account's trail for its owners and maintainers, newest first unless it is to be kept."""

    account_uid: str
    oldest_first: bool = False
