"""Opens where backups lie: a folder, or a bucket by its address."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from services.storage.backups.cloud import open_cloud_target
from services.storage.backups.folder import open_folder
from services.storage.backups.target import Target
from services.storage.settings import ServiceSettings, plain_options
from shared.errors import Invalid

CLOUD = re.compile(r"(?:s3|gs|az)://[^/]+").match


@asynccontextmanager
async def open_target(
    where: str, settings: ServiceSettings, *, writes: bool
) -> AsyncIterator[Target]:
    """Raises Invalid for what can be none, Unavailable, and Conflict where somebody is at work."""
    target = await _open(where, settings, writes=writes)
    try:
        yield target
    finally:
        await target.close()


async def _open(where: str, settings: ServiceSettings, *, writes: bool) -> Target:
    storage = settings.storage
    if CLOUD(where):
        _refuse_beside(where, storage.blobs)
        options = plain_options(storage.backup_options)
        return await open_cloud_target(where, options, storage.blobs_patience, writes=writes)
    if "://" in where or not where:
        raise Invalid(f"{where!r} is neither a folder nor s3://…, gs://… or az://….")
    return open_folder(_outside(Path(where), settings.home), writes=writes)


def _outside(folder: Path, home: Path) -> Path:
    """Raises Invalid for a folder in the data folder."""
    if folder.resolve().is_relative_to(home.resolve()):
        raise Invalid(f"{folder} is in the data folder {home}, and would be lost with it.")
    return folder.absolute()


def _refuse_beside(where: str, blobs: str) -> None:
    target, source = (f"{one.rstrip('/')}/" for one in (where, blobs))
    if blobs and (target.startswith(source) or source.startswith(target)):
        raise Invalid(f"{where} and COOP_STORAGE__BLOBS are in one another; give another prefix.")
