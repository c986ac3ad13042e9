"""Shapefiles, of one file and of all, held against GDAL."""

import random
import struct
from pathlib import Path

import pyogrio
import pytest
import shapely

from services.indexer.extractors.facts import Facts, Malformed
from tests.extraction import EXPECTED, SAMPLE, extracted, facts_of, line, sample_facts
from tests.mutations import mutated
from tests.shapefiles import sample_shapefile, shapefile

PLACE = "natural-earth/countries/shapefile/countries.shp"
FILES = sample_shapefile((SAMPLE / PLACE).parent)
POINTS = [shapely.Point(1, 2), shapely.Point(3, 4)]


def facts_with(files: dict[str, bytes], *left_out: str, name: str = "a.shp") -> Facts:
    """Of a Shapefile whose files with these endings are missing."""
    there = {one: data for one, data in files.items() if not one.endswith(left_out)}
    return facts_of(name, files[name], there)


def test_sample_is_as_gdal_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    assert (facts.format, facts.summary) == ("Shapefile", "Shapefile, 177 features")
    assert facts.table.row_count == expected["features"]
    assert [column.name for column in facts.table.columns] == expected["fields"]
    assert line(facts, "Geometry") == expected["geometry"]
    assert facts.projection.code == expected["crs"]
    assert facts.projection.bbox == expected["bounds"]
    assert facts.place.bbox == pytest.approx(expected["bounds"], abs=1e-9)
    assert line(facts, "Missing") == ""
    assert [part.name.rpartition(".")[2] for part in facts.parts] == ["shx", "dbf", "prj", "cpg"]


def test_no_more_is_read_than_what_tells() -> None:
    place = "countries.shp"
    found = extracted(place, FILES[place], beside=FILES)
    assert found.requests == 1 + len(("dbf", "prj", "cpg"))


def test_its_coordinates_are_nowhere_as_long_as_no_system_is_told() -> None:
    facts = facts_with(FILES, ".prj", name="countries.shp")
    assert (facts.place, facts.projection) == (None, None)
    assert line(facts, "Projection") == "not stated"
    assert line(facts, "Missing") == ".prj"
    assert facts.summary == "Shapefile, 177 features"


def test_alone_it_says_what_its_header_says() -> None:
    facts = facts_of("countries.shp", FILES["countries.shp"])
    assert facts.summary == "Shapefile"
    assert line(facts, "Missing") == ".shx, .dbf, .prj"
    assert facts.parts == []


@pytest.mark.parametrize("left_out", [".shx", ".dbf"])
def test_features_are_counted_by_index_or_table(left_out: str) -> None:
    facts = facts_with(FILES, left_out, name="countries.shp")
    assert facts.summary == "Shapefile, 177 features"


@pytest.mark.parametrize(
    ("shapes", "kind", "told"),
    [
        (POINTS, "Point", "Point"),
        ([shapely.Point(1, 2, 3)], "Point Z", "Point Z"),
        ([shapely.LineString([(0, 0), (1, 1)])], "LineString", "LineString"),
        ([shapely.MultiPoint([(0, 0), (1, 1)])], "MultiPoint", "MultiPoint"),
        ([shapely.box(0, 0, 1, 1)], "Polygon", "Polygon"),
    ],
)
def test_as_gdal_reads_it(
    tmp_path: Path, shapes: list[shapely.Geometry], kind: str, told: str
) -> None:
    facts = facts_with(shapefile(tmp_path, shapes, geometry_type=kind, encoding="UTF-8"))
    said = pyogrio.read_info(tmp_path / "a.shp")
    assert facts.table is not None
    assert facts.projection is not None
    assert line(facts, "Geometry") == told
    assert facts.table.row_count == said["features"]
    assert [column.name for column in facts.table.columns] == list(said["fields"])
    assert [column.type for column in facts.table.columns] == [
        "integer", "number", "string", "date",
    ]  # fmt: skip
    assert facts.projection.bbox == pytest.approx(said["total_bounds"])
    assert line(facts, "Encoding") == "utf-8"


