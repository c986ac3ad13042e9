"""A mirror becomes the primary: each record is told where its bytes lie there.

Nobody serves meanwhile. Each step may be cut short anywhere and done again: a record that has been
told is known by the copy that the old primary, a mirror from now on, has of it since.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace

from services.storage.blobs.port import Folder, Stored
from services.storage.models import Copy, ObjectRecord, Uncopied
from services.storage.operations.backed_up import versions_in
from services.storage.operations.mirroring import cleared, lies_right, lying
from services.storage.operations.purging import drop_uploads
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import name_of
from services.storage.store.copies import (
    all_copies,
    drop_copy,
    find_copies,
    forget_changes,
    put_copy,
    waiting_changes,
)
from services.storage.store.faults import all_faults, drop_fault
from services.storage.store.leftovers import drop_leftovers
from services.storage.store.mirrors import forget_comparison
from services.storage.store.objects import find_objects, object_row, objects_in, unchanged
from services.storage.store.versions import put_version
from shared.contracts.repositories import Repository
from shared.snapshots import all_repositories
from shared.tables import Action, Put

ACTOR = "storage"
# A record is three actions, and a transaction has 100 at most.
ROWS = 30


@dataclass(slots=True)
class Promotion:
    """`resources` are those of the heir, with the records that are still the old primary's."""

    resources: Resources
    old: str
    heir: str
    lost: list[ObjectRecord] = field(default_factory=list)


async def missing_in(promotion: Promotion) -> list[str]:
    """What the heir does not have of all that there is, by name; nothing is changed."""
    missing = list[str]()
    async for repository in _repositories(promotion):
        async for records, _ in _records(promotion, repository):
            for record, copy in await _copies(promotion, repository, records):
                if copy is None:
                    missing.append(_name(repository, record))
    return missing


async def promote(promotion: Promotion) -> None:
    """Tell all records; those whose bytes are missing are deleted, and it is announced."""
    await _drop_under_way(promotion)
    async for repository in _repositories(promotion):
        async for records, is_object in _records(promotion, repository):
            found = await _copies(promotion, repository, records)
            for start in range(0, len(found), ROWS):
                some = found[start : start + ROWS]
                await _tell(promotion, repository, some, is_object=is_object)
        await _forget_lost(promotion, repository)
        await _remove_stale(promotion, repository)
        await _remove_unknown(promotion, repository)
    await _drop_waiting(promotion)
    outbox = promotion.resources.outbox
    await forget_comparison(outbox, promotion.heir)
    await forget_comparison(outbox, promotion.old)


async def _repositories(promotion: Promotion) -> AsyncIterator[Repository]:
    """All whose bytes are ours."""
    async for repository in all_repositories(promotion.resources.outbox.table):
        if not repository.connection_uid:
            yield repository


async def _records(
    promotion: Promotion, repository: Repository
) -> AsyncIterator[tuple[list[ObjectRecord], bool]]:
    """Some at a time, and whether they are what their keys have; versions first."""
    outbox, uid = promotion.resources.outbox, repository.repository_uid
    async for records in versions_in(outbox, uid):
        yield records, False
    async for records in objects_in(outbox, uid):
        yield records, True


async def _copies(
    promotion: Promotion, repository: Repository, records: Sequence[ObjectRecord]
) -> list[tuple[ObjectRecord, Copy | None]]:
    """Where the heir has the bytes of those that have not been told yet; None where nowhere."""
    outbox, blobs = promotion.resources.outbox, promotion.resources.blobs
    told = await find_copies(outbox, promotion.old, records)
    waiting = [record for record, copy in zip(records, told, strict=True) if copy is None]
    copies = await find_copies(outbox, promotion.heir, waiting)
    known = [copy for copy in copies if copy is not None]
    there = await lying(blobs, folder_of(repository), known)
    return [
        (record, copy if copy in there else None)
        for record, copy in zip(waiting, copies, strict=True)
    ]


async def _put_right(promotion: Promotion, folder: Folder, copy: Copy, *, is_object: bool) -> Copy:
    """Bytes that the heir has where they were before a change that it has not followed."""
    blobs, stored = promotion.resources.blobs, Stored(copy.place, copy.mark)
    if lies_right(blobs, copy, is_object=is_object):
        return copy
    async with blobs.locked(folder, copy.key):
        if is_object:
            published = await blobs.restore(folder, copy.key, stored, None)
            await published.settle()
            right = replace(copy, place=published.stored.place)
        else:
            kept = await blobs.keep(folder, copy.key, stored, name_of(copy.stamp))
            right = replace(copy, place=kept.place if kept is not None else copy.place)
        await promotion.resources.outbox.table.write(put_copy(promotion.heir, right))
        await blobs.remove(folder, copy.key, copy.place)
    return right


