"""One key in a mirror: the bytes of all that the records know of it are there, and no others.

The layout is that of any back end, so that a mirror can become the primary as it lies. Where a key
has one place, each version is under it for a moment on its way; what the key has comes last.
"""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from services.storage.blobs.port import (
    READ_BYTES,
    Blob,
    Blobs,
    Bytes,
    DamagedError,
    Folder,
    GoneError,
    Stored,
)
from services.storage.models import Copy, ObjectRecord
from services.storage.operations.backed_up import CRC64NVME, ChangedError
from services.storage.operations.carrying import fill
from services.storage.operations.mirrors import Mirror
from services.storage.operations.resources import Resources
from services.storage.operations.succession import name_of
from services.storage.operations.telling import said_by, words_of
from services.storage.store.copies import all_copies, copies_of_key, drop_copy, fits, put_copy
from services.storage.store.mirrors import keep_mirror, still_held
from services.storage.store.objects import find_object
from services.storage.store.versions import versions_of_key
from shared.errors import Unavailable
from shared.outbox import Outbox
from shared.tables import Action
from shared.telemetry import mirror_bytes

KEEP_SECONDS = 5.0


@dataclass(slots=True)
class Mirroring:
    """A mirror that is this process's to copy to, as long as its lease is kept."""

    resources: Resources
    mirror: Mirror
    blobs: Blobs
    kept_at: float = 0.0

    @property
    def holder(self) -> str:
        """Who has the lease."""
        return self.resources.blobs.process

    async def keep(self) -> None:
        """The lease, every while. Raises ConditionFailed where another process has it."""
        if time.monotonic() - self.kept_at > KEEP_SECONDS:
            self.kept_at = time.monotonic()
            await keep_mirror(self.resources.outbox, self.mirror.name, self.holder)

    async def write(self, *actions: Action) -> None:
        """What is known of copies. Raises ConditionFailed where another process has the lease."""
        held = still_held(self.mirror.name, self.holder)
        await self.resources.outbox.table.write(*actions, held)


@dataclass(slots=True)
class Keyed:
    """A key in a mirror: `have` are its copies by stamp, `places` all where bytes of it may be."""

    mirroring: Mirroring
    folder: Folder
    key: str
    have: dict[int, Copy]
    places: set[str] = field(default_factory=set)

    def take_key(self) -> Stored | None:
        """What the key has in its own place; what is put there next is in its stead."""
        if self.mirroring.blobs.lingers is not None:
            return None
        for copy in list(self.have.values()):
            if lies_right(self.mirroring.blobs, copy, is_object=True):
                del self.have[copy.stamp]
                return Stored(copy.place, copy.mark)
        return None

    async def save(self, copy: Copy) -> None:
        """The mirror has these bytes, durably."""
        await self.mirroring.write(put_copy(self.mirroring.mirror.name, copy))
        self.have[copy.stamp] = copy
        self.places.add(copy.place)


async def copy_key(mirroring: Mirroring, folder: Folder, key: str) -> None:
    """Make the mirror have what the records know of this key. It may be done at any time, again.

    Raises ChangedError where bytes are not what a record says, after all else is done; and what
    the mirror raises.
    """
    outbox, uid = mirroring.resources.outbox, folder.repository_uid
    async with mirroring.blobs.locked(folder, key):
        record = await find_object(outbox, uid, key)
        older = [one async for one in versions_of_key(outbox, uid, key) if not one.is_marker]
        copies = await copies_of_key(outbox, mirroring.mirror.name, uid, key)
        at = Keyed(mirroring, folder, key, {one.stamp: one for one in copies})
        at.places |= {one.place for one in copies}
        are_kept = [await _is_kept(at, one, is_object=False) for one in reversed(older)]
        if record is not None:
            are_kept.append(await _is_kept(at, record, is_object=True))
        wanted = {one.stamp for one in (*older, *([record] if record else []))}
        await _drop_others(at, copies, wanted)
    if not all(are_kept):
        raise ChangedError


def lies_right(blobs: Blobs, copy: Copy, *, is_object: bool) -> bool:
    """Whether bytes are where the primary would have them; in a bucket they are in any case."""
    if blobs.lingers is not None:
        return True
    is_version = copy.place == blobs.version_place(copy.place, name_of(copy.stamp))
    return is_version is not is_object


async def cleared(
    outbox: Outbox, mirror: str, blobs: Blobs, folder: Folder
) -> AsyncIterator[Action]:
    """Of a repository that nobody gets back no bytes are left; then what drops each known copy."""
    await blobs.clear(folder)
    async for copies in all_copies(outbox, mirror, folder.repository_uid):
        for copy in copies:
            yield drop_copy(mirror, copy)


