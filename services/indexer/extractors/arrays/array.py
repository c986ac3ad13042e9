"""One array of a file, whatever its format."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import isfinite

from services.indexer.extractors.sparse_file import OutOfBytes

Attributes = dict[str, str | float | int]
# A coordinate of more values is known by its first and last alone.
MAX_VALUES = 16_384


@dataclass(frozen=True)
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

    @cached_property
    def ends(self) -> tuple[float, float] | None:
        """Its least and its greatest value; None where there is none, or no more bytes will come.

        Kept, since a coordinate is asked for the place and for its dimension.
        """
        try:
            values = [float(value) for value in self.values() if isfinite(value)]
        except OutOfBytes:
            return None
        return (min(values), max(values)) if values else None
