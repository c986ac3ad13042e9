"""What a format of archives has to say: how long its parts are, and the parts themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Entry(NamedTuple):
    """One file: its name within the archive, its bytes, when it changed (epoch seconds).

    A name with a slash at its end is a folder.
    """

    name: bytes
    size: int
    modified: int

    @property
    def is_folder(self) -> bool:
        """Whether it is made as a folder when the archive is unpacked."""
        return self.name.endswith(b"/")


class Totals(NamedTuple):
    """How many entries there are, and where their directory lies."""

    entries: int
    directory_offset: int
    directory_size: int


@dataclass(frozen=True, slots=True)
class Form:
    """A format. A head stands before each file, `padding` zeros behind it; then the directory.

    `head(entry, crc32)`, `record(entry, crc32, offset)`: the CRC-32 is asked for `with_sums` alone.
    """

    suffix: str
    media_type: str
    with_sums: bool
    head_size: Callable[[Entry], int]
    head: Callable[[Entry, int], bytes]
    padding: Callable[[Entry], int]
    record_size: Callable[[Entry, int], int]
    record: Callable[[Entry, int, int], bytes]
    end: Callable[[Totals], bytes]
