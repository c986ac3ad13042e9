"""What accounts reads from the environment, beside what all services share."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from pydantic import Field

from shared.settings import AccountsSettings as SharedAccountsSettings
from shared.settings import SendingSettings, Settings

WELL_KNOWN = "https://{domain}/.well-known/coop-verification.txt"


@dataclass(frozen=True, slots=True)
class AskTerms:
    """How many requests for access one may have open, how long each is and lasts."""

    open: int
    characters: int
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """How long an export is kept, a deletion can be cancelled, a name is nobody's.

    `looks`: from one look at a domain to the next.
    """

    export: timedelta
    grace: timedelta
    name_rests: timedelta
    looks: timedelta
    asks: AskTerms


class AccountsSettings(SharedAccountsSettings):
    """`heartbeat_seconds`: how often others are told that this service lives.

    `domain_hours`: how often proofs of domains are looked for; `resolver`: a DNS server as
    host:port, empty for the system's; `well_known`: where the file is; `private_domains`: whether
    that may be in a private network, for tests.
    `export_days`: how long an export of a person's own data is kept, from when it was asked for.
    `open_requests`: how many requests for access a person may have open; `request_characters`: how
    long the message of one may be; `request_days`: how long one waits for an answer.
    `reconcile_hours`: how often all identities are read, in case a call of Kratos' was lost.
    """

    heartbeat_seconds: float = Field(default=10.0, gt=0)
    domain_hours: float = Field(default=24.0, gt=0)
    resolver: Annotated[str, Field(pattern=r"^(\S+:\d+)?$")] = ""
    well_known: Annotated[str, Field(pattern=r"\{domain\}")] = WELL_KNOWN
    private_domains: bool = False
    export_days: int = Field(default=7, ge=1, le=365)
    open_requests: int = Field(default=20, ge=1, le=1000)
    request_characters: int = Field(default=1000, ge=0, le=10_000)
    request_days: int = Field(default=30, ge=1, le=365)
    reconcile_hours: float = Field(default=24.0, gt=0)

    @property
    def terms(self) -> Terms:
        """How long things last."""
        return Terms(
            export=timedelta(days=self.export_days),
            grace=timedelta(days=self.deletion_days),
            name_rests=timedelta(days=self.name_rest_days),
            looks=timedelta(hours=self.domain_hours),
            asks=AskTerms(
                open=self.open_requests,
                characters=self.request_characters,
                lifetime=timedelta(days=self.request_days),
            ),
        )


class ServiceSettings(Settings):
    """The settings of an accounts process."""

    accounts: AccountsSettings = Field(default_factory=AccountsSettings)
    mail: SendingSettings = Field(default_factory=SendingSettings)
