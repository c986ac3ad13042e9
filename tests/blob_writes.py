"""Writes and reads whole objects through the blobs port, as the operations do."""

import hashlib
import time
from pathlib import Path

from services.storage.blobs.port import Blob, Blobs, Draft, Folder, Imprint, Published, Stored

FOLDER = Folder("noaa", "globe-land-mask", "01REPOSITORY")
ODD_KEYS = (
    "nul\x00byte",
    "../up",
    "a/../b",
    "./here",
    "a/./b",
    "a//b",
    "/leading",
    "trailing/",
    "/",
    "cr\rlf\n",
    "caf\u00e9",
    "cafe\u0301",
    "a",
    "a/b",
    "a/b/c",
    "x" * 256,
    "segment/" + "y" * 300 + "/z",
    "k" * 1024,
    "\u00fc" * 512,
    "emoji \U0001f30d",
    "plus+percent%25=~* space",
    ".sc/locks/1",
    ".hidden",
    "...",
    "Readme",
    "README",
)


def imprint_of(content: bytes, *, stamp: int | None = None) -> Imprint:
    """What the operations write beside the bytes."""
    md5 = hashlib.md5(content, usedforsecurity=False).digest()
    return Imprint(md5, b"\x00" * 8, 0, stamp if stamp is not None else time.time_ns() // 1000)


def ignore(_: object) -> None:
    """A digest that takes no notice."""


async def written(draft: Draft, content: bytes) -> None:
    """Finish a draft with this content."""
    await draft.finish([content], ignore, lambda: imprint_of(content))


async def put(
    blobs: Blobs, key: str, content: bytes, *, before: Stored | None = None, folder: Folder = FOLDER
) -> Stored:
    """Write and settle."""
    async with blobs.drafting(folder, key) as draft:
        await written(draft, content)
        async with blobs.locked(folder, key):
            published: Published = await blobs.publish(folder, key, draft, before)
        await published.settle()
        return published.stored


async def content_of(blob: Blob) -> bytes:
    """Every byte, by reads of a size that does not fit."""
    pieces, offset = [], 0
    while piece := await blob.read(offset, min(100_003, max(blob.size - offset, 1))):
        pieces.append(bytes(piece))
        offset += len(piece)
    return b"".join(pieces)


async def get(blobs: Blobs, key: str, stored: Stored, *, folder: Folder = FOLDER) -> bytes:
    """Open, compare the mark, read all, close."""
    blob = await blobs.open(folder, key, stored.place)
    try:
        assert blob.mark == stored.mark
        return await content_of(blob)
    finally:
        blob.close()


def files_below(folder: Path) -> list[str]:
    """The paths of all files below a folder, relative to it."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def names_in(folder: Path) -> list[str]:
    """The names in one folder."""
    return sorted(path.name for path in folder.iterdir())
