"""GeoPackage from its tables of contents, held against GDAL."""

import sqlite3
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from services.indexer.extractors.facts import Malformed
from tests.extraction import EXPECTED, SAMPLE, extracted, facts_of, line, sample_facts

PLACE = "natural-earth/countries/countries.gpkg"


def layers(folder: Path, **points: tuple[str, list[tuple[float, float]]]) -> Path:
    """A package with a layer of points of each name, in its own system."""
    path = folder / "a.gpkg"
    for name, (crs, places) in points.items():
        shapes = np.array([shapely.Point(*place) for place in places], dtype=object)
        pyogrio.raw.write(
            path,
            shapely.to_wkb(shapes),
            [np.arange(len(places), dtype="int32")],
            ["count"],
            layer=name,
            driver="GPKG",
            geometry_type="Point",
            crs=crs,
            append=path.exists(),
        )
    return path


def test_sample_is_as_gdal_said() -> None:
    expected, facts = EXPECTED[PLACE], sample_facts(PLACE)
    assert facts.table is not None
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.summary == "GeoPackage, 177 features"
    assert facts.table.row_count == expected["features"]
    assert [column.name for column in facts.table.columns] == expected["fields"]
    assert facts.projection.code == expected["crs"]
    assert facts.projection.bbox == expected["bounds"]
    assert facts.place.bbox == pytest.approx(expected["bounds"], abs=1e-12)
    assert expected["geometry"].upper() in line(facts, "countries")


def test_few_reads_are_enough() -> None:
    assert extracted(PLACE, (SAMPLE / PLACE).read_bytes()).requests <= 3


def test_layers_in_several_systems(tmp_path: Path) -> None:
    path = layers(
        tmp_path,
        here=("EPSG:4326", [(7.5, 47.5), (8.0, 48.0)]),
        there=("EPSG:32633", [(500_000, 5_000_000)]),
    )
    facts = facts_of("a.gpkg", path.read_bytes())
    assert facts.place is not None
    assert facts.summary == "GeoPackage, 2 layers"
    assert facts.place.bbox == pytest.approx((7.5, 45.153, 15.0, 48.0), abs=0.001)
    assert facts.projection is None
    assert (
        line(facts, "there")
        == "features, POINT, 1 feature, EPSG:32633, WGS 84 / UTM zone 33N, changed "
        + line(facts, "there")[-10:]
    )


def changed(path: Path, *statements: str) -> bytes:
    """The package after somebody has written into it."""
    with sqlite3.connect(path) as database:
        for statement in statements:
            database.execute(statement)
    database.close()
    return path.read_bytes()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gpkg_contents SET min_x = NULL",
        "UPDATE gpkg_contents SET min_x = 9e999",
        "UPDATE gpkg_contents SET min_x = 'west'",
        "UPDATE gpkg_contents SET min_x = max_x + 1",
        "UPDATE gpkg_contents SET srs_id = -1",
    ],
)
def test_bounds_that_are_none_are_no_place(tmp_path: Path, statement: str) -> None:
    path = layers(tmp_path, here=("EPSG:4326", [(7.5, 47.5), (8.0, 48.0)]))
    facts = facts_of("a.gpkg", changed(path, "PRAGMA trusted_schema = 1", statement))
    assert facts.place is None
    assert facts.summary == "GeoPackage, 2 features"


def test_a_view_in_place_of_the_contents_is_not_looked_through(tmp_path: Path) -> None:
    path = layers(tmp_path, here=("EPSG:4326", [(7.5, 47.5)]))
    endless = (
        "CREATE VIEW gpkg_contents AS WITH RECURSIVE n(x) AS "
        "(SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS table_name FROM n"
    )
    data = changed(path, "ALTER TABLE gpkg_contents RENAME TO other", endless)
    with pytest.raises(Malformed, match="no table of contents"):
        facts_of("a.gpkg", data)


def test_a_view_in_place_of_the_systems_is_not_looked_through(tmp_path: Path) -> None:
    path = layers(tmp_path, here=("EPSG:4326", [(7.5, 47.5)]))
    view = (
        "CREATE VIEW gpkg_spatial_ref_sys AS SELECT srs_id, organization, "
        "organization_coordsys_id, definition FROM other"
    )
    data = changed(path, "ALTER TABLE gpkg_spatial_ref_sys RENAME TO other", view)
    with pytest.raises(Malformed, match="view"):
        facts_of("a.gpkg", data)


def test_layers_on_both_sides_of_the_antimeridian(tmp_path: Path) -> None:
    path = layers(
        tmp_path,
        here=("EPSG:4326", [(170.0, -20.0)]),
        # PDC Mercator: metres from 150 degrees east.
        there=("EPSG:3832", [(3_000_000, -2_000_000), (4_000_000, -1_900_000)]),
    )
    facts = facts_of("a.gpkg", path.read_bytes())
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((170.0, -20.0, -174.067, -16.92), abs=0.01)


def test_broken(tmp_path: Path) -> None:
    path = layers(tmp_path, here=("EPSG:4326", [(7.5, 47.5)]))
    data = path.read_bytes()
    with pytest.raises(Malformed, match="database in it cannot be"):
        facts_of("a.gpkg", data[:100] + b"\xff" * (len(data) - 100))
    with pytest.raises(Malformed, match="Its name says GeoPackage"):
        facts_of("a.gpkg", b"no such thing")