async def lying(blobs: Blobs, folder: Folder, copies: Sequence[Copy]) -> set[Copy]:
    """Those of which the very bytes lie where they are said to."""
    found = set[Copy]()
    for layer in _layers(copies):
        there = await blobs.look_many(folder, {key: copy.place for key, copy in layer.items()})
        marks = {key: stored.mark for key, stored in there.items() if stored is not None}
        found |= {copy for key, copy in layer.items() if marks.get(key) == copy.mark}
    return found


def _layers(copies: Sequence[Copy]) -> list[dict[str, Copy]]:
    """The same, each key once in each."""
    layers: list[dict[str, Copy]] = []
    for copy in copies:
        layer = next((one for one in layers if copy.key not in one), None)
        if layer is None:
            layers.append(layer := {})
        layer[copy.key] = copy
    return layers


async def _is_kept(at: Keyed, record: ObjectRecord, *, is_object: bool) -> bool:
    """Whether the mirror has its bytes, as what the key has or as a version, when this returns."""
    copy, blobs = at.have.get(record.stamp), at.mirroring.blobs
    is_there = copy is not None and fits(copy, record)
    if copy is None or not is_there or (is_object and not lies_right(blobs, copy, is_object=True)):
        try:
            copy = await _copied(at, record)
        except ChangedError:
            return False
    return is_object or await _is_version(at, copy)


async def _copied(at: Keyed, record: ObjectRecord) -> Copy:
    """Its bytes under the key, and known to be there. Raises ChangedError."""
    mirroring, blobs = at.mirroring, at.mirroring.blobs
    source = await _source(mirroring, at.folder, record)
    try:
        async with blobs.drafting(at.folder, at.key) as draft:
            computed = await fill(draft, record, _pieces(mirroring, source))
            draft.tell(words_of(at.key, said_by(record)))
            published = await blobs.publish(at.folder, at.key, draft, at.take_key())
            await published.settle()
    finally:
        source.close()
    copy = Copy(
        record.repository_uid,
        record.key,
        record.stamp,
        record.size,
        record.etag,
        computed.base64(CRC64NVME),
        published.stored.place,
        published.stored.mark,
    )
    await at.save(copy)
    return copy


async def _source(mirroring: Mirroring, folder: Folder, record: ObjectRecord) -> Blob:
    """The record's bytes in the primary. Raises ChangedError where they are others, or away."""
    with _failing_as_changed():
        blob = await mirroring.resources.blobs.open(folder, record.key, record.place)
    if blob.mark != record.mark:
        blob.close()
        raise ChangedError
    return blob


@contextmanager
def _failing_as_changed() -> Iterator[None]:
    """What the primary fails with is not the mirror's: the key is looked at again later."""
    try:
        yield
    except (GoneError, DamagedError, Unavailable, OSError) as error:
        raise ChangedError from error


async def _pieces(mirroring: Mirroring, source: Blob) -> AsyncIterator[Bytes]:
    """All bytes in order. Raises ChangedError where one cannot be read."""
    with _failing_as_changed():
        await source.expect(0, source.size)
    offset = 0
    while offset < source.size:
        await mirroring.keep()
        with _failing_as_changed():
            piece = await source.read(offset, min(READ_BYTES, source.size - offset))
        if not piece:
            break
        mirror_bytes.labels(mirroring.mirror.name).inc(len(piece))
        yield piece
        offset += len(piece)


async def _is_version(at: Keyed, copy: Copy) -> bool:
    """Whether bytes stay whatever the key has next; not where somebody took them away."""
    blobs, stored = at.mirroring.blobs, Stored(copy.place, copy.mark)
    if lies_right(blobs, copy, is_object=False):
        return True
    kept = await blobs.keep(at.folder, at.key, stored, name_of(copy.stamp))
    if kept is None or kept.mark != copy.mark:
        await at.mirroring.write(drop_copy(at.mirroring.mirror.name, copy))
        del at.have[copy.stamp]
        return False
    await at.save(replace(copy, place=kept.place))
    return True


async def _drop_others(at: Keyed, copies: list[Copy], wanted: set[int]) -> None:
    """Bytes that no record is about any more, then what was known of them."""
    mirroring = at.mirroring
    needed = {copy.place for copy in at.have.values() if copy.stamp in wanted}
    for place in at.places - needed:
        await mirroring.blobs.remove(at.folder, at.key, place)
    for copy in copies:
        if copy.stamp not in wanted:
            await mirroring.write(drop_copy(mirroring.mirror.name, copy))
