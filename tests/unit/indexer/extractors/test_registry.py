"""What reads a file, and what is said of files that nothing reads."""

import io
import zipfile
from pathlib import Path

import pytest

from services.indexer.extractors.content import content_of
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.registry import MEMBERS, extractors_found
from tests.extraction import SAMPLE, facts_of


def test_formats_are_found_by_themselves() -> None:
    assert {one.LABEL for one in extractors_found()} == {
        "TIFF", "Parquet", "GeoJSON", "CSV", "FlatGeobuf", "PMTiles", "LAS", "an image",
        "NetCDF or HDF5", "NetCDF-3", "GeoPackage", "MBTiles", "Shapefile", "Shapefile table",
        "Zarr", "Icechunk", "TopoJSON", "GRIB", "KML", "GPX", "PDF", "Jupyter notebook",
        "ZIP archive", "NDJSON", "KMZ", "a raster for GDAL", "GML",
    }  # fmt: skip
    assert all(hasattr(one, member) for one in extractors_found() for member in MEMBERS)


@pytest.mark.parametrize(
    ("name", "data", "label", "media_type"),
    [
        ("a", b"%PDF-1.7", "PDF", "application/pdf"),
        ("a.csv.gz", b"\x1f\x8b\x08", "gzip", "application/gzip"),
        ("README.md", b"# Hello", "Markdown", "text/markdown"),
        ("a.txt", "é".encode(), "Text", "text/plain"),
        ("a.txt", b"caf\xe9", "Text", "text/plain"),
        ("a", b"<!DOCTYPE html><p>", "HTML", "text/html"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'>", "SVG image", "image/svg+xml"),
        ("a", b"<?xml version='1.0'?><a/>", "XML", "application/xml"),
        ("a", b'  [{"a": 1}]', "JSON", "application/json"),
        ("a", b"\x00\x01\x02", "Binary", "application/octet-stream"),
        ("a.tif", b"", "Empty file", "application/x-empty"),
        ("a.prj", b'PROJCS["x"', "Coordinate system", "text/plain"),
    ],
)
def test_media_type_by_content(name: str, data: bytes, label: str, media_type: str) -> None:
    facts = facts_of(name, data)
    assert (facts.format, facts.media_type) == (label, media_type)


@pytest.mark.parametrize(
    ("name", "data", "label", "media_type"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + bytes(20), "PNG image", "image/png"),
        ("a", b"\xff\xd8\xff\xe0", "JPEG image", "image/jpeg"),
        ("a", b"RIFF\x10\0\0\0WEBPVP8 ", "WebP image", "image/webp"),
        ("a.nc", b"\x89HDF\r\n\x1a\n", "NetCDF-4", "application/netcdf"),
        ("a.h5", b"\x89HDF\r\n\x1a\n", "HDF5", "application/x-hdf5"),
        ("a", b"CDF\x01", "NetCDF-3", "application/netcdf"),
    ],
)
def test_media_type_of_what_is_too_short_to_be_read(
    name: str, data: bytes, label: str, media_type: str
) -> None:
    content = content_of(name, data)
    assert (content.label, content.media_type) == (label, media_type)


def test_a_zip_is_not_opened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(10_000_000))
    assert facts_of("a.zip", buffer.getvalue()).format == "ZIP archive"


@pytest.mark.parametrize(
    ("place", "label"),
    [
        ("natural-earth/countries/countries.fgb", "FlatGeobuf"),
        ("natural-earth/countries/countries.gpkg", "GeoPackage"),
        ("natural-earth/countries/shapefile/countries.shp", "Shapefile"),
        ("natural-earth/countries/shapefile/countries.shx", "Shapefile index"),
        ("natural-earth/countries/shapefile/countries.dbf", "Shapefile table"),
        ("scripps/mauna-loa-co2/weekly.nc", "NetCDF-4"),
    ],
)
def test_sample_files_that_nothing_reads_yet(place: str, label: str) -> None:
    path: Path = SAMPLE / place
    assert content_of(path.name, path.read_bytes()[:4096]).label == label


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.tif", b"<VRTDataset><SourceFilename>/etc/passwd", "Its name says TIFF.*XML"),
        ("a.geojson", b"<OGRVRTDataSource>", "Its name says GeoJSON.*XML"),
        ("a.parquet", b"<html>404", "Its name says Parquet.*HTML"),
        ("a.csv", b"PK\x03\x04\0\0", "Its name says CSV.*ZIP"),
        ("a.csv", b"<html>404", "Its name says CSV.*HTML"),
        ("A.TIF", b"nothing", "Its name says TIFF.*Text"),
    ],
)
def test_a_name_that_promises_something_else(name: str, data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of(name, data)


def test_content_counts_where_the_name_says_nothing() -> None:
    data = (SAMPLE / "noaa/globe-land-mask/fiji.tif").read_bytes()
    assert facts_of("fiji", data).format == "COG"
    assert facts_of("fiji.jpg", data).format == "COG"
