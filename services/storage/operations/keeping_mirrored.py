"""Mirrors follow: what changed is copied at once, and all records are compared every week.

A change writes down in its own transaction that its key is to be looked at; one process at a time
does so for each mirror, and whoever goes on after a kill finds what was not done. The comparison
brings a new mirror all that there is, and an old one what it has lost.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from services.storage.blobs.port import Folder, Found, NoRoomError
from services.storage.models import Comparison, Copy, Uncopied
from services.storage.operations.backed_up import AT_ONCE, ChangedError, all_of, versions_in
from services.storage.operations.mirroring import Mirroring, cleared, copy_key, lies_right, lying
from services.storage.operations.mirrors import Mirror
from services.storage.operations.resources import Resources, folder_of
from services.storage.store.clock import now_ms
from services.storage.store.copies import (
    COUNTED,
    all_copies,
    ask_to_copy,
    copies_of_key,
    drop_copy,
    due_changes,
    find_copies,
    forget_changes,
    put_off,
    waiting_changes,
)
from services.storage.store.mirrors import (
    find_comparison,
    keep_comparison,
    leave_mirror,
    take_mirror,
    was_let_alone,
)
from services.storage.store.objects import find_object, objects_in
from services.storage.store.versions import find_version
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.log import logger
from shared.snapshots import all_repositories, repository_known
from shared.tables import ConditionFailed
from shared.telemetry import mirror_compared, mirror_lag, mirror_waiting

LONGEST_PAUSE_SECONDS = 60.0
COMPARE_SECONDS = 7 * 24 * 3600
log = logger("storage")


async def keep_mirrored(resources: Resources, mirror: Mirror, look_seconds: float) -> None:
    """Follow for ever, as every process does; while a mirror is away what it lacks waits."""
    try:
        await _keep_following(resources, mirror, look_seconds)
    finally:
        try:
            await leave_mirror(resources.outbox, mirror.name, resources.blobs.process)
        except Problem as problem:
            log.info("a mirror is left by its lease", reason=problem.detail)


async def _keep_following(resources: Resources, mirror: Mirror, look_seconds: float) -> None:
    pause = look_seconds
    while True:
        try:
            await follow(resources, mirror)
            pause = look_seconds
        except ConditionFailed:
            log.info("another process copies to a mirror by now", mirror=mirror.name)
        except (Problem, OSError, NoRoomError) as reason:
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)
            log.warning("a mirror waits", mirror=mirror.name, reason=str(reason))
        except Exception:
            pause = LONGEST_PAUSE_SECONDS
            log.exception("mirroring failed", mirror=mirror.name)
        await _tell(resources, mirror)
        await asyncio.sleep(pause)


async def follow(resources: Resources, mirror: Mirror) -> bool:
    """Once: copy what changed, and compare where that is due; False while another process does.

    Raises what the mirror raises, and ConditionFailed where another process took over.
    """
    outbox = resources.outbox
    is_strange = await was_let_alone(outbox, mirror.name)
    if not await take_mirror(outbox, mirror.name, resources.blobs.process):
        return False
    mirroring = Mirroring(resources, mirror, await mirror.reach())
    comparison = await find_comparison(outbox, mirror.name)
    is_old = now_ms() - comparison.ended_ms > COMPARE_SECONDS * 1000
    only = tuple(sorted(mirror.only))
    if is_strange or is_old or only != comparison.only:
        # From now on its folder is known not to be empty, and this is not forgotten.
        comparison = Comparison(now_ms(), comparison.ended_ms, only=only)
        await _keep(mirroring, comparison)
    await copy_changes(mirroring)
    if comparison.is_under_way:
        await compare_all(mirroring, comparison)
    return True


async def copy_changes(mirroring: Mirroring) -> None:
    """All that is due."""
    outbox, mirror = mirroring.resources.outbox, mirroring.mirror.name
    gate = asyncio.Semaphore(AT_ONCE)
    while found := await due_changes(outbox, mirror):
        by_key: dict[tuple[Folder, str], list[Uncopied]] = defaultdict(list)
        for one in found:
            folder = Folder(one.account_id, one.repository_id, one.repository_uid)
            by_key[folder, one.key].append(one)
        await all_of(
            _follow_key(mirroring, gate, folder, changes) for (folder, _), changes in by_key.items()
        )


async def _follow_key(
    mirroring: Mirroring, gate: asyncio.Semaphore, folder: Folder, changes: Sequence[Uncopied]
) -> None:
    """What a key is now is copied; where that cannot be read it is looked at again later."""
    one, outbox = changes[0], mirroring.resources.outbox
    async with gate:
        await mirroring.keep()
        try:
            if one.key:
                await copy_key(mirroring, folder, one.key)
            else:
                await _clear(mirroring, folder)
        except NoRoomError:
            # A deletion that waits behind it may make some.
            log.warning("a mirror has no room", mirror=mirroring.mirror.name)
            await put_off(outbox, mirroring.mirror.name, changes)
        except ChangedError:
            await put_off(outbox, mirroring.mirror.name, changes)
            repository = await repository_known(outbox.table, one.repository_uid)
            if repository is not None:
                mirroring.resources.ask_to_heal(repository, one.key)
        else:
            await forget_changes(outbox, mirroring.mirror.name, changes)


async def _leave_out(mirroring: Mirroring, repository: Repository) -> None:
    """One that the settings name no more, if it ever was."""
    outbox, uid = mirroring.resources.outbox, repository.repository_uid
    async for copies in all_copies(outbox, mirroring.mirror.name, uid):
        if copies:
            await _clear(mirroring, folder_of(repository))
        return


async def _clear(mirroring: Mirroring, folder: Folder) -> None:
    """A repository that nobody gets back."""
    outbox, mirror = mirroring.resources.outbox, mirroring.mirror.name
    async for known in cleared(outbox, mirror, mirroring.blobs, folder):
        await mirroring.write(known)


async def compare_all(mirroring: Mirroring, comparison: Comparison) -> None:
    """All repositories, from where it was cut short; what changes meanwhile is copied meanwhile."""
    table = mirroring.resources.outbox.table
    async for repository in all_repositories(table, comparison.repository_uid):
        comparison = replace(comparison, repository_uid=repository.repository_uid)
        await _keep(mirroring, comparison)
        if mirroring.mirror.takes(repository):
            await _compare(mirroring, repository)
        else:
            await _leave_out(mirroring, repository)
    await mirroring.blobs.sweep()
    ended = replace(comparison, ended_ms=max(now_ms(), comparison.began_ms), repository_uid="")
    await _keep(mirroring, ended)
    log.info("a mirror is compared", mirror=mirroring.mirror.name)


async def _keep(mirroring: Mirroring, comparison: Comparison) -> None:
    outbox, mirror = mirroring.resources.outbox, mirroring.mirror.name
    await keep_comparison(outbox, mirror, mirroring.holder, comparison)


async def _compare(mirroring: Mirroring, repository: Repository) -> None:
    outbox, folder = mirroring.resources.outbox, folder_of(repository)
    for batches in (objects_in, versions_in):
        async for records in batches(outbox, repository.repository_uid):
            known = await find_copies(outbox, mirroring.mirror.name, records)
            keys = {one.key for one, copy in zip(records, known, strict=True) if copy is None}
            there = [copy for copy in known if copy is not None]
            is_object = batches is objects_in
            keys |= await lost(mirroring, folder, there, is_object=is_object)
            await _ask(mirroring, folder, keys)
            await copy_changes(mirroring)
    async for copies in all_copies(outbox, mirroring.mirror.name, repository.repository_uid):
        stale = {one.key for one in copies if not await _is_wanted(mirroring, one)}
        await _ask(mirroring, folder, stale)
    await copy_changes(mirroring)
    async for found in mirroring.blobs.walk(folder):
        await mirroring.keep()
        await _remove_unknown(mirroring, folder, found)


async def _ask(mirroring: Mirroring, folder: Folder, keys: set[str]) -> None:
    """As if each had changed just now, but for those that wait already."""
    if not keys:
        return
    outbox, mirror = mirroring.resources.outbox, mirroring.mirror.name
    waiting = await waiting_changes(outbox, mirror)
    there = {one.key for one in waiting if one.repository_uid == folder.repository_uid}
    for key in sorted(keys - there):
        await mirroring.write(ask_to_copy(mirror, folder, key))


async def lost(
    mirroring: Mirroring, folder: Folder, copies: Sequence[Copy], *, is_object: bool
) -> set[str]:
    """The keys of copies that are not where they should be, of which nothing is known from now."""
    await mirroring.keep()
    blobs, keys = mirroring.blobs, set[str]()
    there = await lying(blobs, folder, copies)
    for copy in copies:
        if copy not in there:
            await mirroring.write(drop_copy(mirroring.mirror.name, copy))
            keys.add(copy.key)
        elif not lies_right(blobs, copy, is_object=is_object):
            keys.add(copy.key)
    return keys


async def _is_wanted(mirroring: Mirroring, copy: Copy) -> bool:
    """Whether a record is about it."""
    outbox, uid = mirroring.resources.outbox, copy.repository_uid
    record = await find_object(outbox, uid, copy.key)
    if record is not None and record.stamp == copy.stamp:
        return True
    return await find_version(outbox, uid, copy.key, copy.stamp) is not None


async def _remove_unknown(mirroring: Mirroring, folder: Folder, found: Sequence[Found]) -> None:
    """Bytes of which nothing is known: whoever copied them died of it."""
    outbox, mirror = mirroring.resources.outbox, mirroring.mirror.name
    for one in found:
        async with mirroring.blobs.locked(folder, one.key):
            copies = await copies_of_key(outbox, mirror, folder.repository_uid, one.key)
            if one.stored.place not in {copy.place for copy in copies}:
                await mirroring.blobs.remove(folder, one.key, one.stored.place)


async def _tell(resources: Resources, mirror: Mirror) -> None:
    """How far behind it is, as every process tells it."""
    try:
        waiting = await waiting_changes(resources.outbox, mirror.name)
        comparison = await find_comparison(resources.outbox, mirror.name)
    except Problem as problem:
        log.info("a mirror's figures wait", reason=problem.detail)
        return
    since = min((one.since for one in waiting), default=now_ms())
    mirror_waiting.labels(mirror.name).set(min(len(waiting), COUNTED))
    mirror_lag.labels(mirror.name).set(max(now_ms() - since, 0) / 1000)
    mirror_compared.labels(mirror.name).set(comparison.ended_ms / 1000)
