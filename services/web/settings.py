"""What the edge reads from the environment, beside what all services share."""

from pydantic import Field

from shared.settings import Settings, WebSettings


class EdgeSettings(WebSettings):
    """`live_connections` bounds the open event streams of one process, `live_per_address` those of
    one client address: both against whoever opens streams and never reads them."""

    live_connections: int = Field(default=1000, ge=1)
    live_per_address: int = Field(default=32, ge=1)


class ServiceSettings(Settings):
    """The settings of a web process."""

    web: EdgeSettings = Field(default_factory=EdgeSettings)
