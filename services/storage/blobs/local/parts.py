"""Parts of multipart uploads, each a file in its upload's folder. All of it blocks."""

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress

from services.storage.blobs.local.descent import (
    MISSING,
    folder_opened,
    make_folders,
    open_beneath,
)
from services.storage.blobs.local.disk import Disk, room_needed
from services.storage.blobs.local.drafts import DraftFile
from services.storage.blobs.local.naming import OURS, our_path
from services.storage.blobs.port import Folder, GoneError

PARTS = b"mpu"


def keep_part(disk: Disk, folder: Folder, upload_id: str, name: str, draft: DraftFile) -> None:
    """Keep the draft under a name of its own, so that a part sent twice tears nothing."""
    path = _upload_path(folder, upload_id)
    with room_needed():
        make_folders(disk.root, path, is_durable=disk.syncs_names)
    with folder_opened(disk.root, path) as opened:
        draft.link(opened, _name(name))
        disk.sync_names(opened)


def drop_part(disk: Disk, folder: Folder, upload_id: str, name: str) -> None:
    """Remove one part; it is no error if there is none."""
    path = b"%b/%b" % (_upload_path(folder, upload_id), _name(name))
    with suppress(FileNotFoundError):
        os.unlink(path, dir_fd=disk.root)


def assemble(
    disk: Disk, folder: Folder, upload_id: str, names: Sequence[str], draft: DraftFile
) -> None:
    """Append the parts in this order. Raises GoneError, NoRoomError."""
    path = _upload_path(folder, upload_id)
    for name in names:
        try:
            part = open_beneath(disk.root, b"%b/%b" % (path, _name(name)), os.O_RDONLY)
        except OSError as error:
            if error.errno in MISSING:
                raise GoneError from error
            raise
        try:
            draft.copy(part, 0, os.fstat(part).st_size)
        finally:
            os.close(part)


def drop_upload(disk: Disk, folder: Folder, upload_id: str) -> None:
    """Remove all parts and their folder."""
    path = _upload_path(folder, upload_id)
    # A part that arrives just now keeps the folder; the next sweep takes both.
    with suppress(OSError):
        with folder_opened(disk.root, path) as opened:
            for name in os.listdir(opened):
                os.unlink(name, dir_fd=opened)
        os.rmdir(path, dir_fd=disk.root)


def uploads(disk: Disk, within: Folder | None = None) -> Iterator[tuple[Folder, str]]:
    """Repository, as far as its path tells it, and upload id of every folder of parts."""
    for folder in _folders(disk) if within is None else (within,):
        for upload in _names(disk, OURS, folder.account_id, folder.repository_id, PARTS.decode()):
            yield folder, upload


def _folders(disk: Disk) -> Iterator[Folder]:
    for account in _names(disk, OURS):
        for repository in _names(disk, OURS, account):
            yield Folder(account, repository, "")


def _names(disk: Disk, top: bytes, *rest: str) -> list[str]:
    try:
        with folder_opened(disk.root, b"/".join((top, *map(os.fsencode, rest)))) as opened:
            return sorted(os.listdir(opened))
    except OSError:
        return []


def _upload_path(folder: Folder, upload_id: str) -> bytes:
    return our_path(folder, PARTS, _name(upload_id))


def _name(text: str) -> bytes:
    if not text.replace("-", "").isalnum():
        raise ValueError(f"{text!r} names no upload and no part")
    return text.encode()
