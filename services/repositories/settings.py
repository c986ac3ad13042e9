"""What repositories reads from the environment, beside what all services share."""

from pydantic import BaseModel, Field

from shared.settings import RepositoriesSettings as SharedRepositoriesSettings
from shared.settings import Settings


class Limits(BaseModel):
    """How much a repository may say of itself; a message carries more (shared.contracts)."""

    title_length: int = Field(default=200, ge=1, le=500)
    description_length: int = Field(default=2000, ge=0, le=10_000)
    tags: int = Field(default=20, ge=0, le=200)
    tag_length: int = Field(default=50, ge=1, le=100)
    links: int = Field(default=20, ge=0, le=200)
    authors: int = Field(default=200, ge=0, le=1000)


class RepositoriesSettings(SharedRepositoriesSettings):
    """`purge_seconds`: how often a process looks for what is to be purged.

    A share link ends after `share_days` at the latest; a repository has `share_links` open ones.
    """

    offer_days: int = Field(default=14, ge=1)
    share_days: int = Field(default=90, ge=1, le=3650)
    share_links: int = Field(default=100, ge=1, le=500)
    purge_seconds: float = Field(default=60.0, gt=0)
    limits: Limits = Field(default_factory=Limits)


class ServiceSettings(Settings):
    """The settings of a repositories process."""

    repositories: RepositoriesSettings = Field(default_factory=RepositoriesSettings)
