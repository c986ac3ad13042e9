"""Buckets that answer 403 for what is not there, as AWS does where not every key may be listed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.storage.blobs.connected import Bucket, Far, Reach, StaleError, open_bucket
from shared.errors import Unavailable
from tests.s3_server import ACCESS_KEY, REGION, SECRET_KEY

THERE = Far("data/a", 4, "e1", 1_700_000_000_000)
ENTRY = (
    "<Contents><Key>data/{}</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified>"
    "<ETag>&quot;e1&quot;</ETag><Size>4</Size></Contents>"
)
SHUT = "<Error><Code>AccessDenied</Code></Error>"


def page(*names: str, truncated: str = "false") -> str:
    """What a listing answers."""
    entries = "".join(ENTRY.format(name) for name in names)
    more = f"<IsTruncated>{truncated}</IsTruncated>"
    more += "<NextContinuationToken>more</NextContinuationToken>" if truncated == "true" else ""
    return f"<ListBucketResult>{more}{entries}</ListBucketResult>"


@asynccontextmanager
async def refusing(listing: str) -> AsyncIterator[Bucket]:
    """A bucket of which this is listed and nothing else is told; none of it where that is empty."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        is_told = b"list-type=2" in asked and b"prefix=data%2Fa&" in asked + b"&" and listing
        status, body = ("200 OK", listing) if is_told else ("403 Forbidden", SHUT)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + (b"" if asked.startswith(b"HEAD") else body.encode()))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        reach = Reach("theirs", url, REGION, ACCESS_KEY, SECRET_KEY, allow_private=True)
        bucket = await open_bucket(reach)
        yield bucket
        await bucket.close()


@pytest.mark.parametrize("names", [(), ("ab", "a/b")])
async def test_what_is_not_listed_is_gone(names: tuple[str, ...]) -> None:
    async with refusing(page(*names)) as bucket:
        assert await bucket.head("data/a") is None
        with pytest.raises(StaleError):
            await bucket.read(THERE, 0, 4)


async def test_what_is_listed_is_there_and_is_refused() -> None:
    async with refusing(page("a", "ab", truncated="true")) as bucket:
        assert await bucket.head("data/a") == THERE
        with pytest.raises(Unavailable, match="refuses: AccessDenied") as caught:
            await bucket.read(THERE, 0, 4)
        assert not isinstance(caught.value, StaleError)


async def test_what_is_listed_as_another_is_stale() -> None:
    async with refusing(page("a")) as bucket:
        with pytest.raises(StaleError):
            await bucket.read(Far("data/a", 4, "e0", 0), 0, 4)


async def test_what_would_have_come_first_is_gone() -> None:
    async with refusing(page("ab", "ac", truncated="true")) as bucket:
        assert await bucket.head("data/a") is None


async def test_what_may_be_on_another_page_is_not_taken_for_gone() -> None:
    async with refusing(page("ac", "ab", truncated="true")) as bucket:
        with pytest.raises(Unavailable, match="refuses to tell"):
            await bucket.head("data/a")


async def test_where_nothing_may_be_listed_nothing_is_taken_for_gone() -> None:
    async with refusing("") as bucket:
        with pytest.raises(Unavailable, match="refuses: AccessDenied"):
            await bucket.head("data/a")
