"""Messages of both editions, and the fields in them; the values themselves are not read."""

from collections.abc import Iterator
from datetime import datetime

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.grib.fields import (
    ECMWF,
    FIRST,
    FIRST_LEVELS,
    Field,
    level_of,
    moment,
    valid_at,
)
from services.indexer.extractors.grib.first_grids import read_first_grid
from services.indexer.extractors.grib.grids import Grid, read_grid
from services.indexer.extractors.grib.parameters import parameter_of
from services.indexer.extractors.grib.sections import Section
from services.indexer.extractors.sparse_file import SparseFile

MAGIC = b"GRIB"
HEAD = 16
# Where the end of the time that a field sums up is told, by template (4.8, 4.11).
ENDS = {8: 35, 11: 38}
IDENTIFICATION, GRID, PRODUCT = 1, 3, 4
LARGEST_SECTION = 64 * 1024
WITH_GRID, LONG_TIME, SUMS = 0x80, 10, frozenset({2, 3, 4, 5})
ECMWF_TABLE, WMO_TABLES = 128, range(1, 4)


def fields_of(file: SparseFile) -> Iterator[Field]:
    """Of all messages. Raises Malformed at the first that is none, and for one cut short."""
    start = 0
    while start < file.size:
        head = file.read(start, min(HEAD, file.size - start))
        if head[:4] != MAGIC or len(head) < HEAD:
            if start and not head.strip(b"\0\r\n"):
                return
            raise Malformed(f"At byte {start:,} a message should begin, and does not.")
        edition = head[7]
        if edition not in {1, 2}:
            raise Malformed(f"It is of edition {edition}, where 1 and 2 are read.")
        length = int.from_bytes(head[8:16] if edition == 2 else head[4:7])
        if not HEAD < length <= file.size - start:
            raise Malformed(f"It ends within the message that begins at byte {start:,}.")
        if edition == 2:
            yield from _second(file, start, start + length, discipline=head[6])
        else:
            yield _first(file, start + 8)
        start += length


def _second(file: SparseFile, start: int, end: int, *, discipline: int) -> Iterator[Field]:
    """The last grid before a product is that of the product."""
    said, grid = Section(b""), Grid("")
    for number, section in _sections(file, start + HEAD, end):
        if number == IDENTIFICATION:
            said = section
        elif number == GRID:
            grid = read_grid(section)
        elif number == PRODUCT:
            yield _product(discipline, said, section, grid)


def _sections(file: SparseFile, start: int, end: int) -> Iterator[tuple[int, Section]]:
    """With their numbers; those that are of no use without their head only."""
    while start < end - 4:
        head = file.read(start, 5)
        length, number = int.from_bytes(head[:4]), head[4]
        if not 5 <= length <= end - start:
            raise Malformed(f"A section at byte {start:,} is longer than its message.")
        used = number in {IDENTIFICATION, GRID, PRODUCT}
        data = file.read(start, min(length, LARGEST_SECTION)) if used else head
        yield number, Section(data)
        start += length


def _product(discipline: int, said: Section, section: Section, grid: Grid) -> Field:
    template, which = section.unsigned(8, 9), (section.unsigned(10), section.unsigned(11))
    parameter = parameter_of(said.unsigned(6, 7), discipline, *which)
    reference = _time(said, 13)
    if template in ENDS:
        valid = _time(section, ENDS[template])
    else:
        valid = valid_at(reference, section.signed(19, 22), section.unsigned(18))
    level = level_of(section.unsigned(23), section.scaled(24))
    return Field(parameter, level, valid, grid)


def _time(section: Section, first: int) -> datetime | None:
    year = section.unsigned(first, first + 1)
    return moment(year, *(section.unsigned(first + 2 + place) for place in range(5)))


def _first(file: SparseFile, start: int) -> Field:
    product = _first_section(file, start)
    has_grid = product.unsigned(8) & WITH_GRID
    at = start + len(product.data)
    grid = read_first_grid(_first_section(file, at)) if has_grid else Grid("a grid by number")
    table, number = product.unsigned(4), product.unsigned(9)
    names = ECMWF if table == ECMWF_TABLE else FIRST if table in WMO_TABLES else {}
    parameter = names.get(number, (f"Parameter {table}.{number}", ""))
    level = level_of(product.unsigned(10), product.unsigned(11, 12), FIRST_LEVELS)
    return Field(parameter, level, _first_valid(product), grid)


def _first_section(file: SparseFile, start: int) -> Section:
    length = int.from_bytes(file.read(start, 3))
    return Section(file.read(start, min(length, LARGEST_SECTION)))


def _first_valid(product: Section) -> datetime | None:
    """Octets 13-25: the century is one that has begun, so 2000 is the year 100 of the 20th."""
    year = (product.unsigned(25) - 1) * 100 + product.unsigned(13)
    reference = moment(year, *(product.unsigned(octet) for octet in range(14, 18)), 0)
    unit, kind = product.unsigned(18), product.unsigned(21)
    number = product.unsigned(19, 20) if kind == LONG_TIME else product.unsigned(19)
    return valid_at(reference, product.unsigned(20) if kind in SUMS else number, unit)
