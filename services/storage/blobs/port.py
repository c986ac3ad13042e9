"""The port to where bytes are kept: drafts that become objects, objects that are read, parts.

An adapter knows bytes and where they lie; it knows neither records nor rights. What it says of a
place and of how to know the bytes again (`Stored`) is opaque to everyone else.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from shared.errors import Internal, Unavailable

Bytes = bytes | bytearray | memoryview
Update = Callable[[Bytes], None]
READ_BYTES = 256 * 1024


class NoRoomError(Exception):
    """There is no room left for these bytes; nothing of them was kept."""


class GoneError(Exception):
    """There are no such bytes where they should be."""


class LostError(Unavailable):
    """A record names bytes of which some are gone: to a reader they are out of reach for good."""


class DamagedError(Internal):
    """The bytes that lie there are not what was put there, and nobody is given them."""


class Folder(NamedTuple):
    """A repository as a place for bytes: by its names of today locally, by its uid in a cloud."""

    account_id: str
    repository_id: str
    repository_uid: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Where bytes are, and a mark that changes when someone else changes them."""

    place: str
    mark: str


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is known of bytes without reading them again; travels with them.

    `md5` is that of the ETag (of the parts' MD5s where `parts` is not 0); `stamp` is the time of
    writing in epoch microseconds. `is_own` tells the bytes that were written here from a copy of
    them that someone brought back, imprint and all. `told` is what their draft was told.
    """

    md5: bytes
    crc64nvme: bytes
    parts: int
    stamp: int
    is_own: bool = True
    told: bytes = b""


@dataclass(frozen=True, slots=True)
class Found:
    """Bytes that a walk came across."""

    key: str
    stored: Stored
    appeared_us: int
    """When they came here or were last touched, in epoch microseconds."""


class Blob(Protocol):
    """Bytes opened for reading: they stay as they are, whatever happens to their key."""

    size: int
    mark: str
    place: str

    @property
    def modified_ms(self) -> int:
        """When these bytes became what they are, in epoch milliseconds."""
        ...

    @property
    def appeared_us(self) -> int:
        """When these bytes came here or were last touched, in epoch microseconds."""
        ...

    def imprint(self) -> Imprint | None:
        """What was written beside the bytes, None where nothing was or they changed since."""
        ...

    async def expect(self, start: int, end: int) -> None:
        """This range will be read in order; what must be fetched is on its way afterwards.

        Raises Unavailable, so that who asks can be told before an answer has begun.
        """
        ...

    async def read(self, offset: int, size: int) -> Bytes:
        """That many bytes (READ_BYTES at most); fewer at the end, none behind it."""
        ...

    async def read_again(self, offset: int, size: int) -> Bytes:
        """As `read`, from where they are kept, not from a memory of them, which stays as it was.

        For who looks after bytes that nobody asked for: slow, and patient with a network.
        """
        ...

    def at_hand(self, offset: int, size: int) -> int | None:
        """An open file from which these bytes can be sent without waiting for a disk, if so."""
        ...

    async def feed(self, update: Update) -> None:
        """Every byte in order, to a digest."""
        ...

    def close(self) -> None:
        """Let go."""
        ...


class Draft(Protocol):
    """Bytes on their way in; nobody sees them before they are published."""

    def tell(self, told: bytes) -> None:
        """What else there is to say of the bytes: it is published with them, if there is room."""
        ...

    async def write(self, pieces: Sequence[Bytes], update: Update) -> None:
        """Append the pieces and feed them to `update`, both in a thread. Raises NoRoomError."""
        ...

    async def take(self, blob: Blob, start: int, end: int, update: Update | None = None) -> None:
        """Append a range of stored bytes, and feed them to `update` where there is one.

        Without, they do not move through this process where that can be helped. The blob stays open
        until the draft is finished.
        """
        ...

    async def finish(
        self, pieces: Sequence[Bytes], update: Update, imprint: Callable[[], Imprint]
    ) -> None:
        """As `write`, then make all of it durable with its imprint, which is asked for last.

        What `imprint` raises comes through, and nothing is kept.
        """
        ...


class Published(Protocol):
    """Bytes that have taken their key's place; until it is settled it can be undone."""

    stored: Stored

    async def settle(self) -> None:
        """The record is durable: let go of what was there before. Under the lock of its key."""
        ...

    async def undo(self, *, is_sure: bool = True) -> None:
        """The record was not written: put back what was there; the draft can be published again.

        With `is_sure` false nobody knows whether it was: nothing that it may name is lost.
        """
        ...


class Blobs(Protocol):
    """Where the bytes of all repositories are kept.

    `lingers` tells two kinds apart. None: a key has one place, so the bytes there are the authority
    and may be somebody's who put them there. A number: every draft has a place of its own for good,
    which only its record tells; bytes that none names are left over, and those that were replaced
    stay for so many seconds, for who is reading them.
    """

    lingers: float | None

    def locked(self, folder: Folder, key: str) -> AbstractAsyncContextManager[None]:
        """No other task publishes or removes this key meanwhile; nor, if a key has one place, any
        other process. Never nest it."""
        ...

    def drafting(
        self, folder: Folder, key: str, upload_id: str = ""
    ) -> AbstractAsyncContextManager[Draft]:
        """A new draft of this key, or of a part of an upload; if not published, gone at the end."""
        ...

    async def open(self, folder: Folder, key: str, place: str) -> Blob:
        """Raises GoneError."""
        ...

    async def look(self, folder: Folder, key: str) -> Blob | None:
        """Whatever bytes lie under a key now, wherever; the caller closes it."""
        ...

    async def publish(
        self, folder: Folder, key: str, draft: Draft, before: Stored | None
    ) -> Published:
        """Give a finished draft its key, under the key's lock; `before` is what its record says."""
        ...

    def version_place(self, place: str, name: str) -> str:
        """Where the bytes of this place are once they are kept as the version of this name."""
        ...

    async def keep(self, folder: Folder, key: str, stored: Stored, name: str) -> Stored | None:
        """Make a key's bytes a version too, under the key's lock: there they stay.

        None where there are none. Whatever the key has next may be published, or nothing.
        Raises NoRoomError.
        """
        ...

    async def restore(
        self, folder: Folder, key: str, version: Stored, before: Stored | None
    ) -> Published:
        """Give a key the bytes of a version, which it stays, under the key's lock; see `publish`.

        Raises GoneError, NoRoomError.
        """
        ...

    async def remove(self, folder: Folder, key: str, place: str) -> None:
        """Remove the bytes of a key, under the key's lock; it is no error if there are none."""
        ...

    async def exists(self, folder: Folder) -> bool:
        """Whether anything of this repository was ever kept here and its place is still there."""
        ...

    def walk(self, folder: Folder) -> AsyncIterator[list[Found]]:
        """All bytes of a repository in no order, some at a time."""
        ...

    async def look_many(
        self, folder: Folder, places: Mapping[str, str]
    ) -> Mapping[str, Stored | None]:
        """What lies at the place of each key now, cheaply and without opening it."""
        ...

    async def keep_part(self, folder: Folder, upload_id: str, number: int, draft: Draft) -> str:
        """Keep a finished draft as a part; the name by which it is found again."""
        ...

    async def drop_part(self, folder: Folder, upload_id: str, name: str) -> None:
        """Remove one part that another replaced."""
        ...

    async def assemble(
        self, folder: Folder, upload_id: str, names: Sequence[str], draft: Draft
    ) -> None:
        """Make the draft of the parts alone, behind the little that may have been written to it.

        Raises GoneError where one is not there any more.
        """
        ...

    async def drop_upload(self, folder: Folder, upload_id: str, kept: Sequence[str] = ()) -> None:
        """Remove what is left of an upload, beside the parts that were `kept` as an object."""
        ...

    async def uploads(self, within: Folder | None = None) -> list[tuple[Folder, str]]:
        """Every upload that has parts here; its folder is named as far as the place tells it."""
        ...

    def upload_at(self, place: str) -> str:
        """The upload whose parts are the bytes at this place; empty where they are their own."""
        ...

    async def clear(self, folder: Folder) -> None:
        """Remove everything of a repository that nobody reads or writes any more."""
        ...

    async def sweep(self) -> int:
        """Remove what dead processes left behind; how many files."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go."""
        ...

    async def is_alive(self, process: str) -> bool:
        """Whether the process of this name still runs."""
        ...

    @property
    def process(self) -> str:
        """The name of this process, by which others can tell whether it lives."""
        ...
