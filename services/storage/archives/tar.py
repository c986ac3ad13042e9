"""tar as POSIX.1-2001 has it: ustar, and pax headers for what does not fit."""

import tarfile

from services.storage.archives.form import Entry, Form, Totals

BLOCK = tarfile.BLOCKSIZE
SHORT_NAME, SMALL_SIZE, LAST_SHORT_TIME = 100, 8**11, 8**11
FILE_MODE, FOLDER_MODE = 0o644, 0o755


def head_size(entry: Entry) -> int:
    """Bytes before the file, told without making them where all fits one block."""
    is_short = len(entry.name) <= SHORT_NAME and entry.name.isascii()
    if is_short and entry.size < SMALL_SIZE and 0 <= entry.modified < LAST_SHORT_TIME:
        return BLOCK
    return len(head(entry))


def head(entry: Entry, _: int = 0) -> bytes:
    """The header, with a pax header before it where it is needed."""
    info = tarfile.TarInfo(entry.name.decode())
    info.size, info.mtime, info.mode = entry.size, entry.modified, FILE_MODE
    if entry.is_folder:
        info.type, info.mode = tarfile.DIRTYPE, FOLDER_MODE
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "strict")


def padding(entry: Entry) -> int:
    """Zeros up to a whole block."""
    return -entry.size % BLOCK


def end(_: Totals) -> bytes:
    """Two empty blocks."""
    return bytes(2 * BLOCK)


TAR = Form(
    suffix=".tar",
    media_type="application/x-tar",
    with_sums=False,
    head_size=head_size,
    head=head,
    padding=padding,
    record_size=lambda _, __: 0,
    record=lambda _, __, ___: b"",
    end=end,
)
