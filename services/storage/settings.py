"""What storage reads from the environment, beside what all services share."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from shared.settings import Settings, StorageSettings

GIB = 1024**3


class DoorSettings(StorageSettings):
    """`stale_after` (seconds): how long signed requests go on without a word from accounts.

    `fsync`: `always` syncs bytes and folders before an answer, `data` only bytes, `off` neither.
    `upload_expiry` (seconds): when a multipart upload that was not completed is swept.
    """

    stale_after: float = Field(default=300.0, gt=0)
    fsync: Literal["always", "data", "off"] = "always"
    max_object_bytes: int = Field(default=5 * 1024 * GIB, gt=0)
    max_put_bytes: int = Field(default=5 * GIB, gt=0)
    min_part_bytes: int = Field(default=5 * 1024**2, ge=0)
    upload_expiry: float = Field(default=7 * 24 * 3600.0, gt=0)
    stray_after: float = Field(default=24 * 3600.0, gt=0)
    body_idle_seconds: float = Field(default=60.0, gt=0)
    tls_cert: Path | None = None
    tls_key: Path | None = None


class ServiceSettings(Settings):
    """The settings of a storage process."""

    storage: DoorSettings = Field(default_factory=DoorSettings)
