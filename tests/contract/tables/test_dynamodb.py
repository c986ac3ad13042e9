"""What DynamoDB Local never does, but DynamoDB will: throttle, and lose an answer on the way.

A relay between the adapter and the real engine does it.
"""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import pytest

from shared.errors import Unavailable
from shared.identifiers import new_uid
from shared.tables import Absent, Index, Put, Schema, Update
from shared.tables.dynamodb import Account, DynamoTable, open_dynamodb

THROTTLED = b'{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException","message":"slow"}'
SCHEMA = Schema("relayed")


@dataclass
class Relay:
    """Passes requests on; `mischief` says what happens to the next ones."""

    target: str
    mischief: list[str] = field(default_factory=list)
    requests: int = 0

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, one request at a time."""
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(length_of(head))
                self.requests += 1
                await self.answer(head + body, writer)
        writer.close()

    async def answer(self, request: bytes, writer: StreamWriter) -> None:
        """As it should be, unless there is mischief left."""
        mischief = self.mischief.pop(0) if self.mischief else ""
        if mischief == "throttle":
            head = f"HTTP/1.1 400 Bad Request\r\nContent-Length: {len(THROTTLED)}\r\n\r\n"
            writer.write(head.encode() + THROTTLED)
            return
        answer = await self.ask(request)
        if mischief == "lose":
            raise ConnectionResetError
        writer.write(answer)
        await writer.drain()

    async def ask(self, request: bytes) -> bytes:
        """The real answer."""
        host = urlsplit(self.target)
        reader, writer = await asyncio.open_connection(host.hostname, host.port)
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(length_of(head))
        writer.close()
        await writer.wait_closed()
        return head + body


def length_of(head: bytes) -> int:
    """The body's length by the header."""
    lines = head.decode().lower().split("\r\n")
    return next(int(line.split(":")[1]) for line in lines if line.startswith("content-length:"))


@asynccontextmanager
async def relayed(account: Account) -> AsyncIterator[tuple[DynamoTable, Relay]]:
    """A table behind a relay."""
    relay = Relay(account.endpoint_url)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    table = await open_dynamodb(SCHEMA, "relayed", replace(account, endpoint_url=url))
    relay.requests = 0
    try:
        yield table, relay
    finally:
        await table.close()
        server.close()
        await server.wait_closed()


async def test_throttling_is_waited_out(account: Account, pk: str) -> None:
    async with relayed(account) as (table, relay):
        relay.mischief = ["throttle"] * 4
        await table.write(Put({"pk": pk, "sk": "a"}, Absent()))
        relay.mischief = ["throttle"] * 3
        assert await table.get(pk, "a") == {"pk": pk, "sk": "a"}
        relay.mischief = ["throttle"] * 2
        assert len((await table.query(pk)).items) == 1
        assert relay.requests == 5 + 4 + 3


async def test_endless_throttling_is_unavailable(account: Account, pk: str) -> None:
    async with relayed(account) as (table, relay):
        relay.mischief = ["throttle"] * 1000
        with pytest.raises(Unavailable, match="try again"):
            await table.get(pk, "a")
        assert relay.requests == 9
        relay.mischief = []


async def test_a_lost_answer_to_a_condition_is_not_a_failed_condition(
    account: Account, pk: str
) -> None:
    async with relayed(account) as (table, relay):
        relay.mischief = ["lose"]
        with pytest.raises(Unavailable, match="may or may not"):
            await table.write(Put({"pk": pk, "sk": "a"}, Absent()))
        assert await table.get(pk, "a") == {"pk": pk, "sk": "a"}


async def test_a_lost_answer_counts_nothing_twice(account: Account, pk: str) -> None:
    async with relayed(account) as (table, relay):
        relay.mischief = ["lose", "lose"]
        await table.write(Update(pk, "a", add={"n": 1}), Put({"pk": pk, "sk": "b"}, Absent()))
        assert (await table.get(pk, "a") or {})["n"] == 1
        relay.mischief = ["lose"]
        with pytest.raises(Unavailable, match="may or may not"):
            await table.write(Update(pk, "a", add={"n": 1}))
        assert (await table.get(pk, "a") or {})["n"] == 2


async def test_a_lost_answer_to_a_plain_write_or_read_is_asked_again(
    account: Account, pk: str
) -> None:
    async with relayed(account) as (table, relay):
        relay.mischief = ["lose"]
        await table.write(Put({"pk": pk, "sk": "a"}))
        relay.mischief = ["lose"]
        assert await table.get(pk, "a") is not None


async def test_a_missing_table_is_told_when_none_may_be_made(account: Account) -> None:
    with pytest.raises(Unavailable, match="no table"):
        await open_dynamodb(SCHEMA, new_uid(), account, is_made=False)


async def test_nobody_there_is_unavailable(account: Account) -> None:
    nobody = replace(account, endpoint_url="http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        await open_dynamodb(SCHEMA, "relayed", nobody)


async def test_an_index_new_to_an_old_table_is_made(account: Account, pk: str) -> None:
    name = f"old-{new_uid()}"
    table = await open_dynamodb(Schema("old"), name, account)
    await table.write(Put({"pk": pk, "sk": "a", "ob": pk, "obsk": "1"}))
    await table.close()
    table = await open_dynamodb(Schema("old", (Index("outbox", "ob", "obsk"),)), name, account)
    assert [item["sk"] for item in (await table.query(pk, index="outbox")).items] == ["a"]
    await table.close()


async def test_many_may_make_the_table_at_once(account: Account) -> None:
    name = f"new-{new_uid()}"
    tables = await asyncio.gather(*(open_dynamodb(SCHEMA, name, account) for _ in range(4)))
    for table in tables:
        await table.close()
