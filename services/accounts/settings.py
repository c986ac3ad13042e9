"""What accounts reads from the environment, beside what all services share."""

from pydantic import Field

from shared.settings import OpsSettings, SendingSettings, Settings


class AccountsSettings(OpsSettings):
    """`heartbeat_seconds`: how often others are told that this service lives.

    `export_days`: how long an export of a person's own data is kept, from when it was asked for.
    `reconcile_hours`: how often all identities are read, in case a call of Kratos' was lost.
    """

    heartbeat_seconds: float = Field(default=10.0, gt=0)
    export_days: int = Field(default=7, ge=1, le=365)
    reconcile_hours: float = Field(default=24.0, gt=0)


class ServiceSettings(Settings):
    """The settings of an accounts process."""

    accounts: AccountsSettings = Field(default_factory=AccountsSettings)
    mail: SendingSettings = Field(default_factory=SendingSettings)
