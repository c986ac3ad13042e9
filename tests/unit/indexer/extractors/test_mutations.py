"""Broken and hostile bytes: each gives facts or says why not, soon, and never anything else.

The readers of strangers' libraries (pyarrow) can end the process on such bytes: theirs are tried in
the sandbox, in tests/integration/indexer.
"""

import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.preview import Preview
from services.indexer.extractors.sparse_file import OutOfBytes
from tests.effort import costing
from tests.extraction import SAMPLE, extracted, previewed
from tests.formats import (
    GML,
    METADATA,
    TRACK,
    cloud,
    exif,
    kml,
    kmz,
    packed,
    picture,
    placemark,
    pmtiles,
)
from tests.gribs import first_edition, written
from tests.icechunks import files_of
from tests.mutations import mutated
from tests.rasters import tiff
from tests.stores import store_v3

TOPOLOGY = (
    b'{"type":"Topology","transform":{"scale":[0.5,0.25],"translate":[100,0]},"objects":{"a":'
    b'{"type":"GeometryCollection","geometries":[{"type":"LineString","arcs":[0,-2]},'
    b'{"type":"MultiPolygon","arcs":[[[1]]]},{"type":"Point","coordinates":[4,2]}]}},'
    b'"arcs":[[[4,0],[2,4]],[[0,0],[2,0],[0,4],[-2,-4]]]}'
)
RECORDS = b'{"lat":1.5,"lon":2,"date":"2020-01-01"}\n{"lat":"x","lon":[2],"a":null}\n'
# Fewer of what takes long to place; `test_many_mutations` tries as many of each.
ROUNDS = {"d.tif": 30}


def seeds() -> Iterator[tuple[str, bytes]]:
    """Small files of each format that our own code reads."""
    yield "a.tif", (SAMPLE / "noaa/globe-land-mask/fiji.tif").read_bytes()
    yield "b.tif", tiff(BIGTIFF="YES", ENDIANNESS="BIG", description="b", dtype="float32")
    yield (
        "c.tif",
        tiff(crs="+proj=laea +lat_0=45 +lon_0=-100 +ellps=WGS84", bounds=(0, 0, 1e6, 1e6)),
    )
    yield "d.tif", tiff(crs="+proj=moll", bounds=(0, 0, 1e6, 1e6))
    yield (
        "e.geojson",
        (SAMPLE / "natural-earth/countries/africa.geojson").read_bytes()[:3000] + b"]}",
    )
    countries = SAMPLE / "natural-earth/countries"
    yield "g.fgb", (countries / "countries.fgb").read_bytes()[:20_000]
    shapes = (countries / "shapefile/countries.shp").read_bytes()
    yield "l.shp", shapes[:24] + (50).to_bytes(4, "big") + shapes[28:100]
    yield "m.dbf", (countries / "shapefile/countries.dbf").read_bytes()
    yield "n.gpx", TRACK.encode()
    yield "o.kml", kml(placemark("170,-10") * 3)
    yield from (("u.kmz", kmz(placemark("170,-10") * 3)), ("v.ndjson", RECORDS * 9), ("w.gml", GML))
    yield "p.zarr/zarr.json", store_v3()["a/b.zarr/zarr.json"]
    yield "q.grb", first_edition()
    with TemporaryDirectory() as folder:
        yield "r.grib2", written(Path(folder) / "r.grib2", size=(3, 2))
    yield "s.topojson", TOPOLOGY
    yield "h.las", cloud(version="1.4", point_format=6)
    yield "i.pmtiles", pmtiles(packed(METADATA))
    yield "j.png", picture("PNG")
    yield "k.jpg", picture("JPEG", exif=exif(DateTimeOriginal="2021:06:30 12:30:05"))
    yield "t/repo", files_of("v2", "t")["t/repo"]
    yield "f.csv", b"id,lat,lon,date\n" + b'1,2.5,3.5,2020-01-01\n2,"x",4,2021-01-01\n' * 20


SEEDS = dict(seeds())


def tried(name: str, data: bytes) -> str:
    """What became of it."""
    try:
        with costing():
            found = extracted(name, data, most=8)
    except (Malformed, OutOfBytes) as refused:
        return type(refused).__name__
    assert isinstance(found.facts, Facts)
    return "read"


def looked_at(name: str, data: bytes) -> None:
    """What it shows is a preview or a reason, and soon."""
    with suppress(Malformed, OutOfBytes), costing():
        assert isinstance(previewed(name, data, most=8).facts, Preview)


@pytest.mark.parametrize("name", SEEDS)
def test_mutations(name: str) -> None:
    randomness = random.Random(f"shown {name}")
    for _ in range(15):
        looked_at(name, mutated(SEEDS[name], randomness))
    randomness = random.Random(name)
    outcomes = {tried(name, mutated(SEEDS[name], randomness)) for _ in range(ROUNDS.get(name, 100))}
    assert outcomes <= {"read", "Malformed", "OutOfBytes"}
    assert "Malformed" in outcomes


@pytest.mark.slow
@pytest.mark.parametrize("name", SEEDS)
def test_many_mutations(name: str) -> None:
    randomness = random.Random(f"slow {name}")
    for number in range(2_000):
        data = mutated(SEEDS[name], randomness)
        tried(name, data)
        # A picture takes longer to draw than all else to read.
        if number % 8 == 0:
            looked_at(name, data)


HOSTILE = {
    "entries.tif": b"II*\0\x08\0\0\0\xff\xff" + bytes(70_000),
    "big.tif": b"II+\0\x08\0\0\0" + b"\x10" + bytes(7) + b"\xff" * 8,
    "far.tif": b"MM\0*" + b"\xff" * 100,
    "laughs.tif": b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa">]><l>&a;</l>',
    "objects.geojson": b'{"type":"Feature","properties":' + b'{"a":' * 300_000,
    "lists.geojson": b'{"type":"Point","coordinates":' + b"[" * 500_000 + b"]" * 500_000 + b"}",
    "names.geojson": b'{"type":"Feature","geometry":null,"properties":{'
    + b",".join(b'"k%d":1' % number for number in range(50_000))
    + b"}}",
    "cells.csv": b"," * 1_000_000,
    "quote.csv": b'a,b\n"' + b"x" * 1_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    tried(name, HOSTILE[name])
    looked_at(name, HOSTILE[name])
