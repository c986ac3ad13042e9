"""GeoJSON, whole, one feature a line, and too large to be read."""

from typing import Any

import orjson
import pytest

from services.indexer.extractors.facts import Facts, Malformed, Stac
from services.indexer.extractors.sparse_file import WHOLE_BYTES
from tests.extraction import EXPECTED, extracted, facts_of, line, sample_facts
from tests.written_stac import lines, listed

PLACE = "natural-earth/countries/africa.geojson"


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    """A feature."""
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def point(x: float, y: float, **properties: Any) -> dict[str, Any]:
    """A feature that is a point."""
    return feature({"type": "Point", "coordinates": [x, y]}, **properties)


def collection(*features: Any, **members: Any) -> Facts:
    """The facts of a collection of these."""
    document = {"type": "FeatureCollection", "features": features, **members}
    return facts_of("a.geojson", orjson.dumps(document))


def test_sample_is_as_gdal_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.summary == "GeoJSON, 51 features"
    assert facts.table.row_count == expected["features"]
    assert [column.name for column in facts.table.columns] == expected["fields"]
    assert facts.place.bbox == pytest.approx(expected["bounds"])
    assert facts.projection.code == expected["crs"]


def test_types_of_properties() -> None:
    facts = collection(point(1, 2, a=1, b=None, c="x"), point(3, 4, a=1.5, b=True, d=[1]))
    assert facts.table is not None
    kinds = {column.name: column.type for column in facts.table.columns}
    assert kinds == {"a": "number", "b": "boolean", "c": "string", "d": "array"}


def test_antimeridian_by_points_and_by_parts() -> None:
    fiji = {
        "type": "MultiPolygon",
        "coordinates": [
            [[[177, -18], [180, -18], [180, -16], [177, -16], [177, -18]]],
            [[[-180, -18], [-179, -18], [-179, -16], [-180, -16], [-180, -18]]],
        ],
    }
    for facts, expected in (
        (collection(point(179, 1), point(-179, 2)), (179, 1, -179, 2)),
        (collection(feature(fiji)), (177, -18, -179, -16)),
        (collection(point(139.7, 35), point(-118, 34)), (139.7, 34, -118, 35)),
        (collection(point(-1, 35), point(1, 34)), (-1, 34, 1, 35)),
    ):
        assert facts.place is not None
        assert facts.place.bbox == expected


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ({"type": "Point", "coordinates": [1, 2, 3]}, (1, 2, 1, 2)),
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, (1, 2, 3, 4)),
        ({"type": "LineString", "coordinates": [[1, 2], [3, 4]]}, (1, 2, 3, 4)),
        ({"type": "MultiLineString", "coordinates": [[[1, 2]], [[3, 4]]]}, (1, 2, 3, 4)),
        ({"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}, (1, 2, 3, 4)),
    ],
)
def test_a_document_that_is_one_geometry(geometry: dict[str, Any], expected: Any) -> None:
    facts = facts_of("a.geojson", orjson.dumps(geometry))
    assert facts.place is not None
    assert facts.place.bbox == expected
    assert facts.summary == "GeoJSON, geometry"
    members = [geometry, {"type": "Point", "coordinates": [2, 3]}]
    gathered = collection(feature({"type": "GeometryCollection", "geometries": members}))
    assert gathered.place is not None


def test_features_that_are_nowhere() -> None:
    facts = collection(feature(None), feature({"type": "Polygon", "coordinates": []}))
    assert (facts.summary, facts.place) == ("GeoJSON, 2 features", None)


def test_the_old_crs_member() -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}}
    facts = collection(point(4e5, 5e6), point(5e5, 5.1e6), crs=crs)
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.projection.code == "EPSG:32633"
    assert facts.place.bbox == pytest.approx((13.698, 45.147, 15, 46.055), abs=0.01)


def test_metres_without_a_system_are_refused() -> None:
    with pytest.raises(Malformed, match="not degrees"):
        collection(point(4e5, 5e6))


def test_time_of_a_property() -> None:
    facts = collection(
        point(1, 2, date="2020-01-01"), point(1, 3, date="2019-01-01T12:00:00+02:00")
    )
    assert facts.moment is not None
    assert (facts.moment.start, facts.moment.end) == (
        "2019-01-01T10:00:00Z",
        "2020-01-01T00:00:00Z",
    )
    assert collection(point(1, 2, date="yesterday"), point(1, 2, date="2020-01-01")).moment is None


