"""From the arrays of a file to what is told of them: cube, place, time, lines of the page."""

from collections.abc import Sequence
from datetime import datetime

from services.indexer.extractors import words
from services.indexer.extractors.arrays.array import Array, Attributes
from services.indexer.extractors.arrays.conventions import is_of_others, kind_of
from services.indexer.extractors.arrays.places import located
from services.indexer.extractors.arrays.times import time_of
from services.indexer.extractors.columns import MAX_NAME
from services.indexer.extractors.facts import (
    MAX_COLUMNS,
    Cube,
    CubeDimension,
    CubeVariable,
    Facts,
    Group,
    Moment,
)
from services.indexer.extractors.moments import moment_of, parse_iso, rfc3339, span_in_words

AXES = {"longitude": "x", "latitude": "y", "x": "x", "y": "y", "z": "z", "time": "time"}
COVERAGE = ("time_coverage_start", "time_coverage_end")
GLOBAL = ("title", "institution", "source", "summary", "references", "Conventions", "license")


def facts_of(
    name: str, media_type: str, sizes: dict[str, int], arrays: Sequence[Array], said: Attributes
) -> Facts:
    """Of all arrays together; `sizes` are those of the dimensions, `said` is of the whole file."""
    arrays = arrays[:MAX_COLUMNS]
    variables = [_variable(one, arrays) for one in arrays]
    told = sum(one.is_data for one in variables)
    place, projection = located(arrays, said)
    moment = _moment(arrays) or _moment_said(said)
    facts = Facts(
        format=name,
        media_type=media_type,
        summary=f"{name}, {words.count(told, 'variable')}",
        place=place,
        moment=moment,
        projection=projection,
        cube=Cube(_dimensions(sizes, arrays), variables),
    )
    facts.groups = [_about(said, facts), _dimension_group(sizes), _variable_group(arrays)]
    return facts


def sizes_of(arrays: Sequence[Array]) -> dict[str, int]:
    """Of the dimensions, by their names."""
    sizes: dict[str, int] = {}
    for array in arrays:
        sizes |= zip(array.dimensions, array.shape, strict=True)
    return sizes


def _times(array: Array) -> list[datetime]:
    """The first and the last: they are counted, so that what lies between need not be."""
    unit, calendar = array.text("units"), array.text("calendar")
    ends = (time_of(value, unit, calendar) for value in array.ends or ())
    return [one for one in ends if one is not None]


def _moment(arrays: Sequence[Array]) -> Moment | None:
    """From the first coordinate that is a time."""
    for array in arrays:
        if kind_of(array) == "time" and (times := _times(array)):
            return moment_of(times, f"from the variable {array.name[:MAX_NAME]}")
    return None


def _moment_said(said: Attributes) -> Moment | None:
    """What is said of all there is (ACDD 1.3)."""
    texts = [str(said.get(name, "")) for name in COVERAGE]
    times = [one for text in texts if (one := parse_iso(text))]
    return moment_of(times, "from what is said of the dataset")


def _dimensions(sizes: dict[str, int], arrays: Sequence[Array]) -> list[CubeDimension]:
    coordinates = {one.name: one for one in arrays if one.dimensions == (one.name,)}
    return [
        _dimension(name, size, coordinates.get(name))
        for name, size in list(sizes.items())[:MAX_COLUMNS]
    ]


def _dimension(name: str, size: int, coordinate: Array | None) -> CubeDimension:
    if coordinate is None:
        return CubeDimension(name[:MAX_NAME], size)
    kind, unit = AXES.get(kind_of(coordinate), ""), coordinate.text("units")[:MAX_NAME]
    if kind == "time":
        times = _times(coordinate)
        ends = [rfc3339(min(times)), rfc3339(max(times))] if times else []
        return CubeDimension(name[:MAX_NAME], size, kind, unit, ends)
    return CubeDimension(name[:MAX_NAME], size, kind, unit, list(coordinate.ends or ()))


def _variable(array: Array, arrays: Sequence[Array]) -> CubeVariable:
    return CubeVariable(
        array.name[:MAX_NAME],
        [name[:MAX_NAME] for name in array.dimensions],
        array.data_type,
        not is_of_others(array, arrays),
        array.text("units")[:MAX_NAME],
        (array.text("long_name") or array.text("standard_name"))[:MAX_NAME],
    )


def _about(said: Attributes, facts: Facts) -> Group:
    group = Group("Dataset")
    for name in GLOBAL:
        group.add(name.capitalize(), str(said.get(name, "")))
    group.add("Bounding box", words.box(facts.place.bbox) if facts.place else "")
    group.add("Time", span_in_words(facts.moment) if facts.moment else "")
    return group


def _dimension_group(sizes: dict[str, int]) -> Group:
    group = Group("Dimensions")
    for name, size in list(sizes.items())[:MAX_COLUMNS]:
        group.add(name[:MAX_NAME], f"{size:,}")
    return group


def _variable_group(arrays: Sequence[Array]) -> Group:
    """`co2 (time): float32, ppm, mole fraction of carbon dioxide`."""
    group = Group("Variables")
    for one in arrays:
        name = one.text("long_name") or one.text("standard_name")
        told = ", ".join(filter(None, (one.data_type, one.text("units"), name)))
        over = f" ({', '.join(one.dimensions)})" if one.dimensions else ""
        group.add(f"{one.name}{over}"[: 2 * MAX_NAME], told)
    return group
