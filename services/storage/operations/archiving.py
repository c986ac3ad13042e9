"""Folders and selections as one archive: laid out from the listing, then sent, or any range of it.

Both passes and the directory at the end read the listing anew, page by page. What changed meanwhile
raises ChangedError: better a broken connection than a file that is not what was promised.
"""

from base64 import b64decode
from collections.abc import AsyncGenerator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from services.storage.archives.layout import Chapter, Layout, Listed, digest_of
from services.storage.blobs.port import Blob
from services.storage.models import ObjectRecord
from services.storage.operations.failing_over import open_covered
from services.storage.operations.listing import SHOWN
from services.storage.operations.receiving import base64_of
from services.storage.operations.resources import Resources
from services.storage.s3.checksums import Checksums
from services.storage.s3.errors import S3Error
from services.storage.store.objects import keep_crc32, object_of, rows_from
from shared.contracts.repositories import Repository
from shared.tables import Item

PAGE = 1000
# What is found out of this many objects is kept at once.
SUMS_AT_ONCE = 100


class ChangedError(Exception):
    """An object is not what it was when the archive was laid out."""


class Part(NamedTuple):
    """Of a selection: all keys with a prefix, or one key."""

    prefix: str
    is_key: bool = False


class Slice(NamedTuple):
    """Bytes of an object, open until the next piece is asked for."""

    key: str
    blob: Blob
    start: int
    end: int


Piece = bytes | Slice


class Window(NamedTuple):
    """The range of the archive that is wanted; `end` is exclusive."""

    start: int
    end: int

    def cut(self, offset: int, size: int) -> tuple[int, int]:
        """What is wanted of so many bytes that stand there; nothing where it is empty."""
        start, end = max(self.start - offset, 0), min(self.end - offset, size)
        return start, max(start, end)


@dataclass(slots=True)
class Archive:
    """What is sent: the objects of a repository, laid out."""

    resources: Resources
    repository: Repository
    parts: Sequence[Part]
    layout: Layout
    sums: list[tuple[ObjectRecord, str]] = field(default_factory=list)


def parts_of(prefixes: Iterable[str], keys: Iterable[str]) -> list[Part]:
    """A selection in the order of its keys, nothing of it twice."""
    folders: list[str] = []
    for prefix in sorted(set(prefixes)):
        if not folders or not prefix.startswith(folders[-1]):
            folders.append(prefix)
    single = {key for key in keys if not key.startswith(tuple(folders))}
    return sorted([*map(Part, folders), *(Part(key, is_key=True) for key in single)])


async def lay_out(archive: Archive, *, most: int) -> None:
    """List all that is selected. Raises NoSuchKey where nothing is, InvalidRequest over `most`."""
    for number, part in enumerate(archive.parts):
        start, more, count = part.prefix, True, archive.layout.count
        while more:
            rows, more = await _page(archive, part, start, PAGE)
            if rows:
                archive.layout.add(number, listed(rows))
                start = rows[-1]["sk"] + "\x00"
            if archive.layout.count > most:
                raise S3Error(
                    "InvalidRequest",
                    f"An archive can hold {most} objects, and this is more. Take one folder after "
                    "the other, or a tool that fetches object by object.",
                )
        if archive.layout.count == count:
            raise S3Error("NoSuchKey", Key=part.prefix)


async def pieces(archive: Archive, window: Window) -> AsyncGenerator[Piece, None]:
    """The bytes in the window, in order. Raises ChangedError."""
    layout, totals = archive.layout, archive.layout.totals
    for chapter in layout.chapters_from(window.start):
        if chapter.offset >= window.end:
            return
        async for piece in _files(archive, chapter, window):
            yield piece
    await _keep_sums(archive)
    directory = totals.directory_offset
    for chapter in layout.records_from(window.start - directory):
        if directory + chapter.directory >= window.end:
            return
        records = await _records(archive, chapter)
        start, end = window.cut(directory + chapter.directory, len(records))
        yield records[start:end]
    tail = layout.form.end(totals)
    start, end = window.cut(directory + totals.directory_size, len(tail))
    yield tail[start:end]


