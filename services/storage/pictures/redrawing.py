"""Our side: one picture at a time, to a small square one or to a reason in words."""

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import asdict
from pathlib import Path

import orjson

from services.storage.pictures.wire import REFUSED
from shared.confinement.limits import Limits
from shared.errors import Unavailable
from shared.fields import invalid
from shared.log import logger

log = logger("pictures")

FIELD = "avatar"
CHILD = "services.storage.pictures.child"
ROOT = Path(__file__).parents[3]
# Nothing of ours reaches the child by its environment.
ENVIRONMENT = {"LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
# Over the child's own alarm: starting takes time too.
GRACE_SECONDS = 10.0
# 256 × 256 pixels of noise are 60 KB.
MAX_BYTES = 128 * 1024
MAX_REASON = 200
# Each waits with all its bytes in memory.
MOST_AT_ONCE = 8
BUSY = "Many pictures are being read at the moment; send yours again in a while."


class Redrawing:
    """Pictures of at most so many pixels, one at a time, so that many cost no more than one."""

    def __init__(self, limits: Limits, pixels: int, *, child: str = CHILD) -> None:
        self._limits, self._pixels, self._child = limits, pixels, child
        self._turn = asyncio.Lock()
        self._asked = 0

    async def redraw(self, content: bytes) -> bytes:
        """A square WebP of 256 pixels. Raises Invalid with the reason, Unavailable."""
        if self._asked >= MOST_AT_ONCE:
            raise Unavailable(BUSY)
        self._asked += 1
        try:
            async with self._turn:
                status, said = await self._run(content)
        finally:
            self._asked -= 1
        if status == 0 and is_webp(said):
            return said
        if status == REFUSED:
            raise invalid(FIELD, said[:MAX_REASON].decode("utf-8", "replace"))
        log.warning("a picture ended its reader", status=status)
        raise invalid(FIELD, "takes more time or memory to read than a picture may")

    async def _run(self, content: bytes) -> tuple[int | None, bytes]:
        """The status and what was said; None where it had to be ended."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-s", "-m", self._child),
            *(orjson.dumps(asdict(self._limits)).decode(), str(self._pixels), str(os.getpid())),
            cwd=ROOT,
            env=ENVIRONMENT,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
        )
        try:
            async with asyncio.timeout(self._limits.parse_seconds + GRACE_SECONDS):
                said = await converse(process, content)
                return await process.wait(), said
        except (TimeoutError, ValueError):
            return None, b""
        finally:
            await end(process)


async def converse(process: Process, content: bytes) -> bytes:
    """Hand over the picture and listen. Raises ValueError for more than a picture of ours has."""
    assert process.stdin is not None  # noqa: S101 - opened above
    assert process.stdout is not None  # noqa: S101 - opened above
    with contextlib.suppress(ConnectionError):
        process.stdin.write(content)
        await process.stdin.drain()
    process.stdin.close()
    try:
        await process.stdout.readexactly(MAX_BYTES)
    except asyncio.IncompleteReadError as ended:
        return ended.partial
    raise ValueError("It goes on and on.")


async def end(process: Process) -> None:
    """Whatever it is doing."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def is_webp(content: bytes) -> bool:
    """Whether it begins as one does, and ends where it says (RFC 9649 §2.4)."""
    size = int.from_bytes(content[4:8], "little") + 8
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) == size