@pytest.mark.parametrize("separator", [b"\n", b"\r\n", b"\n\x1e"])
def test_one_feature_a_line(separator: bytes) -> None:
    rows = [orjson.dumps(point(x, 1)) for x in range(5)]
    facts = facts_of("a.geojsonl", separator.join(rows))
    assert facts.summary == "GeoJSON sequence, 5 features"
    assert facts.place is not None
    assert facts.place.bbox == (0, 1, 4, 1)


def test_content_counts_more_than_the_name() -> None:
    assert facts_of("a.json", orjson.dumps(point(1, 2))).format == "GeoJSON"
    assert facts_of("a.json", b'{"type": "x"}').format == "JSON"
    assert facts_of("a.json", b'{"a": [{"type": "Point"}]}').format == "JSON"


def test_stac_is_recognised() -> None:
    document = {**point(1, 2), "stac_version": "1.1.0", "id": "x"}
    facts = facts_of("a.json", orjson.dumps(document))
    assert (facts.format, facts.summary) == ("STAC", "STAC Item")
    assert facts.stac == Stac([document])
    catalog = {"id": "x", "stac_version": "1.1.0", "type": "Catalog"}
    assert facts_of("catalog", orjson.dumps(catalog)).summary == "STAC Catalog"


def test_a_list_of_stac_items_is_one_where_all_of_it_is() -> None:
    items = [{**point(1, 2), "stac_version": "1.1.0", "id": name} for name in "xy"]
    facts = facts_of("a.geojson", listed(*items))
    assert (facts.format, facts.summary) == ("STAC", "STAC, 2 items")
    assert facts.stac == Stac(items, is_list=True)
    assert facts_of("a.ndjson", lines(*items)).stac == facts.stac
    assert facts_of("a.geojson", listed(items[0], point(1, 2))).format == "GeoJSON"
    padding = {**items[0], "x": "y" * WHOLE_BYTES}
    with pytest.raises(Malformed, match="larger than 8 MB"):
        facts_of("a.geojson", listed(items[0], padding))


def test_too_large_a_file_is_read_at_its_beginning() -> None:
    head = b'{"type":"FeatureCollection","bbox":[1,2,3,4],"features":['
    row = orjson.dumps(point(1, 2, a=1)) + b",\n"
    data = head + row * (WHOLE_BYTES // len(row) + 100) + row[:-2] + b"]}"
    found = extracted("a.geojson", data)
    facts = found.facts
    assert found.requests == 1
    assert facts.partial.startswith("It is larger than 8 MB")
    assert facts.summary == "GeoJSON, 8.4 MB"
    assert facts.place is not None
    assert facts.place.bbox == (1, 2, 3, 4)
    assert facts.table is not None
    assert facts.table.row_count is None
    assert [column.name for column in facts.table.columns] == ["a"]
    assert line(facts, "Features") == ""


@pytest.mark.parametrize(
    "text",
    [
        b'{"type":"FeatureCollection","features":[',
        b'{"type":"FeatureCollection","features":{}}',
        b'{"type":"FeatureCollection","features":[7]}',
        b'{"type":"FeatureCollection","features":[{"type":"Point"}]}',
        b'{"type":"Feature","geometry":7}',
        b'{"type":"Feature","geometry":{"type":"Circle"}}',
        b'{"type":"Polygon","coordinates":[[1,2]]}',
        b'{"type":"Point","coordinates":["a","b"]}',
        b'{"type":"Point","coordinates":[1]}',
        b'{"type":"Point","coordinates":{"a":1}}',
        b'{"type":"Point","coordinates":[1,95]}',
        b'{"type":"Point","coordinates":[1e300,1]}',
        b'{"type":"Nothing"}',
        b'{"type":"Feature","crs":{"properties":{"name":"nonsense"}},"geometry":null}',
        b'{"type":' * 100_000,
        b'{"type":"Polygon","coordinates":' + b"[" * 100_000,
        b'{"type":"GeometryCollection","geometries":['
        + b'{"type":"GeometryCollection","geometries":[' * 200 + b"]}" * 201,
    ],
)  # fmt: skip
def test_broken_documents_are_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        facts_of("a.geojson", text)
