"""Taking bytes in: while one batch is written and hashed in a thread, the next one arrives."""

import asyncio
import time
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from services.storage.blobs.port import Bytes, Draft, Imprint, NoRoomError
from services.storage.models import Content
from services.storage.s3.checksums import Checksums
from services.storage.s3.errors import S3Error

BATCH_BYTES = 1024 * 1024
KEPT = ("MD5", "CRC64NVME")


class Incoming(Protocol):
    """Bytes as they arrive, and what was promised of them."""

    algorithms: tuple[str, ...]
    """The digests that `check` needs, by S3's names."""

    def pieces(self) -> AsyncIterator[Bytes]:
        """Raises S3Error where the bytes are not what was announced, or stop too early."""
        ...

    def check(self, computed: Checksums) -> None:
        """After the last piece, in a thread: raises S3Error unless every promise is kept."""
        ...


@dataclass(slots=True)
class Received:
    """The digests of what arrived, and how much it was."""

    computed: Checksums
    size: int


async def receive(draft: Draft, incoming: Incoming, *, kept: tuple[str, ...] = ()) -> Received:
    """Write all that comes into the draft and finish it.

    `kept` are digests wanted beside MD5 and CRC64NVME. Raises S3Error; then nothing is kept.
    """
    received = Received(Checksums((*KEPT, *kept, *incoming.algorithms)), 0)
    update = received.computed.update

    def imprint() -> Imprint:
        incoming.check(received.computed)
        return imprint_of(received.computed)

    try:
        rest = await _stream(draft, incoming, received)
        await draft.finish(rest, update, imprint)
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error
    return received


async def _stream(draft: Draft, incoming: Incoming, received: Received) -> list[Bytes]:
    """All but the last batch is written when this returns; the last is what it returns."""
    writing: asyncio.Task[None] | None = None
    batch: list[Bytes] = []
    held = 0
    try:
        async for piece in incoming.pieces():
            batch.append(piece)
            held += len(piece)
            received.size += len(piece)
            if held >= BATCH_BYTES:
                if writing is not None:
                    await writing
                writing = asyncio.create_task(draft.write(batch, received.computed.update))
                batch, held = [], 0
        if writing is not None:
            await writing
    except BaseException:
        if writing is not None:
            with suppress(Exception):
                await writing
        raise
    return batch


def imprint_of(computed: Checksums) -> Imprint:
    """What stands beside bytes that were uploaded in one go."""
    return Imprint(computed.digest("MD5"), computed.digest("CRC64NVME"), 0, now_us())


def content_of(received: Received, kept: tuple[str, ...]) -> Content:
    """What the record says of bytes that were uploaded in one go."""
    computed = received.computed
    return Content(received.size, computed.hex("MD5"), checksums_of(computed, kept))


def checksums_of(computed: Checksums, kept: tuple[str, ...]) -> dict[str, str]:
    """In base64 by lower-case names, as records keep them; MD5 is the ETag."""
    names = dict.fromkeys(("CRC64NVME", *kept))
    return {name.lower(): computed.base64(name) for name in names}


def base64_of(digest: bytes) -> str:
    """As S3's headers want it."""
    return b64encode(digest).decode()


def now_us() -> int:
    """Epoch microseconds, as versions are."""
    return time.time_ns() // 1000
