"""KML, held against GDAL, and XML that is written to do harm."""

from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from services.indexer.extractors.facts import Malformed
from tests.extraction import facts_of, line
from tests.formats import KML_HEAD, kml, placemark

BOMB = (
    '<!DOCTYPE kml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<kml><Document><name>&b;</name></Document></kml>"
)


def test_as_gdal_reads_it(tmp_path: Path) -> None:
    shapes = [shapely.Point(-3, 50), shapely.LineString([(1, 2), (4, 6)]), shapely.box(7, 8, 9, 10)]
    pyogrio.raw.write(
        tmp_path / "a.kml",
        shapely.to_wkb(np.array(shapes, dtype=object)),
        [np.array(["x", "y", "z"], dtype=object), np.arange(3)],
        ["site", "count"],
        driver="KML",
        geometry_type="Unknown",
        crs="EPSG:4326",
    )
    facts = facts_of("a.kml", (tmp_path / "a.kml").read_bytes())
    said = pyogrio.read_info(tmp_path / "a.kml", force_total_bounds=True)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.table.row_count == said["features"] == 3
    assert facts.place.bbox == pytest.approx(said["total_bounds"])
    assert [(one.name, one.type) for one in facts.table.columns] == [
        ("site", "string"), ("count", "integer"),
    ]  # fmt: skip
    assert line(facts, "Geometry") == "Point, LineString, Polygon"


def test_what_it_says() -> None:
    data = '<ExtendedData><Data name="depth"><value>1.5</value></Data></ExtendedData>'
    when = "<TimeStamp><when>2020-06-01T12:00:00Z</when></TimeStamp>"
    facts = facts_of("a", kml(placemark("170,-10,5", data + when) + placemark(" -170,10 ")))
    assert facts.table is not None
    assert facts.place is not None
    assert facts.moment is not None
    assert (facts.format, facts.summary) == ("KML", "KML, 2 placemarks")
    assert facts.place.bbox == (170, -10, -170, 10)
    assert facts.moment.start == "2020-06-01T12:00:00Z"
    assert [(one.name, one.type) for one in facts.table.columns] == [("depth", "number")]
    assert line(facts, "Name") == "Sites"


def test_overlays_and_tracks() -> None:
    box = "<LatLonBox><north>2</north><south>1</south><east>-179</east><west>178</west></LatLonBox>"
    region = box.replace("LatLonBox", "LatLonAltBox").replace("<north>2", "<north>80")
    overlay = f"<GroundOverlay><Region>{region}</Region>{box}</GroundOverlay>"
    assert (facts_of("a.kml", kml(overlay)).place or 0).bbox == (178, 1, -179, 2)  # type: ignore[union-attr]
    track = '<Placemark><gx:Track xmlns:gx="g"><gx:coord>7 51 100</gx:coord></gx:Track></Placemark>'
    assert (facts_of("a.kml", kml(track)).place or 0).bbox == (7, 51, 7, 51)  # type: ignore[union-attr]


def test_without_coordinates_it_is_nowhere() -> None:
    facts = facts_of("a.kml", kml("<NetworkLink><Link><href>http://x/</href></Link></NetworkLink>"))
    assert (facts.place, facts.summary) == (None, "KML, 0 placemarks")


def test_a_large_one_is_read_in_part() -> None:
    facts = facts_of("a.kml", kml(placemark("1,2") * 140_000))
    assert facts.place is None
    assert "larger than 8 MB" in facts.partial


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (BOMB.encode(), "document type"),
        (kml(placemark("1")), "not longitude and latitude"),
        (kml(placemark("1,north")), "no number: 'north'"),
        (kml(placemark("1,nan")), "no number"),
        (kml(placemark("1,95")), "beyond the poles"),
        (kml("<a>" * 100), "nested too deeply"),
        (kml("<a></b>"), "not XML as it should be"),
        (KML_HEAD.replace("UTF-8", "klingon").encode() + b"</kml>", "Its name says KML"),
        (b"<html>", "Its name says KML.*HTML"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.kml", data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = kml("<Folder><name>é</name></Folder>").decode().replace("UTF-8", encoding)
    assert facts_of("a.kml", text.encode(encoding)).summary == "KML, 0 placemarks"
