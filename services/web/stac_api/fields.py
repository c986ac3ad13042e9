"""Which members of an item are told (STAC API fields extension)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
# What is below a name; None is all of it.
Tree = dict[str, "Tree | None"]

MOST_NAMES, LONGEST_NAME = 200, 256
MEMBERS = frozenset(
    (
        *("id", "type", "stac_version", "stac_extensions", "collection"),
        *("geometry", "bbox", "links", "assets", "properties"),
    )
)
# What makes a valid item, whether it has a moment or an interval.
USUAL = (
    *("id", "type", "stac_version", "collection", "geometry", "bbox", "links", "assets"),
    *("properties.datetime", "properties.start_datetime", "properties.end_datetime"),
)


@dataclass(frozen=True)
class Fields:
    """With something excluded alone it is all but that; else the usual ones are there too."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def told(self, document: Document) -> dict[str, Any]:
        """What is left of a document."""
        if self.include or not self.exclude:
            document = _picked(document, _tree((*USUAL, *self.include)))
        return _without(document, _tree(self.exclude))


def fields_of(value: object) -> Fields:
    """`id,-geometry` of an address, or the two lists of a body. ValueError says what is wrong."""
    if isinstance(value, str):
        names = [name.strip() for name in value.split(",") if name.strip()]
        include = [name.removeprefix("+") for name in names if not name.startswith("-")]
        exclude = [name[1:] for name in names if name.startswith("-")]
        return Fields(_names(include), _names(exclude))
    if not isinstance(value, dict):
        raise ValueError("must be an object with include and exclude")  # noqa: TRY004 -- one error for all faults
    return Fields(_names(value.get("include")), _names(value.get("exclude")))


def _names(value: object) -> tuple[str, ...]:
    names = [] if value is None else value
    if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
        raise ValueError("must have lists of names")
    if len(names) > MOST_NAMES or any(len(name) > LONGEST_NAME for name in names):
        raise ValueError(f"must be at most {MOST_NAMES} names of {LONGEST_NAME} characters")
    return tuple(names)


def _tree(names: Iterable[str]) -> Tree:
    """Shorter names first: what is whole stays so. `title` is `properties.title`."""
    tree: Tree = {}
    for *above, last in sorted((_path(name) for name in names), key=len):
        node: Tree | None = tree
        for part in above:
            node = None if node is None else node.setdefault(part, {})
        if node is not None:
            node.setdefault(last, None)
    return tree


def _path(name: str) -> list[str]:
    path = name.split(".")
    return path if path[0] in MEMBERS else ["properties", *path]


def _picked(document: Document, tree: Tree) -> dict[str, Any]:
    """What the tree names."""
    kept = {name: value for name, value in document.items() if name in tree}
    return kept | {name: _picked(kept[name], below) for name, below in _inner(kept, tree)}


def _without(document: Document, tree: Tree) -> dict[str, Any]:
    """What the tree does not name."""
    kept = {name: value for name, value in document.items() if tree.get(name, tree) is not None}
    return kept | {name: _without(kept[name], below) for name, below in _inner(kept, tree)}


def _inner(document: Document, tree: Tree) -> list[tuple[str, Tree]]:
    """The objects in it of which the tree names parts."""
    named = [(name, below) for name, below in tree.items() if below is not None]
    return [(name, below) for name, below in named if isinstance(document.get(name), dict)]
