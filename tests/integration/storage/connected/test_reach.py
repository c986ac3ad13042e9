"""Where a bucket may be: a server in our own network is not even connected to."""

import asyncio

import pytest

from services.storage.blobs.connected import Reach, open_bucket
from shared.errors import Unavailable
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

    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append("somebody")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    reach = Reach("bucket", f"http://{host}:{port}", REGION)
    async with server:
        with pytest.raises(Unavailable):
            await listed(reach)
    assert asked == []


async def test_a_name_that_leads_to_one_is_told_so() -> None:
    with pytest.raises(Unavailable, match="not public"):
        await listed(Reach("bucket", "http://localhost:9", REGION))


async def test_where_it_is_allowed_it_is_read(server: S3Server) -> None:
    (server.folder / "near").mkdir()
    near = Reach("near", server.url, REGION, ACCESS_KEY, SECRET_KEY, allow_private=True)
    assert await listed(near) == []
