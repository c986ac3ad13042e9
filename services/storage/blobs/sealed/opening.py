"""A back end opened with what lies sealed in it, or as if there were no such thing."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from services.storage.blobs.cloud import CloudBlobs, open_cloud
from services.storage.blobs.cloud.bucket import Bucket, open_bucket
from services.storage.blobs.local import open_local
from services.storage.blobs.port import Blobs
from services.storage.blobs.sealed.blobs import SealedBlobs
from services.storage.blobs.sealed.keeping import InBucket, InFolder
from services.storage.blobs.sealed.keys import Wrapping, open_store_key
from services.storage.blobs.sealed.naming import SEALED_FOLDER, SEALED_PREFIX


def in_folder(storage: Path) -> InFolder:
    """Where the key of the storage folder is."""
    return InFolder(storage / SEALED_FOLDER)


def in_bucket(url: str, options: Mapping[str, str], patience_seconds: float) -> InBucket:
    """Where the key of a bucket is."""
    return InBucket(_within(url, options, patience_seconds), url)


async def open_folder_blobs(folder: Path, *, fsync: str, seals: bool, wrapping: Wrapping) -> Blobs:
    """The storage folder, whether or not anything in it is sealed. Raises KeyFileError."""
    within = folder / SEALED_FOLDER
    if not (seals or await asyncio.to_thread(_is_there, within)):
        return await open_local(folder, fsync=fsync)
    store = await open_store_key(InFolder(within), wrapping)
    plain = await open_local(folder, fsync=fsync)
    sealed = await open_local(within, fsync=fsync)
    return SealedBlobs(plain, sealed, store, seals=seals)


async def open_bucket_blobs(
    url: str,
    options: Mapping[str, str],
    *,
    patience_seconds: float,
    seals: bool,
    wrapping: Wrapping,
) -> Blobs:
    """A bucket, whether or not anything in it is sealed. Raises KeyFileError, Unavailable."""
    bucket = _within(url, options, patience_seconds)
    keeping = InBucket(bucket, url)
    store = None
    if seals or await keeping.read() is not None:
        store = await open_store_key(keeping, wrapping)
    plain = await open_cloud(url, options, patience_seconds=patience_seconds)
    if store is None:
        return plain
    return SealedBlobs(plain, CloudBlobs(bucket), store, seals=seals)


def _within(url: str, options: Mapping[str, str], patience_seconds: float) -> Bucket:
    return open_bucket(f"{url.rstrip('/')}/{SEALED_PREFIX}", options, patience_seconds)


def _is_there(folder: Path) -> bool:
    """Whether anything was ever sealed in this folder."""
    return folder.is_dir() and any(folder.iterdir())
