"""A bucket on somebody's S3 server: listed, looked at, read; and what it says when it refuses."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any, Protocol
from urllib.parse import urlsplit

from aiobotocore.config import AioConfig
from aiobotocore.session import AioSession, get_session
from aiohttp import ClientError as HttpError
from botocore import UNSIGNED
from botocore.exceptions import BotoCoreError, ClientError

from services.storage.blobs.connected.calls import Calls, PublicCalls, stay
from services.storage.blobs.connected.resolver import NotPublicError
from services.storage.blobs.port import GoneError
from shared.errors import Unavailable
from shared.log import logger
from shared.networks import is_private_host

CONNECT_SECONDS = 5
SILENCE_SECONDS = 30
SOCKETS = 256
TRIES = 3
OUT_OF_REACH = "The bucket of its data connection is out of reach."
NOT_PUBLIC = "The data connection leads to a host that is not public."
STALE = "The object changed in its bucket since it was listed. Try again in a moment."
log = logger("storage")


class StaleError(Unavailable):
    """There are other bytes than those that were listed, or none."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How a bucket is reached; without both halves of a key nothing is signed."""

    bucket: str
    endpoint: str
    region: str
    access_key_id: str = ""
    secret_access_key: str = ""
    allow_private: bool = False


@dataclass(frozen=True, slots=True)
class Far:
    """An object as its bucket tells of it; `etag` is without quotes."""

    key: str
    size: int
    etag: str
    modified_ms: int

    @property
    def mark(self) -> str:
        """What changes when its bytes do."""
        return self.etag or f"{self.size}-{self.modified_ms}"


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
                    yield [_far(one["Key"], one, one["Size"]) for one in page.get("Contents", [])]
        except GoneError:
            raise Unavailable("The data connection names a bucket that is not there.") from None

    async def head(self, key: str) -> Far | None:
        """What is there, if anything. Unavailable."""
        try:
            with answering():
                told = await self._client.head_object(Bucket=self._name, Key=key)
        except GoneError:
            return None
        return _far(key, told, told["ContentLength"])

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
        body: Body = told["Body"]
        # Not every server heeds conditions, or ranges.
        spanned = f"bytes {start}-{end - 1}/{far.size}"
        if _far(far.key, told, far.size).mark != far.mark or told.get("ContentRange") != spanned:
            body.close()
            raise StaleError(STALE)
        return body


def _far(key: str, told: dict[str, Any], size: int) -> Far:
    # Listings tell milliseconds where headers tell seconds.
    modified_ms = int(told["LastModified"].timestamp()) * 1000
    return Far(key, size, told.get("ETag", "").strip('"'), modified_ms)


@contextmanager
def answering() -> Iterator[None]:
    """GoneError for what is not there, StaleError for what is another, Unavailable for all else."""
    try:
        yield
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == HTTPStatus.NOT_FOUND:
            raise GoneError from None
        if status in {HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE}:
            raise StaleError(STALE) from None
        code = str(error.response["Error"].get("Code", status))[:64]
        log.info("a connected bucket refuses", code=code, status=status)
        raise Unavailable(f"The bucket of its data connection refuses: {code}.") from None
    except (BotoCoreError, HttpError, OSError, TimeoutError) as error:
        log.info("a connected bucket is out of reach", reason=type(error).__name__)
        raise Unavailable(NOT_PUBLIC if _is_private(error) else OUT_OF_REACH) from None


def _is_private(error: BaseException | None) -> bool:
    """Whether our own resolver refused, however deep that is."""
    while error is not None and not isinstance(error, NotPublicError):
        error = error.__cause__ or error.__context__
    return error is not None


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
    client = await stack.enter_async_context(_client(session, reach))
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
