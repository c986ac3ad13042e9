"""A world file: six numbers beside a picture that say where its pixels are, and a .prj in what.

The numbers are those of an affine transform, by columns; the last two are of a pixel's middle.
"""

from dataclasses import dataclass, field
from math import isfinite

from pyproj import CRS

from services.indexer.extractors import crs as systems
from services.indexer.extractors.facts import Part
from services.indexer.extractors.sparse_file import OutOfBytes, SparseFile

Transform = tuple[float, float, float, float, float, float]
LONGEST = 1000


@dataclass(slots=True)
class Beside:
    """What was found; `transform` as in geotiff: x = a·column + b·row + c, y = d·column + ..."""

    transform: Transform | None = None
    crs: CRS | None = None
    parts: list[Part] = field(default_factory=list)


def read_world_file(file: SparseFile) -> Beside:
    """For `a.tif` it is `a.tfw`, `a.tifw` or `a.wld`. Raises Malformed where the .prj is nonsense.

    Nothing is found where no more bytes will come.
    """
    stem, _, suffix = file.name.rpartition(".")
    if not file.suffix:
        return Beside()
    endings = [f"{suffix[0]}{suffix[-1]}w", f"{suffix}w", "wld", "prj"]
    if suffix.isupper():
        endings = [ending.upper() for ending in endings]
    *names, system = [f"{stem}.{ending}" for ending in endings]
    try:
        return _read(file.beside(*dict.fromkeys([*names, system])), names, system)
    except OutOfBytes:
        return Beside()


def _read(there: dict[str, SparseFile], names: list[str], system: str) -> Beside:
    world = next((there[name] for name in names if name in there), None)
    transform = _transform(world) if world else None
    if world is None or transform is None:
        return Beside()
    found = Beside(transform, parts=[Part(world.name, "metadata", "text/plain")])
    if system in there:
        found.crs = systems.read_definition(there[system])
        found.parts.append(Part(system, "metadata", "text/plain"))
    return found


def _transform(file: SparseFile) -> Transform | None:
    """None where it is not six numbers that tell of a grid."""
    try:
        a, d, b, e, x, y = (float(one) for one in file.head(LONGEST).split())
    except ValueError:
        return None
    if not all(map(isfinite, (a, d, b, e, x, y))) or a * e == b * d:
        return None
    return a, b, x - (a + b) / 2, d, e, y - (d + e) / 2
