"""NetCDF-4 and HDF5, from their headers and the ends of their coordinates."""

from services.indexer.extractors.facts import Facts
from services.indexer.extractors.sparse_file import SparseFile

NETCDF_SUFFIXES = frozenset({"nc", "nc4"})
SUFFIXES = NETCDF_SUFFIXES | {"h5", "hdf5", "he5"}
LABEL = "NetCDF or HDF5"
MAGIC = b"\x89HDF\r\n\x1a\n"


def recognises(file: SparseFile) -> bool:
    """By its first bytes. A user's block before them is not looked behind."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Dimensions, variables, place and time; partial where headers lie too far apart."""
    # h5py and numpy take 30 MB, which most workers never need.
    from services.indexer.extractors.hdf5.dataset import facts_of_hdf5  # noqa: PLC0415

    return facts_of_hdf5(file, is_netcdf=file.suffix in NETCDF_SUFFIXES)