async def _tell(
    promotion: Promotion,
    repository: Repository,
    found: Sequence[tuple[ObjectRecord, Copy | None]],
    *,
    is_object: bool,
) -> None:
    """Some records, in one transaction, each with what the old primary has of it."""
    actions, blobs, folder = list[Action](), promotion.resources.blobs, folder_of(repository)
    for record, copy in found:
        if copy is None:
            promotion.lost.append(record)
            # Where nothing lies, whatever has the key's own place.
            place, mark = blobs.version_place(record.place, name_of(record.stamp)), record.mark
        else:
            right = await _put_right(promotion, folder, copy, is_object=is_object)
            place, mark = right.place, right.mark
            before = replace(copy, place=record.place, mark=record.mark)
            actions += [put_copy(promotion.old, before), drop_copy(promotion.heir, right)]
        now = replace(record, place=place, mark=mark)
        when = unchanged(record)
        actions.append(Put(object_row(now), when=when) if is_object else put_version(now))
    if actions:
        await promotion.resources.outbox.table.write(*actions)


async def _forget_lost(promotion: Promotion, repository: Repository) -> None:
    """Where it was what the key has, the version before takes its place."""
    lost, promotion.lost = promotion.lost, []
    for record in lost:
        version_id = record.shown_version
        await delete_version(promotion.resources, repository, record.key, version_id, actor=ACTOR)


async def _remove_stale(promotion: Promotion, repository: Repository) -> None:
    """What the heir has of deletions that it has not followed, which nobody wants back."""
    resources, folder = promotion.resources, folder_of(repository)
    async for copies in all_copies(resources.outbox, promotion.heir, repository.repository_uid):
        for copy in copies:
            async with resources.blobs.locked(folder, copy.key):
                if await lying(resources.blobs, folder, [copy]):
                    await resources.blobs.remove(folder, copy.key, copy.place)
            await resources.outbox.table.write(drop_copy(promotion.heir, copy))


async def _remove_unknown(promotion: Promotion, repository: Repository) -> None:
    """Bytes whose copying died: of files each that has no record would become an object."""
    resources, folder = promotion.resources, folder_of(repository)
    if resources.blobs.lingers is not None:
        return
    async for found in resources.blobs.walk(folder):
        keys = [one.key for one in found]
        records = await find_objects(resources.outbox, repository.repository_uid, keys)
        for one, record in zip(found, records, strict=True):
            if record is None or Stored(record.place, record.mark) != one.stored:
                async with resources.blobs.locked(folder, one.key):
                    await resources.blobs.remove(folder, one.key, one.stored.place)


async def _drop_waiting(promotion: Promotion) -> None:
    """What the heir had yet to look at: it has all of it now, or it is lost."""
    outbox = promotion.resources.outbox
    while changes := await waiting_changes(outbox, promotion.heir):
        for one in changes:
            if not one.key:
                await _clear(promotion, one)
        for start in range(0, len(changes), ROWS):
            await forget_changes(outbox, promotion.heir, changes[start : start + ROWS])


async def _clear(promotion: Promotion, gone: Uncopied) -> None:
    """A repository that nobody gets back, of which the heir was told while it was away."""
    outbox, blobs = promotion.resources.outbox, promotion.resources.blobs
    folder = Folder(gone.account_id, gone.repository_id, gone.repository_uid)
    async for known in cleared(outbox, promotion.heir, blobs, folder):
        await outbox.table.write(known)


async def _drop_under_way(promotion: Promotion) -> None:
    """What is only of the old primary: parts, bytes that were to go, and what was found of rot."""
    outbox = promotion.resources.outbox
    await drop_leftovers(outbox)
    async for repository in _repositories(promotion):
        await drop_uploads(promotion.resources, repository.repository_uid)
    async for fault in all_faults(outbox):
        await drop_fault(outbox, fault)


def _name(repository: Repository, record: ObjectRecord) -> str:
    version = f", version {record.version_id}" if record.version_id else ""
    return f"{repository.full_name}/{record.key}{version}"
