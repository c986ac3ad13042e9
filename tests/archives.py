"""Archives made by storage, without its doors, and unpacked by the tools that people have."""

import subprocess
from pathlib import Path

from services.storage.archives.form import Form
from services.storage.archives.layout import Layout
from services.storage.archives.zip64 import ZIP
from services.storage.operations.archiving import Archive, Part, Slice, Window, lay_out, pieces
from services.storage.operations.resources import Resources
from tests.storage_room import REPOSITORY

ALL = (Part(""),)


async def archive_of(
    resources: Resources, *, form: Form = ZIP, parts: tuple[Part, ...] = ALL, most: int = 10**6
) -> Archive:
    """Laid out, of what is in the repository."""
    archive = Archive(resources, REPOSITORY, parts, Layout(form))
    await lay_out(archive, most=most)
    return archive


async def sent(archive: Archive, start: int = 0, end: int | None = None) -> bytes:
    """What is sent of it."""
    window = Window(start, archive.layout.size if end is None else end)
    body = bytearray()
    async for piece in pieces(archive, window):
        if isinstance(piece, Slice):
            for offset in range(piece.start, piece.end, 2**18):
                body += await piece.blob.read(offset, min(2**18, piece.end - offset))
        else:
            body += piece
    return bytes(body)


def unpacked(program: str, archive: Path, folder: Path) -> dict[str, bytes]:
    """The files that a program makes of an archive; raises where it complains."""
    words = {
        "unzip": ["unzip", "-q", str(archive), "-d", str(folder)],
        "bsdtar": ["bsdtar", "-xf", str(archive), "-C", str(folder)],
        "tar": ["tar", "-xf", str(archive), "-C", str(folder)],
    }[program]
    folder.mkdir()
    subprocess.run(words, check=True, capture_output=True)
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}
