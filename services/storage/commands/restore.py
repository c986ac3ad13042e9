"""A snapshot brought back into an empty data folder, before anything runs there."""

import asyncio
import shutil
from argparse import Namespace
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.storage.backups.naming import path_in
from services.storage.backups.opening import open_target
from services.storage.backups.snapshots import (
    Manifest,
    Mark,
    fetch_part,
    read_manifest,
    read_mark,
    snapshots_of,
)
from services.storage.backups.target import Target
from services.storage.commands.backup import (
    IDENTITIES,
    MEGABYTE,
    RECORDS,
    fingerprint,
    refuse_dynamodb,
)
from services.storage.operations.backed_up import Pace, Tally
from services.storage.operations.bringing_back import BringingBack, bring_back_bytes
from services.storage.operations.opening import open_resources
from services.storage.operations.resources import Resources, folder_of
from services.storage.settings import ServiceSettings
from services.storage.store.faults import FAULTS
from services.storage.store.layout import SCHEMA
from services.storage.store.leftovers import LEFTOVERS
from services.storage.store.marks import DIRTY
from services.storage.store.mirrors import OF_MIRRORS
from services.storage.store.uploads import upload_key
from shared.errors import Conflict, Invalid, NotFound
from shared.outbox import Outbox, announce_again
from shared.snapshots import all_repositories
from shared.tables.copies import drop_items, fold_log
from shared.tables.sqlite import open_sqlite

STAGE = ".restoring"
# The supervisor's lock, and what some file systems begin with.
MAY_BE_THERE = {"key", "sealing-key", "lock", "lost+found"}
# What was under way, and where bytes were that are somewhere else now.
UNDER_WAY = (DIRTY, LEFTOVERS, FAULTS, upload_key(""), "LEASE", *OF_MIRRORS)
# Nobody who heard of an event so long before the copies were made is without it in them.
LAG_US = 3600 * 1_000_000


async def restore(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """Bring it back whole, or nothing of the records."""
    refuse_dynamodb(settings)
    home = settings.home
    _refuse_half_restored(home)
    async with open_target(said.target, settings, writes=False) as target:
        mark = await read_mark(target, where=said.target)
        await target.be_alone()
        snapshot, manifest = await _chosen(target, said.snapshot)
        _refuse_there(home)
        try:
            await _fetch(target, snapshot, manifest, home)
            _settle_key(home, mark)
            await _refuse_bytes(settings)
        except BaseException:
            shutil.rmtree(home / STAGE, ignore_errors=True)
            raise
        tally = await _brought(settings, target, said.rate)
    await asyncio.to_thread(_finish, home, manifest)
    return (1 if tally.missing else 0), "\n".join(
        [
            *(
                f"{one}: its bytes are not what was stored; it is left out."
                for one in tally.missing
            ),
            f"Snapshot {snapshot} is back: {tally.objects} objects, {tally.size} bytes.",
        ]
    )


def _refuse_half_restored(home: Path) -> None:
    if (home / STAGE).exists():
        raise Conflict(
            f"A restore into {home} was begun and not finished: remove all of it, and what it put "
            "into a bucket, and run it again."
        )


async def _chosen(target: Target, wanted: str) -> tuple[str, Manifest]:
    snapshots, _ = await snapshots_of(target)
    if not snapshots:
        raise NotFound("There is no snapshot that is whole.")
    snapshot = wanted or snapshots[-1]
    if snapshot not in snapshots:
        raise NotFound(f"There is no snapshot {snapshot}; there are {', '.join(snapshots)}.")
    return snapshot, await read_manifest(target, snapshot)


def _refuse_there(home: Path) -> None:
    """What is left of streams, of an index or of a log would be taken for part of what comes back.

    A key may be there already, and must where the backup has none.
    """
    for path in sorted(home.iterdir()) if home.exists() else ():
        if path.name not in MAY_BE_THERE and not _is_empty(path):
            raise Conflict(
                f"There is {path} already: a restore goes into an empty data folder; set COOP_HOME "
                "to another one."
            )


def _is_empty(path: Path) -> bool:
    """Whether it is a folder with nothing in it: a disk's, or where backups are prepared."""
    return path.is_dir() and not any(path.iterdir())


async def _fetch(target: Target, snapshot: str, manifest: Manifest, home: Path) -> None:
    stage = _made(home)
    for part in manifest.files:
        await fetch_part(target, snapshot, part, stage / path_in(part.path))
    if not (stage / RECORDS).exists():
        raise Invalid(f"The snapshot {snapshot} is damaged: it has no {RECORDS}.")
    await asyncio.to_thread(drop_items, stage / RECORDS, *UNDER_WAY)


def _made(home: Path) -> Path:
    """A folder for what is on its way."""
    home.mkdir(0o700, parents=True, exist_ok=True)
    (home / STAGE).mkdir(0o700)
    return home / STAGE


def _settle_key(home: Path, mark: Mark) -> None:
    """Only with its own key can what is sealed be opened. Raises NotFound, Conflict."""
    key, fetched = home / "key", home / STAGE / "key"
    if not key.exists() and not fetched.exists():
        raise NotFound(
            f"The key file is not in this backup, and without it nothing sealed can be opened: put "
            f"your copy of it to {key} (mode 600) first."
        )
    if fingerprint(home if key.exists() else home / STAGE) != mark.installation:
        raise Conflict(f"The key file {key} is not the one that this backup was made with.")


@asynccontextmanager
async def _resources(settings: ServiceSettings) -> AsyncIterator[Resources]:
    """The fetched records, and where bytes belong."""
    table = await open_sqlite(SCHEMA, settings.home / STAGE / RECORDS)
    try:
        async with open_resources(settings, Outbox(table)) as resources:
            yield resources
    finally:
        await table.close()


async def _refuse_bytes(settings: ServiceSettings) -> None:
    """Raises Conflict where there is anything of a repository already."""
    async with _resources(settings) as resources:
        async for repository in all_repositories(resources.outbox.table):
            if await resources.blobs.exists(folder_of(repository)):
                raise Conflict(
                    f"There are bytes of {repository.full_name} already: a restore goes into an "
                    "empty installation."
                )


async def _brought(settings: ServiceSettings, target: Target, rate: float) -> Tally:
    async with _resources(settings) as resources:
        bringing = BringingBack(resources, target, Pace(rate * MEGABYTE))
        await bring_back_bytes(bringing)
    return bringing.tally


def _finish(home: Path, manifest: Manifest) -> None:
    """Events that somebody may not have heard of wait again, and all files get their place."""
    stage = home / STAGE
    for part in manifest.files:
        path = path_in(part.path)
        if path.endswith(".db") and not path.startswith(IDENTITIES):
            announce_again(stage / path, manifest.began - LAG_US)
            fold_log(stage / path)
    for part in manifest.files:
        path = path_in(part.path)
        (home / path).parent.mkdir(0o700, parents=True, exist_ok=True)
        if not (home / path).exists():
            (stage / path).replace(home / path)
    shutil.rmtree(stage)
