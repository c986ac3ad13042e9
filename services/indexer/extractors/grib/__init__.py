"""GRIB of editions 1 and 2: its fields, their grid and their times; the values are not read."""

from collections.abc import Sequence

from services.indexer.extractors import crs as systems
from services.indexer.extractors import words
from services.indexer.extractors.earth import place_of_box
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Cube,
    CubeDimension,
    CubeVariable,
    Facts,
    Group,
    Malformed,
    Place,
    Projection,
)
from services.indexer.extractors.grib.fields import Field, Parameter
from services.indexer.extractors.grib.grids import Grid
from services.indexer.extractors.grib.messages import MAGIC, fields_of
from services.indexer.extractors.moments import moment_of, rfc3339, span_in_words
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile

SUFFIXES = frozenset({"grib", "grib1", "grib2", "grb", "grb1", "grb2"})
LABEL = "GRIB"
MEDIA_TYPE = "application/wmo-GRIB2"
MOST_FIELDS = 10_000
# Values are packed as whole numbers, and what is unpacked of them is not.
DATA_TYPE = "float64"
SHOWN_LEVELS, SHOWN_NAMES = 12, 3


def recognises(file: SparseFile) -> bool:
    """By its first letters."""
    return file.head(len(MAGIC)) == MAGIC


def parse(file: SparseFile) -> Facts:
    """Parameters, levels, times, and where the grid lies. Raises Malformed."""
    fields, is_whole = _read(file)
    if not fields:
        raise Malformed("None of its messages has a field.")
    (grid, *others) = dict.fromkeys(field.grid for field in fields)
    times = sorted({field.valid for field in fields if field.valid is not None})
    place, projection = _where(grid)
    dimensions = _dimensions(grid, [rfc3339(time) for time in times])
    by_parameter = _by_parameter(fields)
    facts = Facts(
        format=LABEL,
        media_type=MEDIA_TYPE,
        summary=_summary(list(by_parameter), len(fields), grid),
        place=place,
        moment=moment_of(times, "from its fields"),
        projection=projection,
        cube=Cube(dimensions, _variables(by_parameter, [one.name for one in dimensions])),
    )
    facts.groups = [_about(facts, len(fields), [grid, *others]), _parameters(by_parameter)]
    if not is_whole:
        facts.partial = f"Only its first {words.count(len(fields), 'field')} were read."
    return facts


def _read(file: SparseFile) -> tuple[list[Field], bool]:
    """Fields, and whether these are all. A small file is asked for at once."""
    file.whole()
    fields: list[Field] = []
    try:
        for field in fields_of(file):
            if len(fields) == MOST_FIELDS:
                return fields, False
            fields.append(field)
    except OutOfBytes:
        if not fields:
            raise
        return fields, False
    return fields, True


def _by_parameter(fields: Sequence[Field]) -> dict[Parameter, list[str]]:
    """The levels of each, in the order in which they come."""
    found: dict[Parameter, dict[str, None]] = {}
    for field in fields:
        found.setdefault(field.parameter, {})[field.level] = None
    return {parameter: list(levels) for parameter, levels in found.items()}


def _where(grid: Grid) -> tuple[Place | None, Projection | None]:
    """Degrees are those of a map, whatever the Earth that a model has."""
    if grid.bounds is None:
        return None, None
    shape = [grid.rows, grid.columns] if grid.columns else None
    if not grid.definition:
        projection = Projection(code="EPSG:4326", shape=shape, bbox=list(grid.bounds))
        return place_of_box(*grid.bounds), projection
    crs = systems.must_be_known(systems.defined(grid.definition), grid.definition)
    projection = systems.projection_of(crs, grid.bounds, shape=shape)
    return systems.place_of(crs, grid.bounds), projection


def _dimensions(grid: Grid, times: Sequence[str]) -> list[CubeDimension]:
    dimensions = []
    if times:
        dimensions.append(CubeDimension("time", len(times), "time", "", [times[0], times[-1]]))
    if grid.bounds and grid.columns:
        unit = "" if grid.definition else "degrees"
        west, south, east, north = grid.bounds
        dimensions.append(CubeDimension("y", grid.rows, "y", unit, [south, north]))
        dimensions.append(CubeDimension("x", grid.columns, "x", unit, [west, east]))
    return dimensions


def _variables(
    by_parameter: dict[Parameter, list[str]], dimensions: list[str]
) -> list[CubeVariable]:
    return [
        CubeVariable(name, dimensions, DATA_TYPE, unit=unit, description=_listed(levels))
        for (name, unit), levels in list(by_parameter.items())[:MAX_COLUMNS]
    ]


def _summary(parameters: Sequence[Parameter], count: int, grid: Grid) -> str:
    size = f", {words.shape(grid.columns, grid.rows)}" if grid.columns else ""
    names = _listed([name for name, _ in parameters], SHOWN_NAMES)
    return f"{LABEL}, {words.count(count, 'field')}{size}, {names}"


def _about(facts: Facts, count: int, grids: Sequence[Grid]) -> Group:
    group = Group("Fields")
    group.add("Fields", f"{count:,}")
    group.add("Grid", ", ".join(dict.fromkeys(grid.kind for grid in grids)))
    group.add("Points", words.shape(grids[0].columns, grids[0].rows) if grids[0].columns else "")
    group.add("Grids", f"{len(grids):,}, of which the first is shown" if len(grids) > 1 else "")
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group


def _parameters(by_parameter: dict[Parameter, list[str]]) -> Group:
    group = Group("Parameters")
    for (name, unit), levels in list(by_parameter.items())[:MAX_COLUMNS]:
        group.add(name, ", ".join(part for part in (unit, _listed(levels)) if part))
    return group


def _listed(names: Sequence[str], most: int = SHOWN_LEVELS) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")
