"""A bucket of an account's own on somebody else's S3 server, and repositories that show it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

import boto3  # type: ignore[import-untyped]

from shared.contracts.base import Actor
from shared.contracts.repositories import (
    Connection,
    CreateConnection,
    CreateRepository,
    Repository,
    Visibility,
)
from shared.contracts.storage import GetRelisting, RelistingState, RelistRepository
from tests import s3_server
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Door
from tests.s3_server import S3Server
from tests.waiting import until

_numbers = count(1)


@dataclass
class Theirs:
    """A bucket of river-lab's on a server of somebody else's, as its owner has it."""

    door: Door
    server: S3Server
    bucket: str
    client: Any

    @property
    def owner(self) -> Actor:
        """Who may connect it."""
        return actor_of(self.door.people["owner"].account)

    def put(self, **objects: bytes) -> None:
        """Objects by their keys, as anyone puts them there."""
        for key, content in objects.items():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def connect(self, **wanted: Any) -> Connection:
        """A connection to it, signed unless said otherwise."""
        asked = {
            "name": "Our bucket",
            "bucket": self.bucket,
            "endpoint": self.server.url,
            "region": s3_server.REGION,
            "access_key_id": s3_server.ACCESS_KEY,
            "secret_access_key": s3_server.SECRET_KEY,
            **wanted,
        }
        return self.door.ask(CreateConnection(actor=self.owner, account_id=ACCOUNT, **asked))

    def show(
        self,
        connection: Connection,
        prefix: str = "",
        visibility: Visibility = Visibility.PUBLIC,
        *,
        says: str = "",
    ) -> Repository:
        """A repository of a folder of it, once it is listed; `says` ends what went wrong."""
        repository = self.door.ask(
            CreateRepository(
                actor=self.owner,
                account_id=ACCOUNT,
                repository_id=f"shown-{next(_numbers)}",
                title="Shown",
                visibility=visibility,
                connection_uid=connection.connection_uid,
                connection_prefix=prefix,
            )
        )
        state = self.wait_listed(repository)
        assert state.error.endswith(says) if says else not state.error, state
        return repository

    def state(self, repository: Repository) -> RelistingState:
        """What came of the listing."""
        names = {"account_id": ACCOUNT, "repository_id": repository.repository_id}
        return self.door.ask(GetRelisting(actor=self.owner, **names))

    def wait_listed(self, repository: Repository) -> RelistingState:
        """Until nothing is waited for."""
        until(lambda: not self.state(repository).is_waiting, seconds=20)
        return self.state(repository)

    def relist(self, repository: Repository) -> RelistingState:
        """As who changed something there asks for it."""
        names = {"account_id": ACCOUNT, "repository_id": repository.repository_id}
        self.door.ask(RelistRepository(actor=self.owner, **names))
        return self.wait_listed(repository)


def new_bucket(door: Door, server: S3Server) -> Theirs:
    """An empty one."""
    client = boto3.client(
        "s3",
        endpoint_url=server.url,
        aws_access_key_id=s3_server.ACCESS_KEY,
        aws_secret_access_key=s3_server.SECRET_KEY,
        region_name=s3_server.REGION,
    )
    bucket = f"theirs-{next(_numbers)}"
    client.create_bucket(Bucket=bucket)
    return Theirs(door, server, bucket, client)


@asynccontextmanager
async def answering(head: str, body: bytes = b"", *, asked: list[str]) -> AsyncIterator[int]:
    """A server that answers everybody so and keeps what it was asked; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).decode())
        length = f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(f"HTTP/1.1 {head}\r\n{length}".encode() + body)
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
