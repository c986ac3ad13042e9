"""A file of which only some spans are at hand: what an extractor reads from.

Reading what is missing raises `NeedBytes`, asking for a file beside it `NeedFiles`; whoever runs
the extractor fetches what is needed and runs it again from the start. So extractors are plain
functions, and do no input or output of their own.
"""

from collections.abc import Sequence

from services.indexer.extractors.facts import Malformed

HEAD_BYTES = 64 * 1024
# Formats without a header are read whole up to here, and from their head beyond.
WHOLE_BYTES = 8 * 1024 * 1024
BEGINNING_ALONE = "It is larger than 8 MB: only its beginning was read."


class NeedBytes(BaseException):
    """The span from `start` up to, not including, `end` of the file `name` is missing.

    A BaseException, since libraries swallow the others.
    """

    def __init__(self, name: str, start: int, end: int) -> None:
        super().__init__(name, start, end)
        self.name, self.start, self.end = name, start, end


class NeedFiles(BaseException):
    """Which of the files `names` there are is not known yet."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(names)
        self.names = names


class OutOfBytes(Exception):
    """No more bytes will come: say what is known so far, or give up."""


class SparseFile:
    """`size` bytes called `name`, and the spans of them that have been fetched.

    `is_final` means that nothing more will be fetched. `others` are the files beside it that were
    asked for, None for one that there is not.
    """

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.is_final = False
        self.others: dict[str, SparseFile | None] = {}
        self._spans: list[tuple[int, bytes]] = []

    def add(self, start: int, data: bytes) -> None:
        """Bytes that were fetched; spans may touch and overlap."""
        self._spans.append((start, data))
        self._spans.sort(key=lambda span: span[0])

    def beside(self, *names: str) -> dict[str, "SparseFile"]:
        """Those of these files that there are, by their whole names.

        One that comes, changes or goes later has this file read again. Only what is in the same
        folder, or in one below, has bytes to be read: of all else it is told that it is there.
        Raises NeedFiles, or OutOfBytes.
        """
        unknown = [name for name in names if name not in self.others]
        if unknown:
            raise OutOfBytes if self.is_final else NeedFiles(unknown)
        found = {name: self.others[name] for name in names}
        return {name: file for name, file in found.items() if file is not None}

    @property
    def suffix(self) -> str:
        """What the name ends in, in lower case, without the dot; empty where there is none."""
        _, dot, suffix = self.name.rpartition("/")[2].rpartition(".")
        return suffix.lower() if dot else ""

    def read(self, start: int, length: int) -> bytes:
        """Exactly these bytes.

        Raises Malformed where the file ends before, NeedBytes or OutOfBytes where they are missing.
        """
        end = start + length
        if start < 0 or length < 0 or end > self.size:
            raise Malformed(f"It ends too early: byte {end:,} of {self.size:,} was looked for.")
        return self._gather(start, end)

    def head(self, length: int = HEAD_BYTES) -> bytes:
        """The first bytes, fewer in a shorter file."""
        return self._gather(0, min(length, self.size))

    def whole(self) -> bytes | None:
        """All of it; None where it is larger than WHOLE_BYTES."""
        return self._gather(0, self.size) if self.size <= WHOLE_BYTES else None

    def _gather(self, start: int, end: int) -> bytes:
        pieces: list[bytes] = []
        place = start
        for first, data in self._spans:
            if place >= end or first > place:
                break
            if first + len(data) > place:
                piece = data[place - first : end - first]
                pieces.append(piece)
                place += len(piece)
        if place < end:
            if self.is_final:
                raise OutOfBytes
            raise NeedBytes(self.name, place, end)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def is_within_reach(name: str, other: str) -> bool:
    """Whether the file `other` lies in the folder of the file `name`, or in one below it."""
    folder, slash, _ = name.rpartition("/")
    return other.startswith(folder + slash)
