"""Zip archives, sent while they are made."""

from collections.abc import AsyncIterator
from zipfile import ZIP_DEFLATED, ZipFile


class Sink:
    """What ZipFile writes into; it need not go back."""

    def __init__(self) -> None:
        self.written = bytearray()

    def write(self, piece: bytes, /) -> int:
        """Keep it until it is taken."""
        self.written += piece
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """Nothing is held here."""

    def taken(self) -> bytes:
        """What was written since the last time."""
        piece = bytes(self.written)
        self.written.clear()
        return piece


async def zipped(files: AsyncIterator[tuple[str, str]]) -> AsyncIterator[bytes]:
    """The archive of these texts by their names."""
    sink = Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:
        async for name, text in files:
            archive.writestr(name, text)
            yield sink.taken()
    yield sink.taken()
