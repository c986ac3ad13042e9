"""Access keys: their secrets, and who holds them with which rights, remembered for a moment."""

import time
from datetime import UTC, datetime
from typing import NamedTuple

from services.storage.s3.errors import S3Error
from shared.contracts.accounts import SealedAccessKey
from shared.keyfile import SERVICE_KEY_PREFIX, service_access_key
from shared.policy import Principal
from shared.projection import Projection
from shared.sealing import SealError, sealing_key, unseal
from shared.topology import SERVICES

SECRETS_KEPT = 10_000
HOLDERS_KEPT = 10_000
# With what the projection remembers, a revocation whose event was missed is known in a second.
MEMORY_SECONDS = 0.5
MAX_ACCESS_KEY_ID = 128


class Holder(NamedTuple):
    """A key that was good, and its account's rights, at this count of the projection's changes."""

    secret: str
    principal: Principal
    account_uid: str
    changes: int
    until: float


class Holders:
    """Secrets of services are derived, those of people unsealed and remembered."""

    def __init__(self, projection: Projection, key_file: bytes) -> None:
        self.projection = projection
        self._of_services = dict(service_access_key(key_file, name) for name in SERVICES)
        self._opening = sealing_key(key_file)
        self._opened: dict[tuple[str, str], str] = {}
        self._holders: dict[str, Holder] = {}

    async def secret_of(self, access_key_id: str) -> tuple[str, SealedAccessKey | None]:
        """Of an access key id, the secret and the key (None: one of our services').

        Raises InvalidAccessKeyId.
        """
        if access_key_id in self._of_services:
            return self._of_services[access_key_id], None
        sealed = None
        if is_ours(access_key_id):
            sealed = await self.projection.access_key(access_key_id)
        if sealed is None:
            raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=access_key_id)
        return self._unsealed(sealed), sealed

    def _unsealed(self, key: SealedAccessKey) -> str:
        secret = self._opened.get((key.access_key_id, key.sealed_secret))
        if secret is not None:
            return secret
        try:
            secret = unseal(self._opening, key.sealed_secret, name=key.access_key_id)
        except SealError:
            raise S3Error("InvalidAccessKeyId", AWSAccessKeyId=key.access_key_id) from None
        if len(self._opened) >= SECRETS_KEPT:
            self._opened.clear()
        self._opened[key.access_key_id, key.sealed_secret] = secret
        return secret

    def recall(self, access_key_id: str) -> Holder | None:
        """Who held a key a moment ago, if nothing has been heard since."""
        known = self._holders.get(access_key_id)
        if known is None or known.changes != self.projection.changes:
            return None
        return known if known.until > time.monotonic() else None

    def remember(self, key: SealedAccessKey, principal: Principal, changes: int) -> None:
        """A key was good after so many changes; remembered no longer than it lasts."""
        seconds = MEMORY_SECONDS
        if key.expires_at is not None:
            seconds = min(seconds, (key.expires_at - datetime.now(UTC)).total_seconds())
        if len(self._holders) >= HOLDERS_KEPT:
            self._holders.clear()
        secret, until = self._unsealed(key), time.monotonic() + seconds
        known = Holder(secret, principal, key.account_uid, changes, until)
        self._holders[key.access_key_id] = known


def is_ours(access_key_id: str) -> bool:
    """Whether it can be one of our ids at all; others are not worth a question."""
    return (
        access_key_id.isascii()
        and access_key_id.isalnum()
        and len(access_key_id) <= MAX_ACCESS_KEY_ID
        and not access_key_id.startswith(SERVICE_KEY_PREFIX)
    )
