"""One version removed for good; where it was what the key has, the one before comes back."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from services.storage.blobs.port import GoneError, NoRoomError, Published, Stored
from services.storage.models import ObjectRecord, Trail
from services.storage.operations.committing import ATTEMPTS
from services.storage.operations.objects import Deleted
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.succession import Standing, left_over, name_of, version_after
from services.storage.s3.errors import S3Error
from services.storage.store.figures import counted
from services.storage.store.objects import created, deleted, find_object
from services.storage.store.versions import (
    drop_version,
    find_trail,
    set_trail,
    version_called,
    versions_before,
)
from shared.contracts.repositories import Repository
from shared.errors import Unavailable
from shared.finishing import to_the_end
from shared.identifiers import object_uid
from shared.tables import Action, ConditionFailed


class What(NamedTuple):
    """What is to go; `is_earlier`: only as long as the key has something newer."""

    key: str
    version_id: str
    is_earlier: bool = False


@dataclass(slots=True)
class Removal:
    """`gone` is what goes, `heir` what the key has then, `left` whether older versions stay."""

    standing: Standing
    trail: Trail
    gone: ObjectRecord
    heir: ObjectRecord | None
    left: bool

    @property
    def is_of_object(self) -> bool:
        """Whether what goes is what the key has."""
        return self.gone is self.standing.record


async def delete_version(
    resources: Resources, repository: Repository, key: str, version_id: str, *, actor: str
) -> Deleted:
    """Remove a version for good; it is no error where there is none of this id."""
    what = What(key, version_id)
    return await to_the_end(_delete(resources, repository, what, actor))


async def delete_earlier(
    resources: Resources, repository: Repository, record: ObjectRecord, *, actor: str
) -> Deleted:
    """The same, but not where it is the object by now, since what was newer went."""
    what = What(record.key, record.shown_version, is_earlier=True)
    return await to_the_end(_delete(resources, repository, what, actor))


async def _delete(resources: Resources, repository: Repository, what: What, actor: str) -> Deleted:
    key, version_id, is_earlier = what
    folder = folder_of(repository)
    async with resources.bursts.writing(folder), resources.blobs.locked(folder, key):
        for _ in range(ATTEMPTS):
            removal = await _find(resources, repository, key, version_id)
            if removal is None or (is_earlier and removal.is_of_object):
                return Deleted(version_id=version_id)
            try:
                await _remove(resources, repository, removal, actor)
            except ConditionFailed:
                continue
            return Deleted(None, version_id, removal.gone.is_marker)
    raise S3Error("OperationAborted")


async def _find(
    resources: Resources, repository: Repository, key: str, version_id: str
) -> Removal | None:
    """What is to go, and what comes of it."""
    outbox, uid = resources.outbox, repository.repository_uid
    record = await find_object(outbox, uid, key)
    trail = await find_trail(outbox, uid, key)
    standing = Standing(key, record, trail)
    older = await versions_before(outbox, uid, key, limit=3) if trail.version else []
    if record is not None and record.shown_version == version_id:
        heir = older[0] if older and not older[0].is_marker else None
        return Removal(standing, trail, record, heir, len(older) > (heir is not None))
    gone = await version_called(outbox, uid, key, version_id)
    if gone is None:
        return None
    rest = [one for one in older if one.stamp != gone.stamp]
    is_newest = record is None and older[:1] == [gone]
    heir = rest[0] if is_newest and rest and not rest[0].is_marker else None
    return Removal(standing, trail, gone, heir, len(rest) > (heir is not None))


async def _remove(
    resources: Resources, repository: Repository, removal: Removal, actor: str
) -> None:
    version = await version_after(resources, repository, removal.standing)
    published = await _restored(resources, repository, removal)
    try:
        actions = _rows(resources, repository, removal, published, (version, actor))
        await resources.outbox.commit(*actions)
    except ConditionFailed:
        if published is not None:
            await published.undo()
        raise
    except BaseException:
        if published is not None:
            await published.undo(is_sure=False)
        raise
    if published is not None:
        await published.settle()
    await _tidy(resources, repository, removal)


async def _restored(
    resources: Resources, repository: Repository, removal: Removal
) -> Published | None:
    """The key has the heir's bytes; those that go are a version until the record says so."""
    heir, record, blobs = removal.heir, removal.standing.record, resources.blobs
    if heir is None:
        return None
    folder, before = folder_of(repository), None
    try:
        if record is not None:
            before = Stored(record.place, record.mark)
            await blobs.keep(folder, record.key, before, name_of(record.stamp))
        return await blobs.restore(folder, heir.key, Stored(heir.place, heir.mark), before)
    except NoRoomError as error:
        raise S3Error("InsufficientStorage") from error
    except GoneError as error:
        raise Unavailable("The bytes of the version before are out of reach.") from error


def _rows(
    resources: Resources,
    repository: Repository,
    removal: Removal,
    published: Published | None,
    stamp: tuple[int, str],
) -> list[Action]:
    (version, actor), gone, heir = stamp, removal.gone, removal.heir
    record = removal.standing.record
    rows = [
        _trailed(repository, removal, version),
        *left_over(resources, repository, gone, is_kept=True),
        *resources.to_copy(repository, gone.key),
    ]
    if not removal.is_of_object:
        rows.append(drop_version(gone))
    if heir is not None and published is not None:
        place, mark = published.stored.place, published.stored.mark
        back = replace(heir, version=version, place=place, mark=mark)
        freed = gone.size + heir.size
        rows += created(repository, back, before=record, actor=actor, freed=freed)
        rows.append(drop_version(heir))
    elif removal.is_of_object:
        told = replace(gone, version=version)
        rows += deleted(repository, gone, told, actor=actor, freed=gone.size)
    else:
        uid = object_uid(repository.repository_uid, removal.standing.key)
        rows.append(counted(repository, (version, uid), 0, -gone.size))
    return rows


def _trailed(repository: Repository, removal: Removal, version: int) -> Action:
    trail, gone, heir = removal.trail, removal.gone, removal.heir
    after = Trail()
    if removal.left:
        taken = {one.stamp for one in (gone, heir) if one is not None}
        after = Trail(version, 0 if trail.null in taken else trail.null)
    return set_trail(repository.repository_uid, removal.standing.key, trail, after)


async def _tidy(resources: Resources, repository: Repository, removal: Removal) -> None:
    """Names of bytes that are none any more, where a key has one place."""
    if resources.blobs.lingers is not None:
        return
    folder, key, heir = folder_of(repository), removal.standing.key, removal.heir
    if heir is not None:
        await resources.blobs.remove(folder, key, heir.place)
    elif removal.is_of_object:
        await resources.blobs.remove(folder, key, removal.gone.place)
