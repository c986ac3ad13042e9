"""Where each file stands in an archive: one pass over sorted keys, and again from any chapter on.

A chapter is a page of the listing. What is remembered of it is where it begins and a digest of what
was listed, never the files: listed again, it must be the same.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import NamedTuple

import orjson

from services.storage.archives.form import Entry, Form, Totals
from services.storage.archives.names import name_of, still_above

DIGEST_BYTES = 16


class Listed(NamedTuple):
    """An object as it was listed."""

    key: str
    size: int
    etag: str
    modified_ms: int


class Placed(NamedTuple):
    """An entry, and where its head begins."""

    entry: Entry
    offset: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """`count` objects from the key `start` on, of the part of the selection with number `part`.

    `offset` and `directory` are where their files and their records in the directory begin;
    `files` are the keys before it that its first key begins with.
    """

    part: int
    start: str
    count: int
    digest: bytes
    offset: int
    directory: int
    files: tuple[str, ...]


@dataclass(slots=True)
class Course:
    """How far a pass has come."""

    form: Form
    offset: int = 0
    directory: int = 0
    files: list[str] = field(default_factory=list)

    def place(self, page: Iterable[Listed]) -> Iterator[Placed]:
        """The entries of the next objects; they come in the order of their keys."""
        form = self.form
        for one in page:
            still_above(self.files, one.key)
            name = name_of(one.key, self.files, is_empty=not one.size)
            self.files.append(one.key)
            entry = Entry(name.encode(), one.size, one.modified_ms // 1000)
            placed = Placed(entry, self.offset)
            self.directory += form.record_size(entry, self.offset)
            self.offset += form.head_size(entry) + one.size + form.padding(entry)
            yield placed


@dataclass(slots=True)
class Layout:
    """A whole archive: its chapters, and what is known of it once the last one was added."""

    form: Form
    chapters: list[Chapter] = field(default_factory=list)
    count: int = 0
    course: Course = field(init=False)

    def __post_init__(self) -> None:
        self.course = Course(self.form)

    def add(self, part: int, page: Sequence[Listed]) -> None:
        """The next objects."""
        course = self.course
        above = [file for file in course.files if page[0].key.startswith(file)]
        begins = (course.offset, course.directory, tuple(above))
        chapter = Chapter(part, page[0].key, len(page), digest_of(page), *begins)
        for _ in course.place(page):
            pass
        self.chapters.append(chapter)
        self.count += len(page)

    @property
    def totals(self) -> Totals:
        """Where the directory lies."""
        return Totals(self.count, self.course.offset, self.course.directory)

    @property
    def size(self) -> int:
        """Bytes of the archive."""
        return self.course.offset + self.course.directory + len(self.form.end(self.totals))

    @property
    def etag(self) -> str:
        """The same as long as every byte is, without quotes."""
        digest = blake2b(self.form.suffix.encode(), digest_size=DIGEST_BYTES)
        for chapter in self.chapters:
            digest.update(chapter.digest)
        return digest.hexdigest()

    def chapters_from(self, offset: int) -> Sequence[Chapter]:
        """The chapters with files at this offset or behind it."""
        at = bisect_right(self.chapters, offset, key=lambda chapter: chapter.offset)
        return self.chapters[max(at - 1, 0) :] if offset < self.course.offset else ()

    def records_from(self, offset: int) -> Sequence[Chapter]:
        """The chapters with records at this offset of the directory or behind it."""
        at = bisect_right(self.chapters, offset, key=lambda chapter: chapter.directory)
        return self.chapters[max(at - 1, 0) :] if max(offset, 0) < self.course.directory else ()

    def again(self, chapter: Chapter) -> Course:
        """A pass that begins where the chapter did."""
        return Course(self.form, chapter.offset, chapter.directory, list(chapter.files))


def digest_of(page: Sequence[Listed]) -> bytes:
    """What would change if any of these objects, or which they are, did."""
    return blake2b(orjson.dumps([tuple(one) for one in page]), digest_size=DIGEST_BYTES).digest()
