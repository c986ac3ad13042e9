"""Documents whose addresses people type: fetched from public hosts only, and little.

The host's address is looked up once and then connected to, so that a name cannot mean a public
address when it is judged and a private one when it is used. Redirects are not followed.
"""

import asyncio
import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.networks import is_public

FETCH_SECONDS = 5.0
MAX_BYTES = 256 * 1024


class FetchError(Exception):
    """The document cannot be had; the text says why in one sentence."""


class AbsentError(FetchError):
    """The host says that there is no such document."""


class Fetcher:
    """Held open while the process serves. `allow_private` is for laptops and tests."""

    def __init__(self, *, allow_private: bool = False) -> None:
        self._allow_private = allow_private
        self._client = httpx.AsyncClient(
            timeout=FETCH_SECONDS, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()

    async def fetch(self, url: str) -> dict[str, Any]:
        """The JSON object at an address. Raises FetchError, within FETCH_SECONDS."""
        text = await self.read(url, accept="application/json")
        try:
            content = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FetchError(f"{url} is not JSON.") from error
        if not isinstance(content, dict):
            raise FetchError(f"{url} is not a JSON object.")
        return content

    async def read(self, url: str, *, accept: str = "*/*") -> bytes:
        """What is at an address. Raises FetchError, within FETCH_SECONDS."""
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._read(url, accept)
        except TimeoutError:
            raise FetchError(f"{url} did not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise FetchError(f"{url} cannot be reached.") from error

    async def _read(self, url: str, accept: str) -> bytes:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if parts.scheme != "https" and not (self._allow_private and parts.scheme == "http"):
            raise FetchError(f"{url} is not an https address.")
        address = await self._address(host, parts.port or (443 if parts.scheme == "https" else 80))
        request = self._client.build_request(
            "GET",
            httpx.URL(url).copy_with(host=address),
            headers={"host": parts.netloc, "accept": accept},
            extensions={"sni_hostname": host},
        )
        response = await self._client.send(request, stream=True)
        try:
            return await _body(url, response)
        finally:
            await response.aclose()

    async def _address(self, host: str, port: int) -> str:
        """The one address that is connected to. FetchError where any of the host's is private."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        if not addresses or not (self._allow_private or all(map(is_public, addresses))):
            raise FetchError(f"{host} is not a public host.")
        return addresses[0]


async def _body(url: str, response: httpx.Response) -> bytes:
    if response.status_code in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        raise AbsentError(f"{url} is not there.")
    if response.status_code != httpx.codes.OK:
        raise FetchError(f"{url} answers {response.status_code}.")
    content = b""
    async for piece in response.aiter_bytes(64 * 1024):
        content += piece
        if len(content) > MAX_BYTES:
            raise FetchError(f"{url} is larger than {MAX_BYTES} bytes.")
    return content
