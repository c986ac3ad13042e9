"""Reading objects through the data door, as any client does, with this service's own key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from hashlib import sha256
from hmac import digest
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

import httpx

from services.indexer.models.superseded import Superseded
from shared.contracts.storage import StoredObject
from shared.errors import Unavailable

Fetch = Callable[[int, int], Awaitable[bytes]]

REGION = "us-east-1"
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_HEADERS = "host;x-amz-content-sha256;x-amz-date"
CONNECTIONS = 16
TIMEOUT = httpx.Timeout(10.0, connect=2.0)


class DataDoor:
    """Connections to the data door, held open: `async with DataDoor(url, id, secret)`."""

    def __init__(self, url: str, access_key_id: str, secret_access_key: str) -> None:
        parts = urlsplit(url)
        self.host = parts.netloc
        self.path = parts.path.rstrip("/")
        self.access_key_id = access_key_id
        self._secret = secret_access_key
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=CONNECTIONS)
        # Proxies of the environment are for the world outside, not for a neighbour.
        self._client = httpx.AsyncClient(
            base_url=url, limits=limits, timeout=TIMEOUT, trust_env=False
        )

    async def __aenter__(self) -> Self:
        await self._client.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._client.__aexit__(kind, error, trace)

    def fetching(self, stored: StoredObject) -> Fetch:
        """A function that gets bytes of this object, from start up to, not including, end.

        It raises Superseded where the object is another by now, Unavailable where none are to be
        had at the moment.
        """
        key = quote(stored.key, safe="/~")
        path = f"{self.path}/{stored.account_id}/{stored.repository_id}/{key}"

        async def fetch(start: int, end: int) -> bytes:
            headers = self._signed(path, datetime.now(UTC))
            headers["range"] = f"bytes={start}-{end - 1}"
            headers["if-match"] = f'"{stored.etag}"'
            return await self._get(path, headers, end - start)

        return fetch

    async def _get(self, path: str, headers: dict[str, str], length: int) -> bytes:
        request = self._client.build_request("GET", "/", headers=headers)
        # The path as it stands: httpx would resolve `..` in it, which may be part of a key.
        request.extensions["target"] = path.encode()
        try:
            response = await self._client.send(request, stream=True)
        except httpx.HTTPError as error:
            raise Unavailable(f"The data door does not answer: {error!r}") from error
        try:
            if response.status_code in {404, 412}:
                raise Superseded
            is_whole = response.headers.get("content-length") == str(length)
            if response.status_code not in {200, 206} or not is_whole:
                raise Unavailable(f"The data door answers {response.status_code}.")
            return await response.aread()
        except httpx.HTTPError as error:
            raise Unavailable(f"The data door stopped answering: {error!r}") from error
        finally:
            await response.aclose()

    def _signed(self, path: str, moment: datetime) -> dict[str, str]:
        """The headers of a GET with its signature (AWS Signature Version 4)."""
        timestamp, date = f"{moment:%Y%m%dT%H%M%SZ}", f"{moment:%Y%m%d}"
        headers = f"host:{self.host}\nx-amz-content-sha256:{UNSIGNED}\nx-amz-date:{timestamp}\n"
        canonical = f"GET\n{path}\n\n{headers}\n{SIGNED_HEADERS}\n{UNSIGNED}"
        scope = f"{date}/{REGION}/s3/aws4_request"
        hashed = sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{timestamp}\n{scope}\n{hashed}"
        signature = digest(self._signing_key(date), text.encode(), "sha256").hex()
        return {
            "host": self.host,
            "x-amz-date": timestamp,
            "x-amz-content-sha256": UNSIGNED,
            "authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key_id}/{scope}, "
            f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}",
        }

    def _signing_key(self, date: str) -> bytes:
        key = f"AWS4{self._secret}".encode()
        for part in (date, REGION, "s3", "aws4_request"):
            key = digest(key, part.encode(), "sha256")
        return key
