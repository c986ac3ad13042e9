"""The public keys of issuers, by their discovery documents (OpenID Connect Discovery 1.0 §4).

Remembered for an hour; a key id that is not among them is reason to look again, as issuers change
their keys, but not more often than every half minute. What failed is not tried again at once.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

import jwt

from shared.fetching import Fetcher, FetchError

KEPT_SECONDS, AGAIN_SECONDS = 3600.0, 30.0
MOST_ISSUERS, MOST_KEYS = 256, 100
SMALLEST_RSA_BITS = 2048
ALGORITHMS = {"RSA ": "RS256", "EC P-256": "ES256"}
DISCOVERY = "/.well-known/openid-configuration"


@dataclass
class Known:
    """What is known of one issuer; `tried_at` and `fetched_at` are times of the monotonic clock."""

    keys: dict[str, jwt.PyJWK] = field(default_factory=dict)
    fetched_at: float = float("-inf")
    tried_at: float = float("-inf")
    failure: str = ""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class IssuerKeys:
    """The keys of at most MOST_ISSUERS issuers; who was asked for longest ago is forgotten."""

    def __init__(self, fetcher: Fetcher, *, again_seconds: float = AGAIN_SECONDS) -> None:
        self._fetcher = fetcher
        self._again_seconds = again_seconds
        self._known: OrderedDict[str, Known] = OrderedDict()

    async def find(self, issuer: str, key_id: str) -> jwt.PyJWK | None:
        """The issuer's key of this id; the only one where the token names none. FetchError."""
        known = self._known.setdefault(issuer, Known())
        self._known.move_to_end(issuer)
        if len(self._known) > MOST_ISSUERS:
            self._known.popitem(last=False)
        async with known.lock:
            now = time.monotonic()
            is_old = now - known.fetched_at > KEPT_SECONDS
            if is_old or _among(known.keys, key_id) is None:
                await self._refresh(issuer, known, now)
            if time.monotonic() - known.fetched_at > KEPT_SECONDS:
                raise FetchError(known.failure)
            return _among(known.keys, key_id)

    async def _refresh(self, issuer: str, known: Known, now: float) -> None:
        """Ask the issuer, unless that was done a moment ago."""
        if now - known.tried_at < self._again_seconds:
            return
        known.tried_at = now
        try:
            known.keys = await self._fetch(issuer)
            known.fetched_at = time.monotonic()
        except FetchError as error:
            known.failure = str(error)

    async def _fetch(self, issuer: str) -> dict[str, jwt.PyJWK]:
        described = await self._fetcher.fetch(issuer.rstrip("/") + DISCOVERY)
        if described.get("issuer") != issuer:
            raise FetchError(f"{issuer} describes another issuer.")
        content = await self._fetcher.fetch(str(described.get("jwks_uri", "")))
        listed = content.get("keys")
        if not isinstance(listed, list):
            raise FetchError(f"{issuer} publishes no keys.")
        return usable_keys(listed[:MOST_KEYS])


def usable_keys(listed: list[Any]) -> dict[str, jwt.PyJWK]:
    """The keys that sign as we accept it, by their ids; all others are passed over."""
    found = {}
    for one in listed:
        algorithm = algorithm_of(one) if isinstance(one, dict) else ""
        if not algorithm:
            continue
        try:
            key = jwt.PyJWK.from_dict(one, algorithm)
        except (jwt.PyJWTError, ValueError, TypeError):
            continue
        if algorithm == "ES256" or key.key.key_size >= SMALLEST_RSA_BITS:
            found[str(one.get("kid", ""))] = key
    return found


def algorithm_of(key: dict[str, Any]) -> str:
    """The algorithm that a published key is for: of its kind, whatever a token says of itself."""
    algorithm = ALGORITHMS.get(f"{key.get('kty')} {key.get('crv', '')}", "")
    is_for_signing = key.get("use", "sig") == "sig" and "d" not in key
    return algorithm if is_for_signing and key.get("alg", algorithm) == algorithm else ""


def _among(keys: dict[str, jwt.PyJWK], key_id: str) -> jwt.PyJWK | None:
    if not key_id and len(keys) == 1:
        return next(iter(keys.values()))
    return keys.get(key_id)
