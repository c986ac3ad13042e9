"""NetCDF-4 and HDF5, from their headers and the ends of their coordinates."""

import h5py

from services.indexer.extractors.arrays.survey import facts_of
from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.hdf5.tree import attributes_of, read_tree
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile
from services.indexer.extractors.sparse_reader import SparseReader, through

NETCDF_SUFFIXES = frozenset({"nc", "nc4"})
SUFFIXES = NETCDF_SUFFIXES | {"h5", "hdf5", "he5"}
LABEL = "NetCDF or HDF5"
NETCDF_TYPE, HDF5_TYPE = "application/netcdf", "application/x-hdf5"
MAGIC = b"\x89HDF\r\n\x1a\n"
MARK = "_NCProperties"


def recognises(file: SparseFile) -> bool:
    """By its first bytes. A user's block before them is not looked behind."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Dimensions, variables, place and time; partial where headers lie too far apart."""
    reader = SparseReader(file)
    try:
        with through(reader):
            opened = h5py.File(reader, "r")
    except OSError as error:
        raise Malformed(f"It is not HDF5 that can be read: {error}") from error
    with opened:
        return _facts(file, opened, reader)


def _facts(file: SparseFile, opened: h5py.File, reader: SparseReader) -> Facts:
    tree = read_tree(opened, reader)
    try:
        with through(reader):
            said = attributes_of(opened)
            is_netcdf = MARK in opened.attrs or file.suffix in NETCDF_SUFFIXES
    except OutOfBytes:
        said, is_netcdf = {}, file.suffix in NETCDF_SUFFIXES
    name, media_type = ("NetCDF-4", NETCDF_TYPE) if is_netcdf else ("HDF5", HDF5_TYPE)
    facts = facts_of(name, media_type, tree.sizes, tree.arrays, said)
    if not tree.is_whole:
        facts.partial = "It has more arrays than are looked at."
    return facts
