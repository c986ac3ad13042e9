"""Backups made and brought back by storage's operations alone."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from services.storage.backups.inventory import Inventory
from services.storage.backups.snapshots import add_there
from services.storage.backups.target import Target
from services.storage.blobs.port import Blobs
from services.storage.commands.restore import UNDER_WAY
from services.storage.models import ObjectRecord
from services.storage.operations.backed_up import Tally
from services.storage.operations.backing_up import BackingUp, back_up_bytes
from services.storage.operations.bringing_back import BringingBack, bring_back_bytes
from services.storage.operations.reading import open_version
from services.storage.operations.resources import Resources
from services.storage.store.layout import SCHEMA
from services.storage.store.objects import objects_in
from services.storage.store.versions import all_versions
from shared.contracts.base import Snapshot
from shared.contracts.repositories import Repository
from shared.outbox import Outbox
from shared.snapshots import names_of
from shared.tables import Delete, Put
from shared.tables.copies import copy_file, drop_items, fold_log
from shared.tables.sqlite import open_sqlite
from tests.blob_writes import content_of
from tests.storage_room import opened_resources

RECORDS = "storage/storage.db"
Everything = dict[tuple[str, str], tuple[ObjectRecord, bytes]]


async def nothing() -> None:
    """Nobody does anything meanwhile."""


class Made(NamedTuple):
    """A backup of a moment ago."""

    records: Path
    tally: Tally


async def made(
    resources: Resources,
    home: Path,
    target: Target,
    *,
    meanwhile: Callable[[], Awaitable[None]] = nothing,
) -> Made:
    """Back up; `meanwhile` happens after the records were copied and before the bytes are."""
    stage = home / "stage"
    shutil.rmtree(stage, ignore_errors=True)
    stage.mkdir()
    copy_file(home / RECORDS, stage / "records.db")
    await meanwhile()
    copy = await open_sqlite(SCHEMA, stage / "records.db")
    with (
        closing(Inventory(stage / "there.db")) as there,
        closing(Inventory(stage / "needed.db")) as needed,
    ):
        await add_there(target, there)
        backing = BackingUp(resources, Outbox(copy), target, there, needed)
        await back_up_bytes(backing)
    await copy.close()
    fold_log(stage / "records.db")
    return Made(stage / "records.db", backing.tally)


@asynccontextmanager
async def brought_back(
    backup: Made, target: Target, home: Path, blobs: Blobs | None = None
) -> AsyncIterator[tuple[Resources, Tally]]:
    """What there is after a restore into an empty home."""
    (home / RECORDS).parent.mkdir(parents=True)
    shutil.copyfile(backup.records, home / RECORDS)
    drop_items(home / RECORDS, *UNDER_WAY)
    async with opened_resources(home, blobs=blobs) as resources:
        bringing = BringingBack(resources, target)
        await bring_back_bytes(bringing)
        yield resources, bringing.tally


async def know(resources: Resources, *snapshots: Snapshot) -> None:
    """As events leave them."""
    for one in snapshots:
        for kind, name in names_of(one):
            row = {"pk": kind, "sk": name, "version": 1, "body": one.model_dump_json()}
            await resources.outbox.table.write(Put(row))


async def forgotten(resources: Resources, repository: Repository) -> None:
    """As the event of its purging leaves it."""
    names = names_of(repository)
    await resources.outbox.table.write(*(Delete(kind, name) for kind, name in names))


async def everything(resources: Resources, repository: Repository) -> Everything:
    """All records of a repository by key and version, as they are wherever bytes lie, and bytes."""
    uid = repository.repository_uid
    records = [one async for batch in objects_in(resources.outbox, uid) for one in batch]
    records += [one async for one in all_versions(resources.outbox, uid)]
    found = {}
    for record in records:
        place = record.key, record.shown_version
        told = replace(record, place="", mark="")
        found[place] = told, await _bytes_of(resources, repository, record)
    return found


async def _bytes_of(resources: Resources, repository: Repository, record: ObjectRecord) -> bytes:
    if record.is_marker:
        return b""
    opened = await open_version(resources, repository, record.key, record.shown_version)
    try:
        assert opened.record == record
        return await content_of(opened.blob)
    finally:
        opened.close()


def rot(path: Path, content: bytes) -> None:
    """Other bytes, of which the file system knows nothing."""
    moment = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(moment.st_atime_ns, moment.st_mtime_ns))
