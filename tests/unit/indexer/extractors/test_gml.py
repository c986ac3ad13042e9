"""GML, held against GDAL in its three versions, and XML that is written to do harm."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from services.indexer.extractors.facts import Malformed
from tests.extraction import facts_of, line

HEAD = (
    '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:gml="{}" xmlns:a="a">'
)
SHAPES = [shapely.Point(-3, 50), shapely.LineString([(1, 42), (4, 46)]), shapely.box(7, 48, 9, 51)]


def written(folder: Path, crs: str = "EPSG:4326", **options: str) -> Path:
    """As GDAL writes three features."""
    pyogrio.raw.write(
        folder / "a.gml",
        shapely.to_wkb(np.array(SHAPES, dtype=object)),
        [np.array(["x", "y", "z"], dtype=object), np.arange(3)],
        ["site", "count"],
        driver="GML",
        geometry_type="Unknown",
        crs=crs,
        dataset_options=options,
    )
    return folder / "a.gml"


def collection(*members: str, head: str = HEAD, end: str = "</wfs:FeatureCollection>") -> bytes:
    """These, one a member."""
    namespace = "http://www.opengis.net/gml/3.2"
    inner = "".join(f"<wfs:member>{one}</wfs:member>" for one in members)
    return (head.format(namespace) + inner + end).encode()


def feature(position: str, system: str = "EPSG:4326", more: str = "") -> str:
    """A point."""
    point = f'<gml:Point srsName="{system}"><gml:pos>{position}</gml:pos></gml:Point>'
    return f"<a:site>{more}<a:where>{point}</a:where></a:site>"


@pytest.mark.parametrize("form", ["GML2", "GML3", "GML3.2"])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32633"])
def test_as_gdal_reads_it(tmp_path: Path, form: str, crs: str) -> None:
    path = written(tmp_path, crs, FORMAT=form)
    facts = facts_of("a.gml", path.read_bytes())
    said = pyogrio.read_info(path, force_total_bounds=True)
    assert facts.table is not None
    assert facts.projection is not None
    assert (facts.format, facts.summary) == ("GML", "GML, 3 features")
    assert facts.projection.code == said["crs"] == crs
    assert facts.projection.bbox == pytest.approx(said["total_bounds"])
    kinds = {one.name: one.type for one in facts.table.columns}
    assert (kinds["site"], kinds["count"]) == ("string", "integer")
    assert line(facts, "Geometry") == "Point, LineString, Polygon"


@pytest.mark.parametrize(
    ("system", "position"),
    [
        ("EPSG:4326", "7 47"),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "7 47"),
        ("urn:ogc:def:crs:EPSG::4326", "47 7"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "47 7 300"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "7 47"),
    ],
)
def test_axes_in_the_order_of_their_system(system: str, position: str) -> None:
    facts = facts_of("a", collection(feature(position, system)))
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((7, 47, 7, 47))


def test_properties_and_times() -> None:
    more = "<a:depth>1.5</a:depth><a:date>2020-06-01</a:date><a:note/>"
    facts = facts_of("a.gml", collection(feature("7 47", more=more), feature("8 48")))
    assert facts.table is not None
    assert facts.moment is not None
    assert [(one.name, one.type) for one in facts.table.columns] == [
        ("depth", "number"), ("date", "datetime"),
    ]  # fmt: skip
    assert facts.moment.start == "2020-06-01T00:00:00Z"


def test_points_of_three_numbers() -> None:
    flat = "<gml:posList>7 47 300 8 48 400</gml:posList>"
    said = flat.replace("<gml:posList>", '<gml:posList srsDimension="3">')
    shape = '<a:b><a:c><gml:LineString srsName="EPSG:4326"{}>{}</gml:LineString></a:c></a:b>'
    known = facts_of("a", collection(shape.format("", said)))
    assert known.place is not None
    assert known.place.bbox == pytest.approx((7, 47, 8, 48))
    assert facts_of("a", collection(shape.format(' srsDimension="3"', flat))).place is None


def test_without_a_system_it_is_nowhere() -> None:
    facts = facts_of("a.gml", collection(feature("7 47").replace(' srsName="EPSG:4326"', "")))
    assert (facts.place, facts.projection, facts.summary) == (None, None, "GML, 1 feature")
    assert facts_of("a.gml", collection()).summary == "GML, 0 features"


def test_a_graph_of_the_same_ending_is_no_fault() -> None:
    assert facts_of("a.gml", b"graph [ node [ id 1 ] ]").format == "Text"


def test_a_large_one_is_read_in_part() -> None:
    facts = facts_of("a.gml", collection(*([feature("7 47")] * 70_000)))
    assert facts.place is None
    assert "larger than 8 MB" in facts.partial


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (collection(feature("7 nan")), "no numbers: '7 nan'"),
        (collection(feature("7 inf")), "no numbers"),
        (collection(feature("7 1e999")), "no numbers"),
        (collection(feature("7 north")), "no numbers"),
        (collection(feature("7")), "not pairs"),
        (collection(feature("7 95")), "beyond the poles"),
        (collection(feature("7 47", "urn:ogc:def:crs:EPSG::999999")), "system is not known"),
        (collection(feature("7 47", "/vsicurl/http://127.0.0.1:9/a")), "system is not known"),
        (collection(feature("7 47"), end=""), "not XML as it should be"),
        (collection("<a>" * 100), "nested too deeply"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.gml", data)


def test_entities_are_not_expanded() -> None:
    bomb = '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    bomb = f'<?xml version="1.0"?>{bomb}'
    facts = facts_of("a.gml", bomb.encode() + collection("<a><b>&b;</b></a>"))
    assert facts.format == "XML"
