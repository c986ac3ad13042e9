"""Parquet and GeoParquet from their footers."""

import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from pyproj import CRS

from services.indexer.extractors.facts import MAX_COLUMNS, Facts, Malformed
from services.indexer.extractors.parquet.wkb import geometry_of
from tests.extraction import EXPECTED, extracted, facts_of, line, sample_facts

PLACE = "natural-earth/countries/countries.parquet"


def parquet(table: pa.Table, geo: dict[str, Any] | None = None, **options: Any) -> bytes:
    """A file of this table, with `geo` metadata if any."""
    if geo is not None:
        table = table.replace_schema_metadata({"geo": orjson.dumps(geo)})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, **options)
    return buffer.getvalue()


def geo(**column: Any) -> dict[str, Any]:
    """GeoParquet metadata of one column."""
    said = {"encoding": "WKB", "geometry_types": ["Point"], **column}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": said}}


def points(geo_metadata: dict[str, Any], **columns: Any) -> Facts:
    """The facts of a file with a geometry column and this metadata."""
    table = pa.table({"geometry": pa.array([b"", b""]), **columns})
    return facts_of("a.parquet", parquet(table, geo_metadata))


def test_sample_is_as_pyarrow_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.summary == "GeoParquet, 177 rows"
    assert facts.table.row_count == expected["rows"]
    assert [column.name for column in facts.table.columns] == expected["columns"]
    assert facts.table.primary_geometry == expected["primary_geometry"]
    assert line(facts, "Row groups") == str(expected["row_groups"])
    assert line(facts, "Types") == ", ".join(expected["geometry_types"])
    # The file reaches a hair over 180°, where there is no Earth: the item says 180.
    assert facts.place.bbox == pytest.approx(expected["bbox"], abs=1e-12)
    assert facts.projection.bbox == expected["bbox"]
    assert facts.projection.code == "EPSG:4326"


def test_plain_parquet_has_no_place() -> None:
    facts = facts_of("a.parquet", parquet(pa.table({"a": [1, 2], "b": ["x", "y"]})))
    assert (facts.summary, facts.place) == ("Parquet, 2 rows", None)
    assert facts.media_type == "application/vnd.apache.parquet"


def test_longitude_and_latitude_where_no_system_is_stated() -> None:
    facts = points(geo(bbox=[1, 2, 3, 4]))
    assert facts.place is not None
    assert facts.place.bbox == (1, 2, 3, 4)


def test_a_system_that_is_not_known_gives_no_place() -> None:
    facts = points(geo(bbox=[1, 2, 3, 4], crs=None))
    assert facts.place is None
    assert line(facts, "Projection") == "not stated"


def test_projected_box_is_carried_over() -> None:
    crs = CRS.from_epsg(32633).to_json_dict()
    facts = points(geo(bbox=[4e5, 5e6, 5e5, 5.1e6], crs=crs))
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.projection.code == "EPSG:32633"
    assert facts.place.bbox == pytest.approx((13.698, 45.147, 15, 46.055), abs=0.01)


def test_box_with_heights() -> None:
    facts = points(geo(bbox=[1, 2, -100, 3, 4, 9000]))
    assert facts.place is not None
    assert facts.place.bbox == (1, 2, 3, 4)


def test_box_across_the_antimeridian() -> None:
    facts = points(geo(bbox=[177, -20, -178, -15]))
    assert facts.place is not None
    assert facts.place.bbox == (177, -20, -178, -15)


def test_box_from_the_covering_column() -> None:
    covering = {
        "bbox": {edge: ["bbox", edge] for edge in ("xmin", "ymin", "xmax", "ymax")},
    }
    boxes = pa.array([
        {"xmin": 1.0, "ymin": 2.0, "xmax": 1.5, "ymax": 2.5},
        {"xmin": 5.0, "ymin": -6.0, "xmax": 7.0, "ymax": -5.0},
    ])  # fmt: skip
    facts = points(geo(covering=covering), bbox=boxes)
    assert facts.place is not None
    assert facts.place.bbox == (1, -6, 7, 2.5)


def test_time_from_statistics() -> None:
    times = [datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 6, 1, 12, tzinfo=UTC)]
    table = pa.table({"id": [1, 2], "obs_time": times})
    moment = facts_of("a.parquet", parquet(table)).moment
    assert moment is not None
    assert (moment.start, moment.end) == ("2020-01-01T00:00:00Z", "2021-06-01T12:00:00Z")


def test_a_wide_table_is_cut_and_says_so() -> None:
    table = pa.table({f"c{number}": [1] for number in range(1000)})
    found = extracted("a.parquet", parquet(table))
    assert found.facts.table is not None
    assert len(found.facts.table.columns) == MAX_COLUMNS
    assert line(found.facts, "Columns") == "1,000"
    assert line(found.facts, "…") == "800 more"
    assert found.requests <= 3


