"""What storage reads from the environment, beside what all services share."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    IPvAnyNetwork,
    SecretStr,
    StringConstraints,
)

from shared.settings import Settings
from shared.settings import StorageSettings as SharedStorageSettings

SCRUB_RATE = 10_000_000
SEALING_KEY = "sealing-key"
# The back end that `blobs` names, beside which the mirrors are.
MAIN = "main"


def _is_no_main(name: str) -> str:
    if name == MAIN:
        raise ValueError(f"{MAIN!r} is the back end that COOP_STORAGE__BLOBS names")
    return name


MirrorName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,31}$"), AfterValidator(_is_no_main)
]


class MirrorSettings(BaseModel):
    """Where copies of bytes are: a folder by its whole path, or a bucket as of `blobs`.

    `only` names accounts (`noaa`) and repositories (`noaa/gauges`) whose bytes these are.
    """

    model_config = ConfigDict(extra="forbid")

    blobs: str = Field(pattern=r"^/|^(s3|gs|az)://[^/]+")
    options: dict[str, SecretStr] = Field(default_factory=dict)
    only: frozenset[str] = frozenset()


class StorageSettings(SharedStorageSettings):
    """`blobs`: where bytes are kept: `s3://bucket/prefix`, `gs://bucket/prefix` or
    `az://account/container/prefix`; empty: files of this machine. `blobs_options` are obstore's own
    (`endpoint`, `region`, `access_key_id` ...), `blobs_patience` the seconds that it may be silent.

    `mirrors` are further back ends by name, to which all bytes are copied; every `mirror_seconds`
    it is looked for what changed.

    `backup_options` are those of a bucket for backups.

    `fsync`: `always` syncs bytes and names, `data` bytes alone, `off` leaves it to the kernel.

    `sealed`: whether bytes that come from now on are encrypted at rest; what was sealed is read in
    any case. `sealing_key` is the key file for it, `sealing-key` in the data folder where not set.
    `sealing_kms` is the id, ARN or alias of a KMS key in its place, and of `sealing_kms_options`
    (`endpoint`, `region`, `access_key_id`, `secret_access_key`, `session_token`) what the AWS chain
    does not say.

    `stale_after`: seconds without a sign of life from accounts after which signed requests are
    refused (a revoked key must not work for ever); anonymous reads of public data go on.

    `private_issuers`: whether issuers of identity tokens may be in a private network and without
    TLS. For laptops and tests: elsewhere, owners of accounts could have us ask our neighbours.

    `buckets`: with `manage`, CreateBucket and DeleteBucket of `account--repository` make and delete
    repositories; with `keep` they are made and deleted on the web alone.

    A picture of an account may have so many pixels, and take a process so long and so much memory
    to read.

    `account_size`, `account_objects`, `repository_size`, `repository_objects`: the quotas of those
    that have none of their own; None is none.

    `downloads_seconds`: how long downloads are counted in memory before they are written down.

    `versions_seconds`: how often versions are looked for that a repository lets go, and uploads
    that were begun `upload_days` ago and not completed, which are aborted.

    `scrub_rate`: how many bytes a second are read again at most, to find rot; 0 is none, and None
    SCRUB_RATE for files and 0 for a bucket, which looks after its bytes itself and is paid for
    reads. `scrub_pause_seconds` is between the end of a round and the next.

    `trusted_proxies` are networks whose `X-Forwarded-Host` is believed, for proxies that do not
    keep `Host`, which is signed.

    `relist_seconds`: how often buckets that accounts bring are listed again; of one that holds more
    than `connected_objects` no more are told, and after `listing_seconds` a listing is given up.

    An archive holds so many objects at most, and a process lays out so many at once.
    """

    blobs: str = Field(default="", pattern=r"^$|^(s3|gs|az)://[^/]+")
    blobs_options: dict[str, SecretStr] = Field(default_factory=dict)
    blobs_patience: float = Field(default=30.0, gt=0)
    mirrors: dict[MirrorName, MirrorSettings] = Field(default_factory=dict)
    mirror_seconds: float = Field(default=2.0, gt=0)
    backup_options: dict[str, SecretStr] = Field(default_factory=dict)
    fsync: Literal["always", "data", "off"] = "always"
    sealed: bool = False
    sealing_key: Path | None = None
    sealing_kms: str = ""
    sealing_kms_options: dict[str, SecretStr] = Field(default_factory=dict)
    stale_after: float = Field(default=300.0, gt=0)
    region: str = "us-east-1"
    buckets: Literal["keep", "manage"] = "keep"
    private_issuers: bool = False
    avatar_pixels: int = Field(default=40_000_000, ge=1)
    avatar_seconds: float = Field(default=10.0, gt=0)
    avatar_memory_bytes: int = Field(default=1024**3, ge=256 * 1024**2)
    account_size: int | None = Field(default=None, ge=0)
    account_objects: int | None = Field(default=None, ge=0)
    repository_size: int | None = Field(default=None, ge=0)
    repository_objects: int | None = Field(default=None, ge=0)
    downloads_seconds: float = Field(default=5.0, gt=0)
    versions_seconds: float = Field(default=6 * 3600.0, gt=0)
    upload_days: int = Field(default=30, ge=1, le=36_500)
    scrub_rate: int | None = Field(default=None, ge=0)
    scrub_pause_seconds: float = Field(default=7 * 24 * 3600.0, gt=0)
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    relist_seconds: float = Field(default=6 * 3600.0, gt=0)
    connected_objects: int = Field(default=10_000_000, ge=1)
    listing_seconds: float = Field(default=12 * 3600.0, gt=0)
    archive_objects: int = Field(default=1_000_000, ge=1)
    archives_at_once: int = Field(default=4, ge=1)

    @property
    def scrub_bytes_per_second(self) -> int:
        """What `scrub_rate` comes to."""
        if self.scrub_rate is None:
            return 0 if self.blobs else SCRUB_RATE
        return self.scrub_rate


def plain_options(options: Mapping[str, SecretStr]) -> dict[str, str]:
    """As a vendor's library wants them."""
    return {name: value.get_secret_value() for name, value in options.items()}


class ServiceSettings(Settings):
    """The settings of a storage process."""

    storage: StorageSettings = Field(default_factory=StorageSettings)

    @property
    def sealing_key(self) -> Path:
        """The key file that wraps the key of what is sealed."""
        return self.storage.sealing_key or self.home / SEALING_KEY
