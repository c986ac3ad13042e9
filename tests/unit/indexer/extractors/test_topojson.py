"""TopoJSON: quantized and plain, what arcs are put together to, and what no arc may do."""

from pathlib import Path
from typing import Any

import orjson
import pyogrio  # type: ignore[import-untyped]
import pytest

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.sparse_file import WHOLE_BYTES
from services.indexer.extractors.topojson.topology import MOST_POINTS, Topology
from tests.extraction import facts_of, previewed

# The example of the specification (§1.1), as it is and quantized.
PLAIN: dict[str, Any] = {
    "type": "Topology",
    "objects": {
        "example": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "properties": {"prop0": "value0"}, "coordinates": [102, 0.5]},
                {
                    "type": "LineString",
                    "properties": {"prop0": "value0", "prop1": 0},
                    "arcs": [0],
                },
                {"type": "Polygon", "properties": {"prop0": "value0"}, "arcs": [[-2]]},
            ],
        }
    },
    "arcs": [
        [[102, 0], [103, 1], [104, 0], [105, 1]],
        [[100, 0], [101, 0], [101, 1], [100, 1], [100, 0]],
    ],
}
QUANTIZED: dict[str, Any] = PLAIN | {
    "transform": {"scale": [0.5, 0.25], "translate": [100, 0]},
    "arcs": [[[4, 0], [2, 4], [2, -4], [2, 4]], [[0, 0], [2, 0], [0, 4], [-2, 0], [0, -4]]],
    "objects": {
        "example": {
            "type": "GeometryCollection",
            "geometries": [
                {"type": "Point", "coordinates": [4, 2]},
                {"type": "MultiPoint", "coordinates": [[4, 2], [6, 2]]},
                {"type": "LineString", "arcs": [0]},
                {"type": "MultiPolygon", "arcs": [[[1]], [[-2]]]},
            ],
        }
    },
}


def read(topology: dict[str, Any], name: str = "a.topojson") -> Facts:
    return facts_of(name, orjson.dumps(topology))


def layer(*geometries: dict[str, Any], arcs: Any = (), **members: Any) -> dict[str, Any]:
    found = {"type": "GeometryCollection", "geometries": geometries}
    return {"type": "Topology", "objects": {"a": found}, "arcs": arcs, **members}


@pytest.mark.parametrize("topology", [PLAIN, QUANTIZED])
def test_where_it_is(topology: dict[str, Any]) -> None:
    facts = read(topology)
    assert facts.place is not None
    assert facts.place.bbox == (100, 0, 105, 1)
    assert facts.format == "TopoJSON"


def test_features_and_their_properties() -> None:
    facts = read(PLAIN)
    assert facts.table is not None
    assert facts.summary == "TopoJSON, 3 features"
    assert facts.table.row_count == 3
    assert [(one.name, one.type) for one in facts.table.columns] == [
        ("prop0", "string"),
        ("prop1", "integer"),
    ]


def test_arcs_are_joined_at_the_point_they_share_and_turned() -> None:
    arcs = [[[0, 0], [1, 0]], [[2, 5], [1, 0]]]
    topology = layer({"type": "LineString", "arcs": [0, ~1]}, arcs=arcs)
    (joined,) = Topology(topology["objects"], arcs, None).features("a")
    assert joined["geometry"]["coordinates"] == [[0, 0], [1, 0], [2, 5]]


def test_what_it_shows() -> None:
    shown = previewed("a.topojson", orjson.dumps(QUANTIZED)).facts
    assert [part.kind for part in shown.parts] == ["picture", "table"]


@pytest.mark.parametrize("topology", [PLAIN, QUANTIZED])
def test_gdal_says_the_same(topology: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "a.topojson"
    path.write_bytes(orjson.dumps(topology))
    facts, said = read(topology), pyogrio.read_info(path, force_total_bounds=True)
    assert facts.place is not None
    assert facts.table is not None
    assert facts.place.bbox == pytest.approx(said["total_bounds"])
    assert facts.table.row_count == said["features"]


def test_content_counts_more_than_the_name() -> None:
    assert read(PLAIN, "a.json").format == "TopoJSON"
    assert read(PLAIN, "a.geojson").format == "TopoJSON"
    with pytest.raises(Malformed, match="not TopoJSON"):
        read({"type": "FeatureCollection", "features": []})


def test_layers() -> None:
    two = PLAIN | {"objects": {"land": {"type": "Polygon", "arcs": [[1]]}, **PLAIN["objects"]}}
    facts = read(two)
    assert facts.summary == "TopoJSON, 2 layers, 4 features"
    assert dict(facts.groups[0].lines)["Layers"] == "land, example"


def test_a_topology_for_a_screen_is_nowhere() -> None:
    facts = read(layer({"type": "Point", "coordinates": [480, 300]}))
    assert facts.place is None
    assert "not degrees" in dict(facts.groups[0].lines)["Coordinates"]
    huge = {"scale": [1e300, 1e300], "translate": [0, 0]}
    assert read(layer({"type": "Point", "coordinates": [1e300, 1]}, transform=huge)).place is None


def test_what_has_no_geometry() -> None:
    facts = read(layer({"type": None, "properties": {"a": 1}}))
    assert (facts.summary, facts.place) == ("TopoJSON, 1 feature", None)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ({"type": "LineString", "arcs": [7]}, "no arc 7"),
        ({"type": "LineString", "arcs": [-9]}, "no arc -9"),
        ({"type": "Circle", "arcs": []}, "unknown type"),
        ({"type": "LineString"}, "not as TopoJSON should be"),
        ({"type": "Polygon", "arcs": 5}, "not as TopoJSON should be"),
    ],
)
def test_what_is_broken(geometry: dict[str, Any], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(layer(geometry, arcs=[[[0, 0], [1, 1]]]))


def test_one_arc_cannot_stand_for_more_points_than_fit() -> None:
    arc = [[0, 0]] * 1000
    lines = {"type": "LineString", "arcs": [0] * (MOST_POINTS // 1000 + 1)}
    with pytest.raises(Malformed, match="more than 4,000,000 points"):
        read(layer(lines, arcs=[arc]))


def test_one_that_is_too_large_is_read_at_its_beginning() -> None:
    large = {"type": "Topology", "bbox": [5, 50, 6, 51], "objects": {}, "arcs": []}
    data = orjson.dumps(large)[:-1] + b" " * WHOLE_BYTES + b"}"
    facts = facts_of("a.topojson", data)
    assert facts.place is not None
    assert facts.place.bbox == (5, 50, 6, 51)
    assert "beginning" in facts.partial
