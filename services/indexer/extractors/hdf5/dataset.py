"""One file as a whole: opened by h5py, told as a dataset."""

import h5py

from services.indexer.extractors.arrays.array import Attributes
from services.indexer.extractors.arrays.survey import facts_of
from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.hdf5.tree import attributes_of, read_tree
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile
from services.indexer.extractors.sparse_reader import SparseReader, through

NETCDF = ("NetCDF-4", "application/netcdf")
HDF5 = ("HDF5", "application/x-hdf5")
MARK = "_NCProperties"


def facts_of_hdf5(file: SparseFile, *, is_netcdf: bool) -> Facts:
    """`is_netcdf` says what the name promises. Raises Malformed, NeedBytes, OutOfBytes."""
    reader = SparseReader(file)
    try:
        with through(reader):
            opened = h5py.File(reader, "r")
    except OSError as error:
        raise Malformed(f"It is not HDF5 that can be read: {error}") from error
    # Values of coordinates are read while facts are made of them.
    with opened:
        tree = read_tree(opened, reader)
        said, has_mark = _about(opened, reader)
        name, media_type = NETCDF if is_netcdf or has_mark else HDF5
        facts = facts_of(name, media_type, tree.sizes, tree.arrays, said)
    if not tree.is_whole:
        facts.partial = "It has more arrays than are looked at."
    return facts


def _about(opened: h5py.File, reader: SparseReader) -> tuple[Attributes, bool]:
    """What is said of the whole, and whether NetCDF wrote it; nothing where bytes are missing."""
    try:
        with through(reader):
            return attributes_of(opened), MARK in opened.attrs
    except OutOfBytes:
        return {}, False
