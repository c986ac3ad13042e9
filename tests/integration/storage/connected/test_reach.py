"""Where a bucket may be: a server in our own network is not even connected to."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from services.storage.blobs.connected import Bucket, Far, Reach, bucket, open_bucket, resolver
from shared.errors import Unavailable
from tests.connected import answering
from tests.s3_server import ACCESS_KEY, REGION, SECRET_KEY, S3Server

HOSTS = ["localhost", "0x7f.1", "2130706433", "127.1"]


async def listed(reach: Reach) -> list[str]:
    """The keys of a bucket."""
    bucket = await open_bucket(reach)
    try:
        return [far.key async for page in bucket.pages("") for far in page]
    finally:
        await bucket.close()


@pytest.mark.parametrize("host", [*HOSTS, "127.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_a_private_address_is_refused_however_it_is_written(host: str) -> None:
    asked = list[str]()
    async with answering("200 OK", asked=asked) as port:
        with pytest.raises(Unavailable):
            await listed(Reach("bucket", f"http://{host}:{port}", REGION))
    assert asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::ffff:127.0.0.1]"])
async def test_an_address_is_judged_again_as_it_is_connected_to(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "is_private_host", lambda _: False)
    asked = list[str]()
    async with answering("200 OK", asked=asked) as port:
        with pytest.raises(Unavailable, match="not public"):
            await listed(Reach("bucket", f"http://{host}:{port}", REGION))
    assert asked == []


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
async def test_no_redirect_is_followed(status: str) -> None:
    asked, elsewhere = list[str](), list[str]()
    async with answering("200 OK", asked=elsewhere) as other:
        leads = f"{status}\r\nLocation: http://127.0.0.1:{other}/inner"
        async with answering(leads, asked=asked) as port:
            reach = Reach("b", f"http://127.0.0.1:{port}", REGION, allow_private=True)
            with pytest.raises(Unavailable, match="refuses"):
                await listed(reach)
            there = await open_bucket(reach)
            with pytest.raises(Unavailable, match="refuses"):
                await there.read(Far("k", 1, "e", 0), 0, 1)
            await there.close()
    assert len(asked) == 2
    assert elsewhere == []


async def test_no_other_region_is_gone_to() -> None:
    asked = list[str]()
    async with answering("301 Moved\r\nx-amz-bucket-region: eu-west-1", asked=asked) as port:
        reach = Reach("b", f"http://127.0.0.1:{port}", REGION, "k", "s", allow_private=True)
        with pytest.raises(Unavailable, match="refuses"):
            await listed(reach)
    assert len(asked) == 1


async def test_one_that_was_closed_asks_nobody() -> None:
    asked = list[str]()
    async with answering("200 OK", asked=asked) as port:
        there = await open_bucket(
            Reach("b", f"http://127.0.0.1:{port}", REGION, allow_private=True)
        )
        await there.close()
        with pytest.raises(Unavailable):
            await there.head("k")
    assert asked == []


async def test_names_that_nobody_answers_for_hold_up_no_other_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = threading.Event()
    monkeypatch.setattr(resolver, "LOOKUP_SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: answered.wait(30))
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    there = await open_bucket(Reach("b", "http://name.example", REGION))
    try:
        with pytest.raises(Unavailable, match="out of reach"):
            await there.head("k")
        assert await asyncio.to_thread(lambda: "free") == "free"
        assert not answered.is_set()
    finally:
        answered.set()
        await there.close()


async def test_a_name_that_leads_to_one_is_told_so() -> None:
    with pytest.raises(Unavailable, match="not public"):
        await listed(Reach("bucket", "http://localhost:9", REGION))


async def test_where_it_is_allowed_it_is_read(server: S3Server) -> None:
    (server.folder / "near").mkdir()
    near = Reach("near", server.url, REGION, ACCESS_KEY, SECRET_KEY, allow_private=True)
    assert await listed(near) == []


@asynccontextmanager
async def allowed(server: S3Server, name: str) -> AsyncIterator[Bucket]:
    """The bucket of this name there."""
    keys = ACCESS_KEY, SECRET_KEY
    there = await open_bucket(Reach(name, server.url, REGION, *keys, allow_private=True))
    try:
        yield there
    finally:
        await there.close()


async def test_what_is_not_in_a_bucket_is_gone(server: S3Server) -> None:
    (server.folder / "empty").mkdir()
    async with allowed(server, "empty") as there:
        assert await there.head("k") is None


async def test_of_a_bucket_that_is_not_there_nothing_is_gone(server: S3Server) -> None:
    """A HEAD in it is answered as one for a key that is not there: 404, without a body."""
    async with allowed(server, "none-of-this-name") as there:
        with pytest.raises(Unavailable, match="a bucket that is not there"):
            await there.head("k")
