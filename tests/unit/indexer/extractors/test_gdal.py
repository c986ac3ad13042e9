"""What is left to GDAL: held against what rasterio wrote, asked for in few bytes, and hostile."""

import random
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from rasterio.io import MemoryFile
from rasterio.shutil import copy
from rasterio.warp import transform_bounds

from services.indexer.extractors import gdal
from services.indexer.extractors.facts import Facts, Malformed, Part
from services.indexer.extractors.gdal.drivers import DRIVERS
from services.indexer.extractors.sparse_file import OutOfBytes
from tests.extraction import extracted, facts_of, line
from tests.mutations import mutated
from tests.rasters import quiet, tiff

UTM = {"crs": "EPSG:32633", "bounds": (400_000, 5_000_000, 401_500, 5_001_800), "size": (50, 60)}
# One cell of DTED level 0: a degree, and a point on each of its edges.
CELL = {
    "size": (121, 121),
    "bounds": (10 - 1 / 240, 10 - 1 / 240, 11 + 1 / 240, 11 + 1 / 240),
    "dtype": "int16",
}
MADE: dict[str, tuple[str, dict[str, Any]]] = {
    "JP2OpenJPEG": ("a.jp2", {**UTM, "bands": 3}),
    "HFA": ("a.img", {**UTM, "dtype": "float32", "bands": 2}),
    "NITF": ("a.ntf", UTM),
    "DTED": ("a.dt0", CELL),
    "AAIGrid": ("a.asc", {**UTM, "dtype": "int16"}),
    "GSAG": ("a.grd", {**UTM, "dtype": "float32"}),
    "GSBG": ("a.grd", {**UTM, "dtype": "float32"}),
    "GS7BG": ("a.grd", {**UTM, "dtype": "float64"}),
    "ENVI": ("a.img", {**UTM, "dtype": "int16", "bands": 4}),
}
# Formats that keep no coordinate system.
BARE = {"GSAG", "GSBG", "GS7BG"}


@cache
def written(driver: str) -> dict[str, bytes]:
    """The files that GDAL makes of a raster; without what it keeps beside all formats."""
    name, options = MADE[driver]
    with TemporaryDirectory() as folder, quiet(), MemoryFile(tiff(**options)) as memory:
        with memory.open() as dataset:
            copy(dataset, f"{folder}/{name}", driver=driver)
        found = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    return {name: data for name, data in found.items() if not name.endswith(".aux.xml")}


def read(driver: str, **others: bytes) -> Facts:
    """Of the file that stands for the whole, with those beside it."""
    name = "a.hdr" if driver == "ENVI" else MADE[driver][0]
    files = written(driver) | others
    return facts_of(name, files[name], {one: data for one, data in files.items() if one != name})


def test_each_driver_is_tried() -> None:
    assert {one.name for one in DRIVERS} == MADE.keys()


@pytest.mark.parametrize("driver", MADE)
def test_as_it_was_written(driver: str) -> None:
    facts, options = read(driver), MADE[driver][1]
    width, height = options["size"]
    assert facts.summary.split(", ")[1] == f"{width} × {height}"
    assert len(facts.bands) == options.get("bands", 1)
    if driver in BARE:
        assert (facts.place, facts.projection) == (None, None)
        return
    assert facts.place is not None
    assert facts.projection is not None
    assert facts.projection.bbox == pytest.approx(options["bounds"], abs=0.01)
    assert facts.projection.shape == [height, width]
    with quiet(), MemoryFile(tiff(**options)) as memory, memory.open() as dataset:
        expected = transform_bounds(dataset.crs, "EPSG:4326", *dataset.bounds)
    assert facts.place.bbox == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize(
    ("driver", "data_type", "code"),
    [
        ("JP2OpenJPEG", "uint8", "EPSG:32633"),
        ("HFA", "float32", "EPSG:32633"),
        ("NITF", "uint8", None),
        ("DTED", "int16", "EPSG:4326"),
        ("AAIGrid", "int32", "EPSG:32633"),
        ("ENVI", "int16", "EPSG:32633"),
        ("GS7BG", "float64", None),
    ],
)
def test_types_and_systems(driver: str, data_type: str, code: str | None) -> None:
    facts = read(driver)
    assert {band.data_type for band in facts.bands} == {data_type}
    assert (facts.projection.code if facts.projection else None) == code
    assert "GDAL" in line(facts, "Read by")


def test_a_grid_in_text_takes_its_system_from_beside_it() -> None:
    files = written("AAIGrid")
    facts = facts_of("x/a.asc", files["a.asc"], {"x/a.prj": files["a.prj"]})
    assert facts.parts == [Part("x/a.prj", "metadata", "text/plain")]
    alone = facts_of("a.asc", files["a.asc"])
    assert (alone.place, alone.parts, alone.summary) == (None, [], "Arc/Info ASCII grid, 50 × 60")


