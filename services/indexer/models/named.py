"""What an uploaded STAC document names: the objects it speaks for, and the items of a list."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.indexer.models.counted import CountedItem


@dataclass(frozen=True, slots=True)
class Named:
    """`keys` are of the objects that are assets of its items; `items` are those of a list, by id.

    The item of a document that is one item is kept with the document itself.
    """

    keys: frozenset[str] = frozenset()
    items: Mapping[str, tuple[dict[str, Any], CountedItem]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Whether there is anything to be written beside the document."""
        return bool(self.keys or self.items)


NOTHING = Named()
