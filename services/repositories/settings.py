"""What repositories reads from the environment, beside what all services share."""

from pydantic import Field

from shared.settings import OpsSettings, Settings


class RepositoriesSettings(OpsSettings):
    """`name_rest_days`: how long the name of a deleted repository is given to no other."""

    name_rest_days: int = Field(default=90, ge=0)


class ServiceSettings(Settings):
    """The settings of a repositories process."""

    repositories: RepositoriesSettings = Field(default_factory=RepositoriesSettings)
