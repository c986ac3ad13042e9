"""Snapshots: what belongs to one, how it comes to be there, and how it goes."""

import os
import re
from asyncio import to_thread
from collections.abc import AsyncIterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, Field, ValidationError

from services.storage.backups.inventory import Inventory
from services.storage.backups.naming import (
    BYTES,
    DRAFT,
    MANIFEST,
    MARK,
    NAMES,
    SNAPSHOTS,
    in_snapshot,
    size_in,
)
from services.storage.backups.target import Target, put_whole, whole
from services.storage.blobs.port import Bytes, GoneError
from shared.errors import Conflict, Invalid, NotFound

FORMAT = 1
PIECE_BYTES = 1024**2
Kind = TypeVar("Kind", bound="Told")
# No `..`, and nothing that begins at the root.
PATH = re.compile(r"[a-z0-9_-]+(?:[./][a-z0-9_-]+)*")


class Told(BaseModel):
    """What is written down; another `format` is for another release to read."""

    format: int


class Mark(Told):
    """What a target says of itself."""

    installation: str


class Part(BaseModel):
    """A file of a snapshot; `path` is below the snapshot's own folder."""

    path: Annotated[str, Field(pattern=rf"^{PATH.pattern}$")]
    size: int
    sha256: str


class Manifest(Told):
    """What belongs to a snapshot; nothing in it is newer than `began`, in epoch microseconds,
    unless it changed while the bytes were copied.

    `objects` and `size` are what its records keep, versions included.
    """

    began: int
    objects: int
    size: int
    files: list[Part]
    names: Part


async def claim(target: Target, installation: str, *, where: str) -> None:
    """Make it the target of this installation, which it may be already. Raises Conflict."""
    try:
        mark = await read_mark(target, where=where)
    except NotFound:
        async for page in target.pages(""):
            if any(not name.startswith(("=", DRAFT)) for name, _ in page):
                raise Conflict(f"{where} holds something else; give an empty one.") from None
        mark = Mark(format=FORMAT, installation=installation)
        await put_whole(target, MARK, mark.model_dump_json().encode())
    if mark.installation != installation:
        raise Conflict(f"{where} holds the backup of another installation; give another one.")


async def read_mark(target: Target, *, where: str) -> Mark:
    """Raises NotFound where there is no backup, Invalid for one that we cannot read."""
    return await _read(target, MARK, Mark, f"There is no backup in {where}.")


async def _read(target: Target, name: str, kind: type[Kind], missing: str) -> Kind:
    """Raises NotFound, and Invalid for what is damaged or was written by another release."""
    try:
        told = kind.model_validate_json(await whole(target, name))
    except GoneError:
        raise NotFound(missing) from None
    except ValidationError:
        raise Invalid(f"{name} in the backup is damaged.") from None
    if told.format != FORMAT:
        raise Invalid(f"{name} in the backup was written by another release.")
    return told


async def snapshots_of(target: Target) -> tuple[list[str], list[str]]:
    """Those that are whole, oldest first, and what is left of others."""
    there, complete = set[str](), set[str]()
    async for page in target.pages(SNAPSHOTS):
        for name, _ in page:
            snapshot = name.split("/")[1]
            there.add(snapshot)
            if name == in_snapshot(snapshot, MANIFEST):
                complete.add(snapshot)
    return sorted(complete), sorted(there - complete)


async def read_manifest(target: Target, snapshot: str) -> Manifest:
    """Raises NotFound, and Invalid where it is damaged."""
    name = in_snapshot(snapshot, MANIFEST)
    return await _read(target, name, Manifest, f"There is no snapshot {snapshot}.")


async def put_part(target: Target, snapshot: str, path: str, source: Path) -> Part:
    """Copy a file to the target."""
    digest, size = sha256(), 0

    async def pieces() -> AsyncIterator[Bytes]:
        nonlocal size
        with source.open("rb") as file:
            while piece := await to_thread(file.read, PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                yield piece

    there = await to_thread(source.stat)
    await target.put(in_snapshot(snapshot, path), pieces(), there.st_size)
    return Part(path=path, size=size, sha256=digest.hexdigest())


async def fetch_part(target: Target, snapshot: str, part: Part, to: Path) -> None:
    """Bring it back, for its owner alone. Raises Invalid where it is not what was written."""
    to.parent.mkdir(0o700, parents=True, exist_ok=True)
    digest = sha256()
    with os.fdopen(os.open(to, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        with suppress(GoneError):
            async for piece in target.get(in_snapshot(snapshot, part.path)):
                digest.update(piece)
                await to_thread(file.write, piece)
        file.flush()
        await to_thread(os.fsync, file.fileno())
        size = file.tell()
    if (size, digest.hexdigest()) != (part.size, part.sha256):
        raise Invalid(
            f"The snapshot {snapshot} is damaged: {part.path} is not what was written; "
            "take another one."
        )


async def put_names(target: Target, snapshot: str, names: Inventory, draft: Path) -> Part:
    """Write down which bytes a snapshot needs."""
    with draft.open("w") as file:
        for page in names.pages():
            file.writelines(f"{name}\n" for name in page)
    return await put_part(target, snapshot, NAMES, draft)


async def add_names(target: Target, snapshot: str, names: Inventory, draft: Path) -> None:
    """Read which bytes a snapshot needs. Raises Invalid where that is damaged."""
    manifest = await read_manifest(target, snapshot)
    await fetch_part(target, snapshot, manifest.names, draft)
    with draft.open() as lines:
        names.add(line.rstrip("\n") for line in lines)


async def add_there(target: Target, names: Inventory) -> None:
    """Which bytes lie there whole; what else lies among them is removed."""
    async for page in target.pages(BYTES):
        names.add(name for name, size in page if size == size_in(name))
        await target.remove([name for name, size in page if size != size_in(name)])
