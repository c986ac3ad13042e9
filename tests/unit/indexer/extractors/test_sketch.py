"""Sketches of features: the same shapes in whatever format, drawn from numbers alone."""

import struct
from base64 import b64decode
from io import BytesIO
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from PIL import Image

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.parquet.rows import MAX_SHAPES, first_shapes
from services.indexer.extractors.picture.sketch import sketched
from services.indexer.extractors.preview import Part
from services.indexer.extractors.shapefile.records import first_shapes as shapes_of_records
from services.indexer.extractors.shapes import Shape, of_geojson, of_wkb
from services.indexer.extractors.sparse_file import SparseFile
from tests.extraction import previewed, sample_preview

COUNTRIES = "natural-earth/countries"
EXAMPLES = (
    "POINT (1 2)",
    "POINT Z (1 2 3)",
    "LINESTRING (0 0, 1 1, 2 0)",
    "POLYGON Z ((0 0 5, 4 0 5, 4 4 5, 0 0 5), (1 1 5, 2 1 5, 2 2 5, 1 1 5))",
    "MULTIPOINT ((0 0), (1 1))",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
    "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))",
)


def picture(part: Part) -> np.ndarray[Any, Any]:
    """As (height, width, 4)."""
    assert part.kind == "picture"
    with Image.open(BytesIO(b64decode(part.data))) as image:
        return np.asarray(image.convert("RGBA")).astype(int)


def flat(shapes: list[Shape]) -> list[tuple[str, list[tuple[float, float]]]]:
    """Without heights."""
    return [(kind, [(float(one[0]), float(one[1])) for one in line]) for kind, line in shapes]


def test_all_formats_of_the_same_shapes_give_the_same_sketch() -> None:
    names = ("countries.fgb", "countries.parquet", "countries.gpkg", "shapefile/countries.shp")
    drawn = [picture(sample_preview(f"{COUNTRIES}/{name}").parts[0]) for name in names]
    assert drawn[0].shape == (240, 480, 4)
    assert all(np.abs(one - drawn[0]).mean() < 1 for one in drawn)
    # Land in the middle of Africa, water in the middle of the Pacific.
    assert drawn[0][125, 265, 3] > 0
    assert drawn[0][120, 60, 3] == 0


@pytest.mark.parametrize("text", EXAMPLES)
@pytest.mark.parametrize("options", [{"byte_order": 0}, {"byte_order": 1}, {"flavor": "iso"}])
def test_binary_and_json_say_the_same(text: str, options: dict[str, Any]) -> None:
    geometry = shapely.set_srid(shapely.from_wkt(text), 4326)
    is_iso = "flavor" in options
    found = of_wkb(shapely.to_wkb(geometry, include_srid=not is_iso, **options))
    expected = list(of_geojson(orjson.loads(shapely.to_geojson(geometry))))
    assert flat(found) == flat(expected)


@pytest.mark.parametrize(
    "data", [b"", b"\1", b"\1\3\0\0\0\xff\xff\xff\xff", b"\1\x63\0\0\0\1\0\0\0"]
)
def test_broken_geometries_say_so(data: bytes) -> None:
    with pytest.raises(Malformed):
        of_wkb(data)


def test_points_are_seen_and_nonsense_is_left_out() -> None:
    (part,) = sketched([("point", [(0.0, 0.0)]), ("line", [(float("nan"), 1.0), (10.0, 10.0)])])
    assert picture(part)[:, :, 3].max() > 200
    assert sketched([]) == sketched([("point", [(float("inf"), 0.0)])]) == []


def test_one_point_and_a_flat_line_have_a_size() -> None:
    for shapes in ([("point", [(5.0, 5.0)])], [("line", [(0.0, 0.0), (1e6, 0.0)])]):
        (part,) = sketched(shapes)
        assert min(part.width, part.height) > 10


def test_degrees_are_as_wide_as_they_are_on_the_ground() -> None:
    (far,) = sketched([("line", [(0.0, 59.0), (2.0, 61.0)])])
    (metres,) = sketched([("line", [(0.0, 0.0), (1e6, 1e6)])])
    assert far.width / far.height == pytest.approx(0.5, abs=0.03)
    assert metres.width == metres.height


def test_of_many_features_the_first_are_drawn_and_counted() -> None:
    row = shapely.to_wkb(shapely.linestrings(np.random.default_rng(1).random((50, 2))))
    geo = {"primary_column": "g", "columns": {"g": {"encoding": "WKB"}}, "version": "1.1.0"}
    rows = pa.table({"g": [row] * 4000}).replace_schema_metadata({"geo": orjson.dumps(geo)})
    buffer = BytesIO()
    pq.write_table(rows, buffer, row_group_size=1000, use_dictionary=False)
    found = previewed("a.parquet", buffer.getvalue())
    assert found.facts.parts[0].note == "the first 1,000 rows"
    assert found.bytes_read < len(buffer.getvalue())


def test_of_a_large_row_group_no_more_geometries_are_read_than_are_drawn() -> None:
    row = shapely.to_wkb(shapely.Point(1, 2))
    buffer = BytesIO()
    pq.write_table(pa.table({"g": [row] * 21_000}), buffer)
    file = SparseFile("a.parquet", len(buffer.getvalue()))
    file.add(0, buffer.getvalue())
    shapes, rows = first_shapes(file, "g")
    assert len(list(shapes)) == rows == MAX_SHAPES


def test_parts_of_a_shape_have_no_points_in_common() -> None:
    starts = [0, 3, 0, 3]
    content = struct.pack("<I32x2I4I", 3, len(starts), 3, *starts) + bytes(3 * 16)
    data = bytes(100) + struct.pack(">II", 1, len(content) // 2) + content
    file = SparseFile("a.shp", len(data))
    file.add(0, data)
    with pytest.raises(Malformed, match="out of order"):
        shapes_of_records(file)
