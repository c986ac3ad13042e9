"""Events as CloudEvents 1.0 in structured JSON, and the NATS subjects they are published on.

A subject is `<root>.<owner>.<account>.<repository>.<event>`; tokens are escaped so that no name can
add a level or a wildcard, and `-` stands where a level does not apply.
"""

import re
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

CONTENT_TYPE = "application/cloudevents+json"
PUBLIC_ROOT = "coop.v1"
PRIVATE_ROOT = "coop.private.v1"
NOT_PLAIN = re.compile(rb"[^A-Za-z0-9_-]")


def token(text: str) -> str:
    """One subject token: bytes outside [A-Za-z0-9_-] as `=HH`, empty as `=`. Injective."""
    raw = text.encode()
    if not raw:
        return "="
    return NOT_PLAIN.sub(lambda match: b"=%02X" % ord(match[0]), raw).decode()


class EventData(BaseModel):
    """What happened, with the whole aggregate as it is now; subclasses are named in the past tense.

    `account_id` and `repository_id` make the subject; an event above their level leaves them `-`.
    """

    model_config = ConfigDict(frozen=True)

    owner: ClassVar[str]
    event: ClassVar[str]
    root: ClassVar[str] = PUBLIC_ROOT

    @property
    def place(self) -> tuple[str, str]:
        """The account and repository levels of the subject."""
        return getattr(self, "account_id", "-"), getattr(self, "repository_id", "-")

    @property
    def nats_subject(self) -> str:
        """Where this event is published."""
        account, repository = self.place
        return f"{self.root}.{self.owner}.{token(account)}.{token(repository)}.{self.event}"

    @classmethod
    def type_name(cls) -> str:
        """The CloudEvents type; a new meaning gets a new suffix, never a changed field."""
        return f"coop.{cls.owner}.{cls.event}.v1"


Data = TypeVar("Data", bound=EventData)


class Event(BaseModel, Generic[Data]):
    """The envelope. `id` is `<aggregate>:<version>`, so a retry can be seen as a double.

    `sequence` is the aggregate's version, a string since CloudEvents integers have 32 bits.
    `actor` is an opaque uid, resolved to a name when it is read.
    """

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime = Field(default_factory=lambda: datetime.now(UTC))
    datacontenttype: str = "application/json"
    dataschema: str = ""
    sequence: str
    actor: str = ""
    correlationid: str = ""
    data: Data

    @property
    def version(self) -> int:
        """The aggregate's version: a later one replaces an earlier one."""
        return int(self.sequence)


def envelop(
    data: Data, *, aggregate: str, version: int, actor: str = "", correlation: str = ""
) -> Event[Data]:
    """The event that says `data` of this aggregate, in its own version."""
    account, repository = data.place
    return Event[Data](
        id=f"{aggregate}:{version}",
        source=f"/coop/{data.owner}",
        type=data.type_name(),
        subject="/".join(level for level in (account, repository) if level != "-"),
        dataschema=f"urn:coop:schema:{data.type_name()}",
        sequence=str(version),
        actor=actor,
        correlationid=correlation,
        data=data,
    )
