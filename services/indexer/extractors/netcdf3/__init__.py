"""NetCDF-3: its header, and the ends of its coordinates."""

import struct
from collections.abc import Sequence
from math import prod

from services.indexer.extractors.arrays.array import MAX_VALUES, Array
from services.indexer.extractors.arrays.survey import facts_of
from services.indexer.extractors.facts import Facts
from services.indexer.extractors.netcdf3.header import (
    MAGIC,
    TEXT,
    TYPES,
    VERSIONS,
    Header,
    Variable,
    read_header,
)
from services.indexer.extractors.sparse_file import SparseFile

SUFFIXES = frozenset({"cdf"})
LABEL = "NetCDF-3"
MEDIA_TYPE = "application/netcdf"
# Records lie apart: the first and the last are enough where many bytes lie between them.
LARGEST_SPAN = 8 * MAX_VALUES


def recognises(file: SparseFile) -> bool:
    """By its first bytes and its version."""
    head = file.head(len(MAGIC) + 1)
    return head[:3] == MAGIC and head[3:] in {bytes([version]) for version in VERSIONS}


def parse(file: SparseFile) -> Facts:
    """Dimensions, variables, place and time. Raises Malformed."""
    header = read_header(file)
    sizes = {name: size or header.records for name, size in header.dimensions}
    arrays = [_array(file, header, variable) for variable in header.variables]
    return facts_of(LABEL, MEDIA_TYPE, sizes, arrays, header.attributes)


def _array(file: SparseFile, header: Header, variable: Variable) -> Array:
    named = [header.dimensions[one] for one in variable.dimensions]
    shape = tuple(size or header.records for _, size in named)
    return Array(
        name=variable.name,
        dimensions=tuple(name for name, _ in named),
        shape=shape,
        data_type=TYPES[variable.type][0],
        attributes=variable.attributes,
        values=lambda: _values(file, header, variable, shape),
    )


def _values(
    file: SparseFile, header: Header, variable: Variable, shape: tuple[int, ...]
) -> Sequence[float]:
    """Those of a variable without records lie together, of one with them a record apart."""
    if variable.type == TEXT or not prod(shape):
        return []
    form = struct.Struct(">" + TYPES[variable.type][1])
    has_records = _has_records(header, variable)
    step = _record_size(header) if has_records else form.size
    many = shape[0] if has_records else prod(shape)
    if many <= MAX_VALUES and step * many <= LARGEST_SPAN:
        data = file.read(variable.begin, step * (many - 1) + form.size)
        return [form.unpack_from(data, step * place)[0] for place in range(many)]
    places = (variable.begin, variable.begin + step * (many - 1))
    return [form.unpack(file.read(place, form.size))[0] for place in places]


def _has_records(header: Header, variable: Variable) -> bool:
    return bool(variable.dimensions) and header.dimensions[variable.dimensions[0]][1] == 0


def _record_size(header: Header) -> int:
    """Of all variables with records together; a single one of small numbers is not padded."""
    sizes = [one for one in header.variables if _has_records(header, one)]
    if len(sizes) == 1:
        inner = prod(header.dimensions[one][1] for one in sizes[0].dimensions[1:])
        return inner * struct.calcsize(TYPES[sizes[0].type][1])
    return sum(one.size for one in sizes)
