"""What only the supervisor of the embedded platform reads, and the environment of its children."""

import os
from pathlib import Path
from typing import Annotated, Literal

from dotenv import dotenv_values
from pydantic import BaseModel, Field, SecretStr, field_validator

from shared.settings import Address, KratosSettings, OpsSettings, SendingSettings, Settings
from shared.topology import SERVICES


class IndexerProcesses(OpsSettings):
    """How many indexer processes share the work."""

    processes: int = Field(default=1, ge=1, le=64)


class Provider(BaseModel):
    """One provider, with PKCE where it says that it can.

    It sends people back to `{web}/.kratos/self-service/methods/oidc/callback/{id}`.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    label: Annotated[str, Field(min_length=1, max_length=60)]
    issuer: Annotated[Address, Field(min_length=1)]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: SecretStr = SecretStr("")
    scope: tuple[str, ...] = ("openid", "email", "profile")


class EmbeddedKratos(KratosSettings):
    """`providers` is a list in JSON of who else may say who somebody is (OpenID Connect)."""

    providers: tuple[Provider, ...] = ()


class MailSettings(SendingSettings):
    """With `smtp_url` empty mail is caught here and read on a page of our own, which lists codes
    that open accounts and is therefore on loopback alone.
    """

    listen: Literal["127.0.0.1", "::1"] = "127.0.0.1"
    port: int = 0
    smtp_port: int = 0


class PlatformSettings(Settings):
    """`services` names the part to start, separated by commas; empty means all five."""

    services: str = ""
    sample: bool = True
    indexer: IndexerProcesses = Field(default_factory=IndexerProcesses)
    kratos: EmbeddedKratos = Field(default_factory=EmbeddedKratos)
    mail: MailSettings = Field(default_factory=MailSettings)

    @field_validator("services")
    @classmethod
    def _known(cls, text: str) -> str:
        unknown = set(_split(text)) - set(SERVICES)
        if unknown:
            raise ValueError(
                f"there is no service {', '.join(sorted(unknown))}; there are {', '.join(SERVICES)}"
            )
        return text

    @property
    def chosen(self) -> tuple[str, ...]:
        """The services to start, in the order of the topology."""
        wanted = _split(self.services) or SERVICES
        return tuple(service for service in SERVICES if service in wanted)


def child_environment(additions: dict[str, str]) -> dict[str, str]:
    """Our own environment with the additions on top."""
    return {**os.environ, **additions}  # noqa: TID251 -- a child inherits what we were given


def take_environment(additions: dict[str, str]) -> None:
    """The same of a process that was forked and not spawned, which calls this itself."""
    os.environ.update(additions)  # noqa: TID251 -- as above


def given_names() -> set[str]:
    """The names of all variables that settings are read from: the environment and `.env`."""
    return {*os.environ, *dotenv_values(".env")}  # noqa: TID251 -- names alone, of all that is set


def cache_folder() -> Path:
    """What is fetched or built once for all checkouts of this person."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "coop"  # noqa: TID251 -- as above


def _split(text: str) -> tuple[str, ...]:
    return tuple(word for word in text.replace(" ", "").split(",") if word)
