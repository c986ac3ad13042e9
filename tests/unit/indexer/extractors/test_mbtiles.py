"""MBTiles as anybody may write it."""

import sqlite3
from pathlib import Path

import pytest

from services.indexer.extractors.facts import Malformed
from tests.extraction import facts_of, line

METADATA = {
    "name": "Rivers", "format": "pbf", "bounds": "5.5,47,15,55", "minzoom": "0", "maxzoom": "9",
    "json": '{"vector_layers": [{"id": "water", "fields": {"name": "String"}}]}',
}  # fmt: skip


def mbtiles(folder: Path, metadata: dict[str, str], table: str = "metadata") -> bytes:
    """A database with this metadata and no tiles."""
    database = sqlite3.connect(folder / "a.mbtiles")
    with database:
        database.execute(f"CREATE TABLE {table} (name text, value text)")
        rows = metadata.items()
        database.executemany(f"INSERT INTO {table} VALUES (?, ?)", rows)  # noqa: S608 -- our own
    database.close()
    return (folder / "a.mbtiles").read_bytes()


def test_what_it_says(tmp_path: Path) -> None:
    facts = facts_of("a.mbtiles", mbtiles(tmp_path, METADATA))
    assert facts.place is not None
    assert facts.media_type == "application/vnd.mbtiles"
    assert facts.summary == "MBTiles, pbf tiles, zoom 0 to 9"
    assert facts.place.bbox == (5.5, 47, 15, 55)
    assert line(facts, "water") == "1 field"


@pytest.mark.parametrize("bounds", ["", "west", "1,2,3", "1,2,3,4,5"])
def test_bounds_that_are_none(tmp_path: Path, bounds: str) -> None:
    data = mbtiles(tmp_path, METADATA | {"bounds": bounds, "json": "{"})
    facts = facts_of("a.mbtiles", data)
    assert facts.place is None
    assert line(facts, "water") == ""


def test_broken(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="no table of metadata"):
        facts_of("a.mbtiles", mbtiles(tmp_path, METADATA, table="other"))
