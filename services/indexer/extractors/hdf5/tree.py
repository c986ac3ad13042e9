"""The arrays of an HDF5 file with their dimensions and attributes (h5py).

NetCDF-4 keeps dimensions as HDF5 dimension scales, which h5py knows.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from math import prod
from typing import Any

import h5py
import numpy as np

from services.indexer.extractors.arrays.array import MAX_VALUES, Array, Attributes
from services.indexer.extractors.facts import MAX_COLUMNS, MAX_TEXT
from services.indexer.extractors.sparse_file import OutOfBytes
from services.indexer.extractors.sparse_reader import SparseReader, through

# One value cannot be read without its chunk; a larger one is not unpacked for a coordinate.
LARGEST_CHUNK = 8 * 1024 * 1024
# What NetCDF calls a dimension of which no values are kept.
BARE = "This is a netCDF dimension but not a netCDF variable"
INTERNAL = frozenset(
    {
        "CLASS", "NAME", "REFERENCE_LIST", "DIMENSION_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates",
        "_nc3_strict",
    }
)  # fmt: skip
MAX_GROUPS = 200


class Tree:
    """What was found before the bytes ran out; `is_whole` says whether they did not."""

    def __init__(self) -> None:
        self.sizes: dict[str, int] = {}
        self.arrays: list[Array] = []
        self.is_whole = True


def read_tree(file: h5py.File, reader: SparseReader) -> Tree:
    """At most MAX_COLUMNS arrays, those near the root first."""
    tree = Tree()
    try:
        with through(reader):
            for dataset in _datasets(file):
                _add(tree, dataset, reader)
                if len(tree.arrays) >= MAX_COLUMNS:
                    tree.is_whole = False
                    break
    except OutOfBytes:
        tree.is_whole = False
    return tree


def _datasets(file: h5py.File) -> Iterator[h5py.Dataset]:
    """Breadth first, and through no link that leads out of the file."""
    groups = deque([file["/"]])
    for _ in range(MAX_GROUPS):
        if not groups:
            return
        group = groups.popleft()
        for name in group:
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                continue
            found = group[name]
            if isinstance(found, h5py.Dataset):
                yield found
            elif isinstance(found, h5py.Group):
                groups.append(found)


def _add(tree: Tree, dataset: h5py.Dataset, reader: SparseReader) -> None:
    shape = dataset.shape or ()
    names = tuple(_dimension(dataset, axis) for axis in range(len(shape)))
    if _text(dataset.attrs.get("CLASS")) == "DIMENSION_SCALE" and len(shape) == 1:
        names = (_short(dataset),)
    for name, size in zip(names, shape, strict=True):
        # An array along a dimension without limit may be shorter than another.
        tree.sizes[name] = max(size, tree.sizes.get(name, 0))
    if _text(dataset.attrs.get("NAME")).startswith(BARE):
        return
    tree.arrays.append(
        Array(
            name=_short(dataset),
            dimensions=names,
            shape=shape,
            data_type=_type(dataset.dtype),
            attributes=attributes_of(dataset),
            values=lambda: _values(dataset, reader),
        )
    )


def _short(dataset: h5py.Dataset) -> str:
    """Its path without the slash at its beginning."""
    return str(dataset.name).strip("/")


def _dimension(dataset: h5py.Dataset, axis: int) -> str:
    scales = dataset.dims[axis].values()
    return _short(scales[0]) if scales else f"{_short(dataset)}_{axis}"


def _type(dtype: Any) -> str:  # noqa: ANN401 -- numpy's dtypes have no common type
    if h5py.check_string_dtype(dtype) is not None:
        return "string"
    return "compound" if dtype.names else str(dtype.name)


def attributes_of(thing: h5py.Group | h5py.Dataset) -> Attributes:
    """Text, and the first number of those that are numbers; what is neither is left out."""
    found: Attributes = {}
    for name in thing.attrs:
        if name in INTERNAL:
            continue
        try:
            value = thing.attrs[name]
        except (OSError, TypeError, ValueError):
            # A type that h5py has no word for; where bytes were missing, the reader knows.
            continue
        said = _plain(value)
        if said is not None:
            found[name] = said
    return found


def _plain(value: Any) -> str | float | int | None:  # noqa: ANN401 -- whatever an attribute holds
    if isinstance(value, str | bytes):
        return _text(value)
    array = np.asarray(value)
    if array.size == 0 or array.dtype.kind not in "SUOifu":
        return None
    first = array.flat[0]
    if isinstance(first, str | bytes):
        return _text(first)
    number: float | int | None = first.item() if isinstance(first, np.number) else None
    return number


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")[:MAX_TEXT]
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _values(dataset: h5py.Dataset, reader: SparseReader) -> Sequence[float]:
    """Numbers alone; none where a chunk is too large to be unpacked for them."""
    shape = dataset.shape or ()
    if dataset.dtype.kind not in "iuf" or not prod(shape):
        return []
    many = prod(dataset.chunks) if dataset.chunks else 1
    if many * dataset.dtype.itemsize > LARGEST_CHUNK:
        return []
    with through(reader):
        if prod(shape) <= MAX_VALUES:
            return [float(value) for value in np.ravel(dataset[()])]
        ends = ((0,) * len(shape), tuple(size - 1 for size in shape))
        return [float(dataset[place]) for place in ends]
