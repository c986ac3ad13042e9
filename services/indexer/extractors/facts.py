"""What is known of one file: plain data that crosses the sandbox's border as JSON.

The names of STAC where STAC has one; coordinates are WGS 84 in degrees unless said otherwise.
"""

from dataclasses import dataclass, field
from typing import Any

# A child may be hostile and an item must fit a record: no list of ours is longer than these.
MAX_BANDS = 256
MAX_COLUMNS = 200
MAX_TEXT = 500


class Malformed(Exception):
    """The content is broken; the text says how, for the person who sent it."""


@dataclass(slots=True)
class Group:
    """Lines of the file's page under one heading: names and values as people read them."""

    title: str
    lines: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        """One more line, unless there is nothing to say."""
        if value:
            self.lines.append((name, value[:MAX_TEXT]))


@dataclass(slots=True)
class Place:
    """Where on Earth. `bbox` is west, south, east, north; west > east over the antimeridian.

    RFC 7946 §5.2 for the box, §3.1.9 for `footprint`, a GeoJSON geometry cut at 180°.
    """

    bbox: tuple[float, float, float, float]
    footprint: dict[str, Any]


@dataclass(slots=True)
class Moment:
    """When: RFC 3339 in UTC. `end` is empty for an instant; `source` says where it was read."""

    start: str
    end: str = ""
    source: str = ""


@dataclass(slots=True)
class Band:
    """One band of a raster, in the words of STAC 1.1 `bands`."""

    name: str
    data_type: str
    description: str = ""
    nodata: float | str | None = None
    unit: str = ""
    statistics: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Projection:
    """The coordinates the data is in: projection extension 2.0. `transform` has 6 numbers."""

    code: str | None = None
    wkt2: str | None = None
    shape: list[int] | None = None
    transform: list[float] | None = None
    bbox: list[float] | None = None


@dataclass(slots=True)
class Column:
    """One column or property."""

    name: str
    type: str


@dataclass(slots=True)
class Table:
    """Rows and columns: table extension 1.2. `row_count` is None where only a part was read."""

    columns: list[Column]
    row_count: int | None = None
    primary_geometry: str | None = None


@dataclass(slots=True)
class Dimension:
    """What each point of a cloud carries: `size` in bytes, `type` in the extension's words."""

    name: str
    size: int
    type: str


@dataclass(slots=True)
class PointCloud:
    """Points: point cloud extension 1.0."""

    count: int
    encoding: str
    dimensions: list[Dimension] = field(default_factory=list)


@dataclass(slots=True)
class Stac:
    """STAC that somebody wrote: one document as it is, or the items of a list of them."""

    documents: list[dict[str, Any]]
    is_list: bool = False


@dataclass(slots=True)
class CubeDimension:
    """One dimension of arrays; `kind` is x, y, z, time or empty, `extent` least and greatest."""

    name: str
    size: int
    kind: str = ""
    unit: str = ""
    extent: list[float] | list[str] = field(default_factory=list)


@dataclass(slots=True)
class CubeVariable:
    """One array. `is_data` is False for one that only says where the values of others are."""

    name: str
    dimensions: list[str]
    data_type: str
    is_data: bool = True
    unit: str = ""
    description: str = ""


@dataclass(slots=True)
class Cube:
    """Arrays with named dimensions: datacube extension 2.2."""

    dimensions: list[CubeDimension]
    variables: list[CubeVariable]


@dataclass(slots=True)
class Part:
    """Another file of the same thing: its whole name, and what it is as an asset of STAC."""

    name: str
    role: str
    media_type: str


@dataclass(slots=True)
class Facts:
    """All that one file says. `partial` says what was not read and why; empty means whole.

    `parts` are other files of the thing that this one stands for; `is_folder` says that it stands
    for all that is in its folder and below, and `described_by` of which media type it is then.
    `part_of` is the name of the file that stands for this one.
    """

    format: str
    media_type: str
    summary: str
    verdicts: list[str] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    place: Place | None = None
    moment: Moment | None = None
    bands: list[Band] = field(default_factory=list)
    projection: Projection | None = None
    table: Table | None = None
    point_cloud: PointCloud | None = None
    cube: Cube | None = None
    parts: list[Part] = field(default_factory=list)
    is_folder: bool = False
    described_by: str = "application/json"
    part_of: str = ""
    partial: str = ""
    stac: Stac | None = None