async def _files(archive: Archive, chapter: Chapter, window: Window) -> AsyncGenerator[Piece, None]:
    form, rows = archive.layout.form, await _again(archive, chapter)
    course = archive.layout.again(chapter)
    for row, (entry, offset) in zip(rows, course.place(listed(rows)), strict=True):
        if course.offset <= window.start:
            continue
        if offset >= window.end:
            return
        head_size = form.head_size(entry)
        start, end = window.cut(offset, head_size)
        if start < end:
            yield form.head(entry, await _crc32(archive, row))[start:end]
        async for piece in _body(archive, row, window.cut(offset + head_size, entry.size)):
            yield piece
        start, end = window.cut(offset + head_size + entry.size, form.padding(entry))
        yield bytes(end - start)


async def _body(archive: Archive, row: Item, span: tuple[int, int]) -> AsyncGenerator[Slice, None]:
    if span[0] == span[1]:
        return
    blob = await _open(archive, _record(archive, row))
    try:
        yield Slice(row["sk"], blob, *span)
    finally:
        blob.close()


async def _records(archive: Archive, chapter: Chapter) -> bytes:
    """The chapter's part of the directory."""
    rows = await _again(archive, chapter)
    placed = archive.layout.again(chapter).place(listed(rows))
    record = archive.layout.form.record
    found = [
        record(entry, await _crc32(archive, row), offset)
        for row, (entry, offset) in zip(rows, placed, strict=True)
    ]
    await _keep_sums(archive)
    return b"".join(found)


async def _crc32(archive: Archive, row: Item) -> int:
    """Known from the upload or from an archive before; else the object is read for it, once."""
    if not archive.layout.form.with_sums or not row["size"]:
        return 0
    record = _record(archive, row)
    known = record.crc32 or record.checksums.get("crc32", "-")
    if "-" in known:
        known = await _read_crc32(archive, record)
        archive.sums.append((record, known))
        if len(archive.sums) >= SUMS_AT_ONCE:
            await _keep_sums(archive)
    return int.from_bytes(b64decode(known), "big")


async def _read_crc32(archive: Archive, record: ObjectRecord) -> str:
    computed = Checksums(("CRC32",))
    blob = await _open(archive, record)
    try:
        await blob.feed(computed.update)
    finally:
        blob.close()
    return base64_of(computed.digest("CRC32"))


async def _keep_sums(archive: Archive) -> None:
    sums, archive.sums = archive.sums, []
    await keep_crc32(archive.resources.outbox, sums)


async def _open(archive: Archive, record: ObjectRecord) -> Blob:
    """The bytes of the record, and no others."""
    blob = await open_covered(archive.resources, archive.repository, record)
    if blob is not None:
        return blob
    archive.resources.ask_to_heal(archive.repository, record.key)
    raise ChangedError


def _record(archive: Archive, row: Item) -> ObjectRecord:
    return object_of(archive.repository.repository_uid, row)


def listed(rows: Iterable[Item]) -> list[Listed]:
    """What a layout goes by."""
    return [Listed(*SHOWN(row)) for row in rows]


async def _again(archive: Archive, chapter: Chapter) -> list[Item]:
    """The objects of a chapter, if they are what they were."""
    rows: list[Item] = []
    more, start = True, chapter.start
    while more and len(rows) < chapter.count:
        left = chapter.count - len(rows)
        found, more = await _page(archive, archive.parts[chapter.part], start, left)
        rows += found
        start = rows[-1]["sk"] + "\x00" if rows else start
    if digest_of(listed(rows)) != chapter.digest:
        raise ChangedError
    return rows


async def _page(archive: Archive, part: Part, start: str, limit: int) -> tuple[list[Item], bool]:
    """Some objects of a part from a key on, and whether there may be more."""
    outbox, uid = archive.resources.outbox, archive.repository.repository_uid
    if not part.is_key:
        page = await rows_from(outbox, uid, start, prefix=part.prefix, limit=limit)
        return page.items, page.cursor is not None
    page = await rows_from(outbox, uid, part.prefix, prefix=part.prefix, limit=1)
    return [row for row in page.items if row["sk"] == part.prefix], False
