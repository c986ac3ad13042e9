"""What was found of stored bytes that are not what was stored: noted, told, and let go of."""

from collections import Counter

from services.storage.models import Fault, FaultKind, ObjectRecord
from services.storage.operations.resources import Resources, folder_of
from services.storage.operations.verifying import bytes_id, record_of
from services.storage.store.clock import now_ms
from services.storage.store.faults import all_faults, drop_fault, note_fault
from services.storage.store.objects import objects_page
from shared.contracts.repositories import Repository
from shared.log import logger
from shared.snapshots import repository_known

log = logger("storage")


async def find_fault(
    resources: Resources, repository: Repository, record: ObjectRecord | None, kind: FaultKind
) -> None:
    """It is noted and, where it is news, logged; without a record it is of the whole folder."""
    uid, version = repository.repository_uid, record.version if record is not None else 0
    key, known_by, shown = "", "", ""
    if record is not None:
        key, known_by, shown = record.key, bytes_id(resources, record), record.shown_version
    fault = Fault(uid, key, known_by, shown, kind, now_ms())
    if await note_fault(resources.outbox, fault):
        log.error("stored bytes are not right", fault=kind, repository=uid, version=version)


async def lose_fault(resources: Resources, fault: Fault) -> None:
    """It is none any more."""
    await drop_fault(resources.outbox, fault)
    log.info("a fault is gone", fault=fault.kind, repository=fault.repository_uid)


async def settle_faults(resources: Resources) -> "Counter[FaultKind]":
    """Let go of those whose bytes no record is about any more; how many are left of each kind."""
    left: Counter[FaultKind] = Counter()
    async for fault in all_faults(resources.outbox):
        if await _stands(resources, fault):
            left[fault.kind] += 1
        else:
            await lose_fault(resources, fault)
    return left


async def _stands(resources: Resources, fault: Fault) -> bool:
    uid = fault.repository_uid
    if fault.key:
        return await record_of(resources, uid, fault.key, fault.bytes_id) is not None
    repository = await repository_known(resources.outbox.table, uid)
    return repository is not None and await is_folder_lost(resources, repository)


async def is_folder_lost(resources: Resources, repository: Repository) -> bool:
    """Whether it has objects and no place for bytes: its disk may not be the one it was."""
    if repository.connection_uid:
        return False
    uid = repository.repository_uid
    objects, _ = await objects_page(resources.outbox, uid, limit=1, cursor=None)
    return bool(objects) and not await resources.blobs.exists(folder_of(repository))
