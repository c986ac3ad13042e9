"""The settings all services share; each service's own settings.py extends them.

One prefix, nested by two underscores: `COOP_HOME`, `COOP_NATS__PORT`. A `.env` file is read.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

LOOPBACK = "127.0.0.1"
LOOPBACK_NAMES = ("localhost", LOOPBACK, "::1")


def check_address(text: str) -> str:
    """The text itself if it is an address that a browser can be sent to, or nothing."""
    if text and not ADDRESS.fullmatch(text):
        raise ValueError("must be an address like http://host:port")
    return text


ADDRESS = re.compile(r"https?://[^\s/?#]+(?:/[^\s?#]*)?")
Port = Annotated[int, Field(ge=0, le=65535)]
Address = Annotated[str, AfterValidator(check_address)]


class OpsSettings(BaseModel):
    """Health, readiness and metrics of one process; port 0 takes a free one."""

    ops_port: Port = 0


class NatsSettings(BaseModel):
    """The bus. With `url` empty the address is the embedded server's."""

    port: Port = 4222
    url: str = ""


class KratosSettings(BaseModel):
    """Ory Kratos: the public API is for web, the admin API for accounts."""

    public_port: Port = 4433
    admin_port: Port = 4434
    public_url: Address = ""
    admin_url: Address = ""
    binary: str = ""
    timeout_seconds: float = 5.0


class WebSettings(OpsSettings):
    """The edge, as others must know it."""

    port: Port = 8080
    public_url: Address = "http://localhost:8080"


class StorageSettings(OpsSettings):
    """The data door, as others must know it; `avatar_bytes` is what a picture sent may have.

    With `tls_cert` the door speaks TLS, and the services of its machine come in by `near_port`.

    `private_connections`: whether buckets that accounts bring may be in a private network and
    without TLS. For laptops and tests: elsewhere, accounts could have us ask our neighbours.
    """

    port: Port = 9000
    near_port: Port = 0
    tls_cert: str = ""
    tls_key: str = ""
    public_url: Address = f"http://{LOOPBACK}:9000"
    url: Address = ""
    processes: int = Field(default=1, ge=1, le=64)
    avatar_bytes: int = Field(default=8_000_000, ge=1024)
    private_connections: bool = False


class AccountsSettings(OpsSettings):
    """How long things of accounts last, as others must know it to tell people.

    `deletion_days`: how long the deletion of an account can be cancelled.
    `name_rest_days`: how long the name of a deleted account is given to nobody.
    """

    deletion_days: float = Field(default=7.0, ge=0, le=365)
    name_rest_days: int = Field(default=90, ge=0, le=3650)


class RepositoriesSettings(OpsSettings):
    """How long things of repositories last, as others must know it to tell people.

    `name_rest_days`: how long a name that was given up is given to no other.
    `undelete_days`: how long a deleted repository can be had back.
    """

    name_rest_days: int = Field(default=90, ge=0)
    undelete_days: int = Field(default=30, ge=0)


class SendingSettings(BaseModel):
    """How mail is sent, by Kratos and by accounts; with `smtp_url` empty none is."""

    smtp_url: str = ""
    sender: str = "coop@localhost"


class TablesSettings(BaseModel):
    """Where records are kept: one SQLite file a service, or DynamoDB tables."""

    backend: Literal["sqlite", "dynamodb"] = "sqlite"
    endpoint_url: str = ""
    region: str = "us-east-1"
    prefix: str = "coop-"
    access_key_id: str = ""
    secret_access_key: str = ""
    create: bool = True


class LogSettings(BaseModel):
    """`auto` writes for people on a terminal and JSON lines elsewhere."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "json", "pretty"] = "auto"


class Settings(BaseSettings):
    """What any process of the platform may need to know."""

    model_config = SettingsConfigDict(
        env_prefix="COOP_", env_nested_delimiter="__", env_file=".env", extra="ignore"
    )

    home: Path = Path("var")
    listen: str = LOOPBACK
    idempotency_hours: float = Field(default=24.0, gt=0, le=24 * 365)
    nats: NatsSettings = Field(default_factory=NatsSettings)
    kratos: KratosSettings = Field(default_factory=KratosSettings)
    web: WebSettings = Field(default_factory=WebSettings)
    storage: StorageSettings = Field(default_factory=StorageSettings)
    tables: TablesSettings = Field(default_factory=TablesSettings)
    log: LogSettings = Field(default_factory=LogSettings)
    accounts: AccountsSettings = Field(default_factory=AccountsSettings)
    repositories: RepositoriesSettings = Field(default_factory=RepositoriesSettings)
    indexer: OpsSettings = Field(default_factory=OpsSettings)

    @property
    def answers_kept_for(self) -> timedelta:
        """How long a creation that is asked for again is answered as it was the first time."""
        return timedelta(hours=self.idempotency_hours)

    @property
    def nats_url(self) -> str:
        """Where the bus is."""
        return self.nats.url or f"nats://{LOOPBACK}:{self.nats.port}"

    @property
    def storage_url(self) -> str:
        """Where this host reaches the data door; the public address may lead round a proxy."""
        return self.storage.url or f"http://{LOOPBACK}:{self.storage.port}"

    @property
    def kratos_public_url(self) -> str:
        """Kratos' public API as web reaches it."""
        return self.kratos.public_url or f"http://{LOOPBACK}:{self.kratos.public_port}"

    @property
    def kratos_admin_url(self) -> str:
        """Kratos' admin API as accounts reaches it."""
        return self.kratos.admin_url or f"http://{LOOPBACK}:{self.kratos.admin_port}"
