"""What a bucket's server answers that no S3 would: one clear error, and nothing of it is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.storage.blobs.connected import Bucket, Far, Reach, calls, open_bucket
from shared.errors import Unavailable
from tests.connected import answering
from tests.s3_server import REGION

WHEN = "2023-11-14T22:13:20Z"
WHEN_MS = 1_700_000_000_000
HEADER = "200 OK\r\nLast-Modified: Tue, 14 Nov 2023 22:13:20 GMT"


def page(size: str = "4", modified: str = WHEN, etag: str = "e") -> bytes:
    """A listing of one object."""
    told = f"<Size>{size}</Size><LastModified>{modified}</LastModified><ETag>{etag}</ETag>"
    contents = f"<Contents><Key>a</Key>{told}</Contents>"
    return f"<ListBucketResult><Name>b</Name>{contents}</ListBucketResult>".encode()


@asynccontextmanager
async def told(head: str, body: bytes = b"") -> AsyncIterator[Bucket]:
    """A bucket whose server says the same to everything."""
    async with answering(head, body, asked=[]) as port:
        address = f"http://127.0.0.1:{port}"
        bucket = await open_bucket(Reach("b", address, REGION, allow_private=True))
        try:
            yield bucket
        finally:
            await bucket.close()


async def listed(body: bytes, prefix: str = "") -> list[Far]:
    """What is found in such an answer."""
    async with told("200 OK", body) as bucket:
        return [far async for page in bucket.pages(prefix) for far in page]


async def test_what_s3_answers() -> None:
    assert await listed(page()) == [Far("a", 4, "e", WHEN_MS)]
    assert [one.size for one in await listed(page(str(50 * 1024**4)))] == [50 * 1024**4]


@pytest.mark.parametrize(
    "body",
    [
        page(size="-1"),
        page(size=str(-(10**15))),
        page(size=str(50 * 1024**4 + 1)),
        page(size="x"),
        page(size=""),
        page(modified="yesterday"),
        page(modified="0001-01-01T00:00:00+14:00"),
        page(modified="9999-12-31T23:59:59-14:00"),
        page().replace(b"<Size>4</Size>", b""),
        page().replace(b"<Key>a</Key>", b""),
        page().replace(b"LastModified", b"Modified"),
        b"<html><body>Welcome</body></html>",
    ],
)
async def test_what_is_no_listing(body: bytes) -> None:
    with pytest.raises(Unavailable, match="not answer as S3"):
        await listed(body)


async def test_keys_of_another_folder() -> None:
    with pytest.raises(Unavailable, match="not answer as S3"):
        await listed(page(), "data/")


async def test_what_is_no_document() -> None:
    with pytest.raises(Unavailable, match="refuses: 500"):
        await listed(b"<!DOCTYPE html><html><head><meta charset=utf-8></head></html>")


@pytest.mark.parametrize(
    "etag", ['W/"e"', "", '""', "a b", "e&#13;&#10;Set-Cookie: a=b", "&#x2603;", "e" * 129]
)
async def test_etags_that_no_condition_can_name(etag: str) -> None:
    (one,) = await listed(page(etag=etag))
    assert (one.etag, one.mark) == ("", f"4-{WHEN_MS}")


@pytest.mark.parametrize("head", ["200 OK", HEADER.replace("Nov", "Xyz")])
async def test_headers_that_are_none_of_an_objects(head: str) -> None:
    async with told(head) as bucket:
        with pytest.raises(Unavailable):
            await bucket.head("a")
        with pytest.raises(Unavailable):
            await bucket.read(Far("a", 1, "e", WHEN_MS), 0, 1)


async def test_codes_that_are_none_are_not_repeated() -> None:
    odd = b"<Error><Code>a&#13;&#10;b</Code></Error>"
    async with told("400 Bad Request", odd) as bucket:
        with pytest.raises(Unavailable, match=r"refuses: 400\.$"):
            _ = [page async for page in bucket.pages("")]
        with pytest.raises(Unavailable, match=r"refuses: 400\.$"):
            await bucket.read(Far("a", 1, "e", WHEN_MS), 0, 1)


@pytest.mark.parametrize("head", ["200 OK", "403 Forbidden"])
async def test_answers_longer_than_any_page_are_not_kept(head: str) -> None:
    long = page().replace(b"<Key>", b" " * calls.MOST_BYTES + b"<Key>")
    async with told(head, long) as bucket:
        with pytest.raises(Unavailable, match="out of reach"):
            _ = [page async for page in bucket.pages("")]
        if head.startswith("403"):
            with pytest.raises(Unavailable, match="out of reach"):
                await bucket.read(Far("a", 1, "e", WHEN_MS), 0, 1)


async def test_answers_that_never_end_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "ANSWER_SECONDS", 0.2)
    async with told("200 OK\r\nContent-Length: 100") as bucket:
        with pytest.raises(Unavailable, match="out of reach"):
            _ = [page async for page in bucket.pages("")]


@pytest.mark.parametrize("endpoint", ["https://a_b.example", "https://b\u00fccket.example"])
async def test_addresses_that_none_can_be_opened_at(endpoint: str) -> None:
    with pytest.raises(Unavailable, match="no address"):
        await open_bucket(Reach("b", endpoint, REGION))


@pytest.mark.parametrize("region", ["-", "a-", "-a", "1"])
async def test_regions_that_are_none(region: str) -> None:
    with pytest.raises(Unavailable, match="no region"):
        await open_bucket(Reach("b", "", region))
