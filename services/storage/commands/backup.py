"""A snapshot of the records and of the bytes that they are about, while everything goes on."""

import asyncio
import os
import shutil
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from services.storage.backups.inventory import Inventory
from services.storage.backups.naming import FILES, MANIFEST, MOMENT, in_snapshot
from services.storage.backups.opening import open_target
from services.storage.backups.pruning import prune, remove_snapshot
from services.storage.backups.snapshots import (
    FORMAT,
    Manifest,
    add_there,
    claim,
    put_names,
    put_part,
    read_manifest,
    read_mark,
    snapshots_of,
)
from services.storage.backups.target import Target, put_whole
from services.storage.blobs.local.descent import FOLDER_FLAGS
from services.storage.blobs.local.locks import try_lock
from services.storage.commands.records import opened_records
from services.storage.operations.backed_up import Pace, Tally
from services.storage.operations.backing_up import BackingUp, back_up_bytes
from services.storage.operations.opening import open_resources
from services.storage.settings import ServiceSettings
from services.storage.store.layout import SCHEMA
from shared.errors import Conflict, Invalid, NotFound
from shared.finishing import to_the_end
from shared.keyfile import derive_text, load_key_file
from shared.outbox import Outbox
from shared.tables.copies import copy_file, fold_log, holds_items
from shared.tables.sqlite import open_sqlite

RECORDS = "storage/storage.db"
# Somebody else's file, with tables of its own.
IDENTITIES = "kratos/"
STAGE = ".backup"
MEGABYTE = 1_000_000


async def back_up(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """Make one, and let old ones go where that is asked for."""
    refuse_dynamodb(settings)
    paths: Sequence[str] = said.paths or [RECORDS]
    _refuse_nothing(settings.home, paths)
    with _stage(settings.home) as stage:
        async with open_target(said.target, settings, writes=True) as target:
            await claim(target, fingerprint(settings.home), where=said.target)
            for unfinished in (await snapshots_of(target))[1]:
                await remove_snapshot(target, unfinished)
            snapshot, tally = await _made(settings, target, paths, (stage, said.rate))
            # Where bytes are missing, an older one may be the last that has them.
            prunes = said.keep and not tally.missing
            gone = await prune(target, said.keep, stage, snapshot) if prunes else ()
    lines = _told(snapshot, tally) + [f"Snapshot {one} is gone." for one in gone]
    if said.keep and tally.missing:
        lines.append("No snapshot was let go, since an older one may have what is missing.")
    if "key" not in paths:
        lines.append(f"The key file is not in it: keep a copy of {settings.home / 'key'} apart.")
    return (1 if tally.missing else 0), "\n".join(lines)


def _told(snapshot: str, tally: Tally) -> list[str]:
    return [
        *(f"{one}: its bytes are not what was stored, and not in it." for one in tally.missing),
        f"Snapshot {snapshot}: {tally.objects} objects, {tally.size} bytes; copied were "
        f"{tally.copied} objects, {tally.copied_size} bytes.",
    ]


async def list_snapshots(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """One line for each, oldest first."""
    async with open_target(said.target, settings, writes=False) as target:
        await read_mark(target, where=said.target)
        lines, code = list[str](), 0
        for snapshot in (await snapshots_of(target))[0]:
            try:
                one = await read_manifest(target, snapshot)
                lines.append(f"{snapshot}  {one.objects} objects, {one.size} bytes")
            except Invalid as problem:
                code = 1
                lines.append(f"{snapshot}  {problem.detail}")
    return code, "\n".join(lines or ["There is no snapshot yet."])


def fingerprint(home: Path) -> str:
    """By which an installation knows its own backups; tells nothing of its key."""
    return derive_text(load_key_file(home), "backup/installation", 15)


def refuse_dynamodb(settings: ServiceSettings) -> None:
    """Raises Invalid where the records are not files."""
    if settings.tables.backend != "sqlite":
        raise Invalid(
            "The records are in DynamoDB, which has backups of its own: use them, and versions or "
            "replication of the bucket for the bytes."
        )


def _refuse_nothing(home: Path, paths: Sequence[str]) -> None:
    for path in (RECORDS, "key", *paths):
        if not (home / path).exists():
            raise NotFound(f"There is no {home / path}; does COOP_HOME name the data folder?")
    if RECORDS not in paths:
        raise Invalid(f"{RECORDS} must be among the files.")
    for path in paths:
        is_table = path.endswith(".db") and not path.startswith(IDENTITIES)
        if is_table and not holds_items(home / path):
            raise Invalid(f"{home / path} is no table of a service, and could not be restored.")


@contextmanager
def _stage(home: Path) -> Iterator[Path]:
    """A folder for what is on its way, emptied of what a killed one left. Raises Conflict."""
    (home / STAGE).mkdir(0o700, exist_ok=True)
    lock, stage = os.open(home / STAGE, FOLDER_FLAGS), home / STAGE / "files"
    try:
        if not try_lock(lock):
            raise Conflict(f"Another backup of {home} is under way.")
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(0o700)
        try:
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
    finally:
        os.close(lock)


async def _made(
    settings: ServiceSettings, target: Target, paths: Sequence[str], how: tuple[Path, float]
) -> tuple[str, Tally]:
    """The name of the new snapshot, and what is in it."""
    stage, rate = how
    began = time.time_ns() // 1000
    snapshot = datetime.fromtimestamp(began / 1_000_000, UTC).strftime(MOMENT)
    await to_the_end(asyncio.to_thread(_copy_files, settings.home, stage, paths))
    with closing(Inventory(stage / "needed.db")) as needed:
        async with _backing(settings, target, stage, needed) as backing:
            backing.pace = Pace(rate * MEGABYTE)
            await back_up_bytes(backing)
        await asyncio.to_thread(fold_log, stage / RECORDS)
        tally = backing.tally
        files = [await put_part(target, snapshot, f"{FILES}{path}", stage / path) for path in paths]
        names = await put_names(target, snapshot, needed, stage / "names")
    manifest = Manifest(
        format=FORMAT, began=began, objects=tally.objects, size=tally.size, files=files, names=names
    )
    await target.settle()
    await target.be_alone()
    await put_whole(target, in_snapshot(snapshot, MANIFEST), manifest.model_dump_json().encode())
    await target.settle()
    return snapshot, tally


def _copy_files(home: Path, stage: Path, paths: Sequence[str]) -> None:
    """In this order: what refers to something is copied before it."""
    for path in paths:
        (stage / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".db"):
            copy_file(home / path, stage / path)
        else:
            shutil.copyfile(home / path, stage / path)


@asynccontextmanager
async def _backing(
    settings: ServiceSettings, target: Target, stage: Path, needed: Inventory
) -> AsyncIterator[BackingUp]:
    """The live records and their copy, for as long as bytes are copied."""
    copy = await open_sqlite(SCHEMA, stage / RECORDS)
    try:
        with closing(Inventory(stage / "there.db")) as there:
            await add_there(target, there)
            async with opened_records(settings) as outbox, open_resources(settings, outbox) as live:
                yield BackingUp(live, Outbox(copy), target, there, needed)
    finally:
        await copy.close()
