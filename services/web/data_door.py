"""Bytes to and from the data door, by the short way and under its public address."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx

from shared.errors import NotFound, TooLarge, Unavailable

SECONDS = 5.0
# What is shown on a page is not counted as a download.
SHOWN = {"sec-purpose": "prefetch"}
AWAY = "It cannot be fetched at the moment; reload the page in a while."
NOT_STORED = "It could not be stored at the moment. Nothing was changed; try again in a while."


class Content(NamedTuple):
    """The bytes of an object, and the ETag they had, in quotes."""

    content: bytes
    etag: str


@dataclass(frozen=True)
class DataDoor:
    """A client held open. Addresses are public ones, which presigned ones are signed for.

    Where the door does not answer, Unavailable is raised in words for people.
    """

    client: httpx.AsyncClient
    public_url: str
    near_url: str

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[httpx.Response]:
        """The answer, its body still to be read."""
        near, host = self._near(url)
        try:
            async with self.client.stream("GET", near, headers={**host, **SHOWN}) as answer:
                yield answer
        except httpx.HTTPError as error:
            raise Unavailable(AWAY) from error

    async def whole(self, url: str, most: int) -> Content:
        """A small object. Raises NotFound, TooLarge."""
        async with self.get(url) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise NotFound
            if answer.status_code != httpx.codes.OK:
                raise Unavailable(AWAY)
            return Content(await _read(answer, most), answer.headers["etag"])

    async def put(
        self,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        seconds: float = SECONDS,
    ) -> httpx.Response:
        """The whole answer."""
        near, host = self._near(url)
        sent = {**host, **(headers or {})}
        try:
            return await self.client.put(near, content=content, headers=sent, timeout=seconds)
        except httpx.HTTPError as error:
            raise Unavailable(NOT_STORED) from error

    def _near(self, url: str) -> tuple[str, dict[str, str]]:
        """The short way, and the header that names the public one, as the signature does."""
        return self.near_url + url.removeprefix(self.public_url), {"host": urlsplit(url).netloc}


async def _read(answer: httpx.Response, most: int) -> bytes:
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > most:
            raise TooLarge("It is too large to be shown here; open the file instead.")
    return bytes(body)