@pytest.mark.parametrize("code", ["EPSG:32633", "EPSG:3857", "EPSG:27700", "EPSG:3413"])
def test_systems_as_esri_writes_them(tmp_path: Path, code: str) -> None:
    points = [shapely.Point(400_000, 300_000), shapely.Point(410_000, 320_000)]
    facts = facts_with(shapefile(tmp_path, points, crs=code))
    assert facts.projection is not None
    assert facts.place is not None
    assert facts.projection.code == code
    assert facts.projection.bbox == [400_000, 300_000, 410_000, 320_000]


def test_across_the_antimeridian(tmp_path: Path) -> None:
    points = [shapely.Point(178, -18), shapely.Point(182, -16)]
    facts = facts_with(shapefile(tmp_path, points))
    assert facts.place is not None
    assert facts.place.bbox == (178, -18, -178, -16)


def test_without_features_it_is_nowhere(tmp_path: Path) -> None:
    facts = facts_with(shapefile(tmp_path, []))
    assert facts.place is None
    assert facts.summary == "Shapefile, 0 features"


def test_endings_in_capitals() -> None:
    shouted = {name.upper(): data for name, data in FILES.items()}
    facts = facts_of("COUNTRIES.SHP", shouted["COUNTRIES.SHP"], shouted)
    assert (facts.summary, len(facts.parts)) == ("Shapefile, 177 features", 4)
    assert facts_of("COUNTRIES.SHP", shouted["COUNTRIES.SHP"], FILES).parts == []


def test_content_of_another_name_has_nothing_beside_it() -> None:
    assert facts_of("countries", FILES["countries.shp"], FILES).summary == "Shapefile"


@pytest.mark.parametrize("said", ["nonsense", "zlib", "idna", "99999", "", "\0", "rot13"])
def test_encodings_that_there_are_not(said: str) -> None:
    files = FILES | {"countries.cpg": said.encode()}
    facts = facts_of("countries.shp", FILES["countries.shp"], files)
    assert facts.table is not None
    assert len(facts.table.columns) == 5


def test_a_broken_table_is_passed_over() -> None:
    files = FILES | {"countries.dbf": FILES["countries.dbf"][:-1000]}
    facts = facts_of("countries.shp", FILES["countries.shp"], files)
    assert facts.summary == "Shapefile, 177 features"
    assert facts.place is not None
    with pytest.raises(Malformed, match="ends too early: 177 rows"):
        facts_of("countries.dbf", files["countries.dbf"])


def test_a_table_has_a_page_of_its_own() -> None:
    facts = facts_of("countries.dbf", FILES["countries.dbf"])
    assert facts.table is not None
    assert facts.place is None
    assert facts.summary == "Shapefile table, 177 rows"
    assert [column.name for column in facts.table.columns] == EXPECTED[PLACE]["fields"]
    assert facts_of("countries.shx", FILES["countries.shx"]).format == "Shapefile index"


def changed(place: int, form: str, value: float) -> bytes:
    """The sample with another number in its header."""
    size = struct.calcsize(form)
    data = FILES["countries.shp"]
    return data[:place] + struct.pack(form, value) + data[place + size :]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (FILES["countries.shp"][:50], "ends too early"),
        (FILES["countries.shp"][:5000], "its header tells of"),
        (changed(28, "<I", 999), "version 999"),
        (changed(32, "<I", 99), "unknown type 99"),
        (b"<html>404", "Its name says Shapefile.*HTML"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.shp", data)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e300])
def test_bounds_that_are_none(value: float) -> None:
    try:
        facts = facts_of("countries.shp", changed(36, "<d", value), FILES)
    except Malformed as refused:
        assert "not degrees" in str(refused)  # noqa: PT017 -- or facts without a place
    else:
        assert facts.place is None


@pytest.mark.parametrize("prj", [b"nonsense", b"GEOGCS[", b"\xff" * 500, b"(" * 60_000])
def test_a_system_that_is_none(prj: bytes) -> None:
    with pytest.raises(Malformed, match="coordinate system is not known"):
        facts_of("countries.shp", FILES["countries.shp"], FILES | {"countries.prj": prj})


@pytest.mark.parametrize("suffix", ["dbf", "prj", "cpg", "shx"])
def test_mutations_of_what_is_beside(suffix: str) -> None:
    name, randomness = f"countries.{suffix}", random.Random(suffix)
    for _ in range(25):
        files = FILES | {name: mutated(FILES[name], randomness)}
        try:
            facts_of("countries.shp", FILES["countries.shp"], files)
        except Malformed:
            assert suffix == "prj"
