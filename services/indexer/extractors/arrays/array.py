"""One array of a file, whatever its format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isfinite

from services.indexer.extractors.sparse_file import OutOfBytes

Attributes = dict[str, str | float | int]
# A coordinate of more values is known by its first and last alone.
MAX_VALUES = 16_384


@dataclass(frozen=True, slots=True)
class Array:
    """`values` reads numbers of it: all of them up to MAX_VALUES, else the first and the last."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    data_type: str
    attributes: Attributes
    values: Callable[[], Sequence[float]] = field(repr=False)

    def text(self, attribute: str) -> str:
        """An attribute that is text; empty where it is none."""
        found = self.attributes.get(attribute)
        return found.strip() if isinstance(found, str) else ""

    def numbers(self) -> list[float]:
        """Its values without those that are none; nothing where no more bytes will come."""
        try:
            return [float(value) for value in self.values() if isfinite(value)]
        except OutOfBytes:
            return []
