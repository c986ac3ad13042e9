"""Opens the back ends that the settings name: the main one and its mirrors."""

from pathlib import Path

from pydantic import SecretStr

from services.storage.blobs.cloud import open_cloud
from services.storage.blobs.local.naming import OURS
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import SealingError, open_files
from services.storage.settings import MAIN, MirrorSettings, ServiceSettings
from shared.errors import Unavailable


async def open_back_end(settings: ServiceSettings, name: str, *, has_begun: bool = False) -> Blobs:
    """The back end of this name. Raises Unavailable, KeyFileError and ValueError.

    One on which there was something already must not be an empty folder: its disk is not mounted.
    """
    where = folder_of_back_end(settings, name)
    if where is None:
        return await _bucket(settings, name)
    # The folder of a mirror is an operator's to make.
    if (has_begun or name != MAIN) and not where.is_dir():
        raise Unavailable(f"There is no folder {where}: is its disk mounted?")
    if has_begun and not (where / OURS.decode()).is_dir():
        raise Unavailable(f"{where} has nothing of what was stored there: is its disk mounted?")
    try:
        return await open_files(
            where,
            fsync=settings.storage.fsync,
            seals=settings.storage.sealed,
            key_file=sealing_key(settings, name),
        )
    except OSError as error:
        raise Unavailable(f"{where} cannot be opened: {error.strerror}.") from error


def folder_of_back_end(settings: ServiceSettings, name: str) -> Path | None:
    """The folder of a back end; None where it is a bucket."""
    where = _mirror(settings, name).blobs if name != MAIN else settings.storage.blobs
    if not where:
        return settings.home / "storage"
    return Path(where) if where.startswith("/") else None


def sealing_key(settings: ServiceSettings, name: str) -> Path:
    """The key file of a folder: each has its own, since each has a store's key of its own."""
    key = settings.sealing_key
    return key if name == MAIN else key.with_name(f"{key.name}-{name}")


def names_of_back_ends(settings: ServiceSettings) -> tuple[str, ...]:
    """The main one first."""
    return MAIN, *settings.storage.mirrors


async def _bucket(settings: ServiceSettings, name: str) -> Blobs:
    storage = settings.storage
    if storage.sealed and name == MAIN:
        raise SealingError(
            "COOP_STORAGE__SEALED seals files, and COOP_STORAGE__BLOBS names a bucket: "
            "there use the encryption of its cloud."
        )
    where, options = storage.blobs, storage.blobs_options
    if name != MAIN:
        mirror = _mirror(settings, name)
        where, options = mirror.blobs, mirror.options
    return await open_cloud(where, _told(options), patience_seconds=storage.blobs_patience)


def _mirror(settings: ServiceSettings, name: str) -> MirrorSettings:
    try:
        return settings.storage.mirrors[name]
    except KeyError:
        raise Unavailable(
            f"Bytes are in the back end {name!r}, which COOP_STORAGE__MIRRORS does not name."
        ) from None


def _told(options: dict[str, SecretStr]) -> dict[str, str]:
    return {name: value.get_secret_value() for name, value in options.items()}