@pytest.mark.parametrize("name", ["a", "a.img", "a.dat", "a.bsq"])
def test_a_header_stands_for_its_data(name: str) -> None:
    files = written("ENVI")
    facts = facts_of("a.hdr", files["a.hdr"], {name: files["a.img"]})
    assert facts.parts == [Part(name, "data", "application/octet-stream")]
    assert len(facts.bands) == 4
    waiting = facts_of("a.hdr", files["a.hdr"])
    assert (waiting.summary, waiting.partial) == ("ENVI", gdal.ALONE)


@pytest.mark.parametrize(("driver", "most"), [("JP2OpenJPEG", 3), ("HFA", 6), ("NITF", 3)])
def test_of_a_large_one_little_is_read(driver: str, most: int) -> None:
    noise = random.Random(7).randbytes(3_000_000)
    name, data = MADE[driver][0], written(driver)[MADE[driver][0]]
    found = extracted(name, data + noise)
    assert found.facts.summary == read(driver).summary
    assert found.requests <= most
    assert found.bytes_read < 500_000


def test_without_the_library_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gdal, "LIBRARY", "no_such_library")
    for driver, (name, _) in MADE.items():
        if driver == "ENVI":
            continue
        facts = facts_of(name, written(driver)[name])
        assert facts.partial.startswith("No extractor for this format is installed here")
        assert (facts.place, facts.bands) == (None, [])


VRT = b"""<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/vsicurl/http://127.0.0.1:9/a.tif</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.jp2", VRT, "Its name says a raster for GDAL, but its content is: XML"),
        ("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + VRT, "GDAL reads no JPEG 2000"),
        ("a.img", b"EHFA_HEADER_TAG" + bytes(500), "GDAL reads no ERDAS Imagine"),
        ("a.ntf", b"NITF02.10" + b"9" * 900, "GDAL reads no NITF"),
        ("a.grd", b"DSBB" + b"\xff" * 60, "GDAL reads no Surfer"),
        ("a.grd", b"DSAA 5 5\n0 nan\n0 1\n0 1\n" + b"1 " * 25, "not finite|GDAL reads no"),
        (
            "a.asc",
            b"ncols 2\nnrows 2\nxllcorner nan\nyllcorner 0\ncellsize 1\n1 2\n3 4\n",
            "finite",
        ),
        (
            "a.asc",
            b"ncols 99999999999\nnrows 2\nxllcorner 0\nyllcorner 0\ncellsize 1\n1 2\n",
            "GDAL",
        ),
    ],
)
def test_hostile(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of(name, data)


def test_a_header_that_names_another_file_reads_none() -> None:
    header = (
        written("ENVI")["a.hdr"] + b"\ndata file = /etc/passwd\nheader file = /vsicurl/http://x/\n"
    )
    facts = facts_of("a.hdr", header, {"a.img": written("ENVI")["a.img"]})
    assert [one.name for one in facts.parts] == ["a.img"]


@pytest.mark.parametrize(
    ("driver", "before", "after"),
    [
        ("ENVI", b"Band 1", b"T\xe9rre"),
        ("HFA", b"Layer_1", b"L\xe9yer_1"),
    ],
)
def test_names_of_bands_in_a_code_page_hide_nothing_else(
    driver: str, before: bytes, after: bytes
) -> None:
    name = "a.hdr" if driver == "ENVI" else "a.img"
    data = written(driver)[name]
    assert before in data
    facts = read(driver, **{name: data.replace(before, after)})
    assert facts.place == read(driver).place
    assert [one.description for one in facts.bands] == [""] * len(read(driver).bands)


def test_very_many_bands_are_told_of_in_part() -> None:
    files = written("ENVI")
    header = files["a.hdr"].replace(b"bands   = 4", b"bands   = 300")
    assert header != files["a.hdr"]
    facts = facts_of("a.hdr", header, {"a.img": bytes(300 * 50 * 60 * 2)})
    assert (len(facts.bands), line(facts, "Bands")) == (256, "300")


def test_what_gdal_finds_wrong_is_told() -> None:
    header = written("ENVI")["a.hdr"].replace(b"bands   = 4", b"bands   = 60000")
    with pytest.raises(Malformed, match="no ENVI in it: Image file is too small"):
        facts_of("a.hdr", header, {"a.img": b"short"})
    with pytest.raises(Malformed, match="no JPEG 2000 in it") as refused:
        facts_of("a.jp2", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(9))
    assert "/vsi" not in str(refused.value)


def test_a_text_about_it_is_no_header() -> None:
    assert facts_of("a.txt", b"ENVI is a program.\nMore.\n").format == "Text"


def test_nothing_of_it_is_loaded_before_it_is_needed() -> None:
    asked = "import services.indexer.extractors.gdal, sys; print('rasterio' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"


@pytest.mark.parametrize("driver", MADE)
def test_mutations(driver: str) -> None:
    name, files = ("a.hdr" if driver == "ENVI" else MADE[driver][0]), written(driver)
    beside = {one: data for one, data in files.items() if one != name}
    randomness = random.Random(driver)
    for _ in range(12):
        try:
            found = extracted(name, mutated(files[name], randomness), most=8, beside=beside)
        except (Malformed, OutOfBytes):
            continue
        assert isinstance(found.facts, Facts)
