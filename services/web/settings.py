"""What the edge reads from the environment, beside what all services share."""

from pydantic import BaseModel, Field, IPvAnyNetwork

from shared.settings import Settings, WebSettings


class ItemsSettings(BaseModel):
    """Of items written through the STAC API: `most` of them in one body of `largest_bytes`.

    An answer waits `wait_seconds` until they are indexed.
    """

    most: int = Field(default=200, ge=1, le=10_000)
    largest_bytes: int = Field(default=4 * 1024 * 1024, ge=1024, le=64 * 1024 * 1024)
    wait_seconds: float = Field(default=3.0, ge=0, le=60)


class EdgeSettings(WebSettings):
    """`live_connections` bounds the open event streams of one process, `live_per_address` those of
    one client address: both against whoever opens streams and never reads them.

    `mail_url` is where mail is read that the embedded platform catches instead of sending it.
    `trusted_proxies` are networks whose `X-Forwarded-For` is believed.

    Against guessing: `tries_per_account` and `tries_per_address` in a row cost nothing, then the
    wait doubles from a second up to `longest_wait_seconds`. What must not tell whether an address
    is known takes a multiple of `even_seconds`. Of IPv6 a whole /64 counts as one address.

    What one access key or one account may ask of the API in a minute is `api_per_caller`, what an
    address may ask without either is `api_per_address`. Both, and tries, are counted by all
    processes of web together; streams are by one.
    """

    live_connections: int = Field(default=1000, ge=1)
    live_per_address: int = Field(default=32, ge=1)
    mail_url: str = ""
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    tries_per_account: int = Field(default=10, ge=1)
    tries_per_address: int = Field(default=50, ge=1)
    longest_wait_seconds: float = Field(default=300.0, gt=0)
    even_seconds: float = Field(default=1.0, ge=0)
    api_per_caller: int = Field(default=12_000, ge=1)
    api_per_address: int = Field(default=6_000, ge=1)
    items: ItemsSettings = Field(default_factory=ItemsSettings)


class ServiceSettings(Settings):
    """The settings of a web process."""

    web: EdgeSettings = Field(default_factory=EdgeSettings)