@pytest.mark.parametrize(
    "metadata",
    [
        b"[", b"[]", b"7", b"{}", b'{"primary_column":"geometry","columns":[]}',
        b'{"primary_column":"geometry","columns":{"geometry":{"bbox":["a",1,2,3]}}}',
        b'{"primary_column":"geometry","columns":{"geometry":{"bbox":[1e999,1,2,3],"crs":"x"}}}',
        b'{"primary_column":["x"],"columns":{"geometry":{}}}',
        b'{"primary_column":"geometry","columns":{"geometry":{"covering":{"bbox":{"xmin":5}}}}}',
        b'{"primary_column":"geometry","columns":{"geometry":{"crs":{"id":{"authority":1,"code":[]}}}}}',
    ],
)  # fmt: skip
def test_strange_metadata_is_refused_or_passed_over(metadata: bytes) -> None:
    table = pa.table({"geometry": [b""]}).replace_schema_metadata({b"geo": metadata})
    try:
        facts = facts_of("a.parquet", parquet(table))
    except Malformed:
        return
    assert facts.place is None


@pytest.mark.parametrize(
    "data", [b"PAR1", b"PAR1PAR1", b"PAR1\xff\xff\xff\x7fPAR1", b"PAR1" + bytes(100) + b"PAR1"]
)
def test_a_footer_that_is_none(data: bytes) -> None:
    with pytest.raises(Malformed):
        facts_of("a.parquet", data)


def test_a_file_cut_off() -> None:
    with pytest.raises(Malformed, match="cut off"):
        facts_of("a.parquet", parquet(pa.table({"a": [1]}))[:-20])


def items_table(**changes: Any) -> pa.Table:
    """Two items as stac-geoparquet has them: what one says and the other does not is null."""
    assets = [
        {"data": {"href": "a.tif", "title": None}, "other": None},
        {"data": None, "other": {"href": "b.tif", "title": "B"}},
    ]
    moment = datetime(2020, 5, 4, 3, 2, 1, tzinfo=UTC)
    columns = {
        "type": ["Feature"] * 2,
        "stac_version": ["1.1.0"] * 2,
        "id": ["one", "two"],
        "geometry": [shapely.to_wkb(shapely.Point(1, 2))] * 2,
        "bbox": [{"xmin": 1.0, "ymin": 2.0, "xmax": 1.0, "ymax": 2.0}] * 2,
        "assets": assets,
        "links": [[], []],
        "datetime": pa.array([moment, None], pa.timestamp("ns", "UTC")),
        "gsd": [10, None],
        "proj:geometry": [b"\x01", None],
    }
    return pa.table(columns | changes)


def test_rows_that_are_stac_items() -> None:
    facts = facts_of("a.parquet", parquet(items_table(), geo()))
    assert (facts.format, facts.summary) == ("STAC", "STAC, 2 items in GeoParquet")
    assert facts.stac is not None
    one, two = facts.stac.documents
    assert one == {
        "type": "Feature",
        "stac_version": "1.1.0",
        "id": "one",
        "geometry": {"type": "Point", "coordinates": [1, 2]},
        "bbox": [1, 2, 1, 2],
        "properties": {"datetime": "2020-05-04T03:02:01Z", "gsd": 10},
        "assets": {"data": {"href": "a.tif"}},
        "links": [],
    }
    assert (two["properties"], set(two["assets"])) == ({"datetime": None}, {"other"})
    assert facts_of("a.parquet", parquet(items_table().drop(["assets"]), geo())).stac is None


SHAPES = (
    "POINT (1 2)",
    "POINT Z (1 2 3)",
    "LINESTRING (1 2, 3 4)",
    "POLYGON ((0 0, 3 0, 3 3, 0 0), (1 1, 2 1, 2 2, 1 1))",
    "MULTIPOINT (1 2, 3 4)",
    "MULTILINESTRING ((1 2, 3 4), (5 6, 7 8))",
    "MULTIPOLYGON Z (((0 0 1, 3 0 1, 3 3 1, 0 0 1)))",
    "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (1 2, 3 4))",
)


@pytest.mark.parametrize("text", SHAPES)
def test_well_known_binary_is_as_geos_says(text: str) -> None:
    shape = shapely.set_srid(shapely.from_wkt(text), 4326)
    expected = orjson.loads(shapely.to_geojson(shape))
    for flavor in ("extended", "iso"):
        for order in (0, 1):
            with_srid = flavor == "extended"
            wkb = shapely.to_wkb(shape, byte_order=order, flavor=flavor, include_srid=with_srid)
            assert geometry_of(wkb) == expected
    for broken in (wkb[:-1], b"", b"\x01\x63\x00\x00\x00"):
        with pytest.raises(Malformed):
            geometry_of(broken)
