"""A bucket on somebody's S3 server: listed, looked at, read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from botocore import UNSIGNED
from botocore.exceptions import BotoCoreError

from services.storage.blobs.connected.answers import (
    NOT_PUBLIC,
    STALE,
    Far,
    RefusedError,
    StaleError,
    answering,
    far_told,
    page_told,
)
from services.storage.blobs.connected.calls import Calls, PublicCalls, stay
from services.storage.blobs.port import GoneError
from shared.errors import Unavailable
from shared.log import logger
from shared.networks import is_private_host

CONNECT_SECONDS = 5
SILENCE_SECONDS = 30
SOCKETS = 256
TRIES = 3
UNTOLD = "The bucket of its data connection refuses to tell whether an object is there."
NO_ADDRESS = "The data connection has no address, or no region, that can be used."
log = logger("storage")


@dataclass(frozen=True, slots=True)
class Reach:
    """How a bucket is reached; without both halves of a key nothing is signed."""

    bucket: str
    endpoint: str
    region: str
    access_key_id: str = ""
    secret_access_key: str = ""
    allow_private: bool = False


class Body(Protocol):
    """An answer that is being read."""

    async def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Bucket:
    """Held open while it is in use; nothing here changes what is in it."""

    def __init__(self, client: Any, name: str, stack: AsyncExitStack) -> None:  # noqa: ANN401 (made at run time from a description)
        self._client = client
        self._name = name
        self._stack = stack
        self.readers = 0

    async def close(self) -> None:
        """Let go of the connections."""
        await self._stack.aclose()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """It is not let go meanwhile, for want of others."""
        self.readers += 1
        try:
            yield
        finally:
            self.readers -= 1

    async def pages(self, prefix: str) -> AsyncIterator[list[Far]]:
        """Everything whose key begins so, a page at a time, in whatever order. Unavailable."""
        pages = self._client.get_paginator("list_objects_v2")
        try:
            with answering():
                async for page in pages.paginate(Bucket=self._name, Prefix=prefix):
                    yield page_told(page, prefix)
        except GoneError:
            raise Unavailable("The data connection names a bucket that is not there.") from None

    async def head(self, key: str) -> Far | None:
        """What is there, if anything. Unavailable."""
        try:
            with answering():
                told = await self._client.head_object(Bucket=self._name, Key=key)
                return far_told(key, told, told["ContentLength"])
        except (GoneError, RefusedError):
            # Of a bucket that is away a HEAD tells no more than of a key that is.
            return await self._listed(key)

    async def _listed(self, key: str) -> Far | None:
        """As `head`, by one page of what begins so. RefusedError where that does not tell."""
        pages = self.pages(key)
        page: list[Far] = await anext(pages, [])
        for one in page:
            if one.key == key:
                return one
        names = [one.key for one in page]
        # In order it would have come first; not every server keeps to one.
        if names != sorted(names) and await anext(pages, None) is not None:
            raise RefusedError(UNTOLD)
        return None

    async def read(self, far: Far, start: int, end: int) -> Body:
        """A range of these bytes and no others. Raises StaleError, Unavailable."""
        wanted = {"Range": f"bytes={start}-{end - 1}"}
        if far.etag:
            wanted["IfMatch"] = f'"{far.etag}"'
        try:
            with answering():
                told = await self._client.get_object(Bucket=self._name, Key=far.key, **wanted)
        except GoneError:
            raise StaleError(STALE) from None
        except RefusedError:
            listed = await self._listed(far.key)
            if listed is None or listed.mark != far.mark:
                raise StaleError(STALE) from None
            raise
        with ExitStack() as unless_taken:
            body: Body = told["Body"]
            unless_taken.callback(body.close)
            if not _is_listed(told, far, start, end):
                raise StaleError(STALE)
            unless_taken.pop_all()
        return body


def _is_listed(told: dict[str, Any], far: Far, start: int, end: int) -> bool:
    """Whether it is that range of what was listed: not every server heeds conditions, or ranges."""
    with answering():
        is_same = far_told(far.key, told, far.size).mark == far.mark
    return is_same and told.get("ContentRange") == f"bytes {start}-{end - 1}/{far.size}"


async def open_bucket(reach: Reach) -> Bucket:
    """The bucket; nothing is asked of it yet. Unavailable where its host is a private address."""
    if not reach.allow_private and is_private_host(urlsplit(reach.endpoint).hostname or ""):
        raise Unavailable(NOT_PUBLIC)
    session = _session()
    loader = session.get_component("data_loader")
    # Descriptions of a megabyte are read for the first of them.
    for kind in ("service-2", "endpoint-rule-set-1"):
        await asyncio.to_thread(loader.load_service_model, "s3", kind)
    stack = AsyncExitStack()
    try:
        client = await stack.enter_async_context(_client(session, reach))
    except (BotoCoreError, ValueError) as error:
        log.info("a data connection cannot be opened", reason=type(error).__name__)
        raise Unavailable(NO_ADDRESS) from None
    if reach.endpoint:
        # Only Amazon's own servers are asked for the region of a bucket, and then once more.
        client.meta.events.register_last("before-parameter-build.s3", stay)
    return Bucket(client, reach.bucket, stack)


@cache
def _session() -> AioSession:
    """It remembers what it has read of S3; credentials are told to each client."""
    return get_session()


def _client(session: AioSession, reach: Reach) -> Any:  # noqa: ANN401 (as above)
    is_signed = bool(reach.access_key_id)
    config = AioConfig(
        http_session_cls=Calls if reach.allow_private else PublicCalls,
        signature_version="s3v4" if is_signed else UNSIGNED,
        connect_timeout=CONNECT_SECONDS,
        read_timeout=SILENCE_SECONDS,
        max_pool_connections=SOCKETS,
        retries={"total_max_attempts": TRIES, "mode": "standard"},
        s3={"addressing_style": "path" if reach.endpoint else "auto"},
        # An object is passed on as it is; its checksum is of more than a range.
        response_checksum_validation="when_required",
        ignore_configured_endpoint_urls=True,
        proxies={},
    )
    return session.create_client(
        "s3",
        region_name=reach.region,
        endpoint_url=reach.endpoint or None,
        aws_access_key_id=reach.access_key_id or None,
        aws_secret_access_key=reach.secret_access_key or None,
        config=config,
    )
