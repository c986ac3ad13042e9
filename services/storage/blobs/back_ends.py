"""Opens the back ends that the settings name: the main one and its mirrors."""

from itertools import combinations
from pathlib import Path

from services.storage.blobs.local.naming import OURS
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed import (
    KeyFile,
    Kms,
    Wrapping,
    open_bucket_blobs,
    open_folder_blobs,
)
from services.storage.blobs.sealed.keeping import Keeping
from services.storage.blobs.sealed.opening import in_bucket, in_folder
from services.storage.settings import MAIN, MirrorSettings, ServiceSettings, plain_options
from shared.errors import Invalid, Unavailable


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
        return await open_folder_blobs(
            where,
            fsync=settings.storage.fsync,
            seals=settings.storage.sealed,
            wrapping=wrapping_of(settings, name),
        )
    except OSError as error:
        raise Unavailable(f"{where} cannot be opened: {error.strerror}.") from error


def folder_of_back_end(settings: ServiceSettings, name: str) -> Path | None:
    """The folder of a back end; None where it is a bucket."""
    where = _mirror(settings, name).blobs if name != MAIN else settings.storage.blobs
    if not where:
        return settings.home / "storage"
    return Path(where) if where.startswith("/") else None


def wrapping_of(settings: ServiceSettings, name: str) -> Wrapping:
    """What wraps the key of a back end: each has a store's key, so a key file, of its own."""
    key, storage = settings.sealing_key, settings.storage
    file = KeyFile(key if name == MAIN else key.with_name(f"{key.name}-{name}"))
    options = plain_options(storage.sealing_kms_options)
    return Kms(storage.sealing_kms, options, file) if storage.sealing_kms else file


def keeping_of(settings: ServiceSettings, name: str) -> Keeping:
    """Where the wrapped key of a back end lies."""
    folder = folder_of_back_end(settings, name)
    if folder is not None:
        return in_folder(folder)
    return in_bucket(*_reached(settings, name), settings.storage.blobs_patience)


def names_of_back_ends(settings: ServiceSettings) -> tuple[str, ...]:
    """The main one first."""
    return MAIN, *settings.storage.mirrors


def refuse_nested(settings: ServiceSettings) -> None:
    """Raises Invalid where a back end is in another: what is unknown in a mirror is removed."""
    places = [_place(settings, name) for name in names_of_back_ends(settings)]
    for one, other in combinations(places, 2):
        if one.startswith(other) or other.startswith(one):
            raise Invalid(f"{one} and {other} are in one another: give each a place of its own.")


def _place(settings: ServiceSettings, name: str) -> str:
    """Where it is, ending as a folder does; of a bucket also on which server."""
    folder = folder_of_back_end(settings, name)
    if folder is not None:
        return f"{folder.resolve()}/"
    where, options = _reached(settings, name)
    return f"{options.get('endpoint', '')} {where.rstrip('/')}/".lstrip()


async def _bucket(settings: ServiceSettings, name: str) -> Blobs:
    storage = settings.storage
    return await open_bucket_blobs(
        *_reached(settings, name),
        patience_seconds=storage.blobs_patience,
        seals=storage.sealed,
        wrapping=wrapping_of(settings, name),
    )


def _reached(settings: ServiceSettings, name: str) -> tuple[str, dict[str, str]]:
    """The address of a bucket, and how it is reached."""
    where, options = settings.storage.blobs, settings.storage.blobs_options
    if name != MAIN:
        mirror = _mirror(settings, name)
        where, options = mirror.blobs, mirror.options
    return where, plain_options(options)


def _mirror(settings: ServiceSettings, name: str) -> MirrorSettings:
    try:
        return settings.storage.mirrors[name]
    except KeyError:
        raise Unavailable(
            f"Bytes are in the back end {name!r}, which COOP_STORAGE__MIRRORS does not name."
        ) from None
