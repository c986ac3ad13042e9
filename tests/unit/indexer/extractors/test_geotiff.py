"""Our TIFF reader says what GDAL says."""

import struct
from pathlib import Path

import pytest
from rasterio.warp import transform_bounds

from services.indexer.extractors.facts import Malformed
from tests.extraction import EXPECTED, extracted, facts_of, line, sample_facts
from tests.rasters import as_gdal_sees, tiff, with_overviews

SAMPLES = [place for place in EXPECTED if place.endswith(".tif")]
UTM = {"crs": "EPSG:32633", "bounds": (400000.0, 5.0e6, 500000.0, 5.1e6)}


@pytest.mark.parametrize("place", SAMPLES)
def test_sample_is_as_gdal_said(place: str) -> None:
    expected, facts = EXPECTED[place], sample_facts(place)
    band, projection = facts.bands[0], facts.projection
    assert projection is not None
    assert facts.place is not None
    assert projection.shape == [expected["height"], expected["width"]]
    assert projection.code == f"EPSG:{expected['epsg']}"
    assert projection.transform == expected["transform"]
    assert projection.bbox == pytest.approx(expected["bounds"], abs=1e-9)
    assert facts.place.bbox == pytest.approx(expected["bbox_wgs84"], abs=1e-9)
    assert len(facts.bands) == expected["bands"]
    assert (band.data_type, band.nodata) == (expected["dtype"], expected["nodata"])
    assert band.description == band.name == expected["description"]
    assert line(facts, "Overviews") == ", ".join(map(str, expected["overviews"]))
    width, height = expected["block"]
    assert line(facts, "Compression") == f"Deflate, {width} × {height} tiles"
    assert expected["compression"] == "DEFLATE"


@pytest.mark.parametrize("place", SAMPLES)
def test_sample_is_a_valid_cog_of_june_1999(place: str) -> None:
    facts = sample_facts(place)
    assert facts.format == "COG"
    assert facts.verdicts == ["Valid COG"]
    assert facts.moment is not None
    assert (facts.moment.start, facts.moment.end) == ("1999-06-30T00:00:00Z", "")


def test_summary_is_in_a_scientists_words() -> None:
    assert (
        sample_facts("noaa/globe-land-mask/europe.tif").summary == "COG, 5,040 × 3,000, EPSG:4326"
    )
    # A small image needs no tiles: by GDAL's rules it is a valid COG as it is.
    assert facts_of("a.tif", tiff(bands=3)).summary == "COG, 64 × 48, 3 bands, EPSG:4326"
    assert facts_of("a.tif", tiff(crs=None, bounds=None)).summary == "TIFF, 64 × 48"


@pytest.mark.parametrize(
    "dtype",
    ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32",
     "float64", "complex64", "complex128", "complex_int16"],
)  # fmt: skip
def test_data_types(dtype: str) -> None:
    names = {"complex64": "cfloat32", "complex128": "cfloat64", "complex_int16": "cint16"}
    assert facts_of("a.tif", tiff(dtype=dtype)).bands[0].data_type == names.get(dtype, dtype)


@pytest.mark.parametrize(
    "options",
    [
        {"ENDIANNESS": "BIG"},
        {"BIGTIFF": "YES"},
        {"BIGTIFF": "YES", "ENDIANNESS": "BIG"},
        {"tiled": True, "blockxsize": 32, "blockysize": 16},
        {"compress": "lzw"},
        {"compress": "zstd"},
        {"compress": "packbits", "interleave": "pixel", "bands": 4},
        {"interleave": "band", "bands": 4},
        {"driver": "COG", "size": (1500, 1200)},
        {"driver": "COG", "size": (1500, 1200), "BIGTIFF": "YES"},
        {"driver": "COG", "size": (1500, 1200), **UTM},
        UTM,
        {"crs": "EPSG:3857", "bounds": (1e6, 6e6, 1.1e6, 6.1e6)},
        {"crs": "EPSG:2056", "bounds": (2.5e6, 1.1e6, 2.8e6, 1.3e6)},
        {"crs": "EPSG:2154", "bounds": (6e5, 6.6e6, 7e5, 6.7e6)},
        {"crs": "EPSG:4269", "bounds": (-100.0, 30.0, -90.0, 40.0)},
        {"crs": "ESRI:54009", "bounds": (1e6, 4e6, 2e6, 5e6)},
    ],
)
def test_place_and_layout_are_gdals(options: dict[str, object]) -> None:
    data = tiff(**options)  # type: ignore[arg-type]
    facts = facts_of("a.tif", data)
    assert facts.projection is not None
    assert facts.place is not None
    with as_gdal_sees(data) as seen:
        assert facts.projection.transform == pytest.approx(list(seen.transform)[:6])
        assert facts.projection.shape == [seen.height, seen.width]
        assert len(facts.bands) == seen.count
        expected = transform_bounds(seen.crs, "EPSG:4326", *seen.bounds)
        assert facts.place.bbox == pytest.approx(expected, abs=1e-6)
        height, width = seen.block_shapes[0]
        assert f"{width:,} × {height:,}" in line(facts, "Compression")
        assert line(facts, "Overviews") == ", ".join(map(str, seen.overviews(1))) or "none"


OWN_SYSTEMS = {
    "+proj=laea +lat_0=45 +lon_0=-100 +ellps=WGS84": (0.0, 0.0, 1e6, 1e6),
    "+proj=aea +lat_1=29.5 +lat_2=45.5 +lat_0=23 +lon_0=-96 +datum=NAD83": (0.0, 1e6, 1e6, 2e6),
    "+proj=lcc +lat_1=33 +lat_2=45 +lat_0=39 +lon_0=-96 +R=6370000": (-1e6, -1e6, 1e6, 1e6),
    "+proj=stere +lat_0=90 +lat_ts=71 +lon_0=-39 +datum=WGS84": (-1e6, -3e6, 1e6, -1e6),
    "+proj=sinu +lon_0=0 +R=6371007.181": (1e6, 4e6, 2e6, 5e6),
    "+proj=tmerc +lon_0=9 +k=0.9996 +x_0=500000 +ellps=bessel": (4e5, 5e6, 5e5, 5.1e6),
    "+proj=tmerc +lat_0=30 +lon_0=-95 +x_0=2e5 +datum=NAD83 +units=us-ft": (6e5, 0.0, 7e5, 1e5),
    "+proj=eqc +lat_ts=0 +lon_0=0 +datum=WGS84": (1e6, 4e6, 2e6, 5e6),
    "+proj=merc +lon_0=0 +k=1 +datum=WGS84": (1e6, 4e6, 2e6, 5e6),
    "+proj=aeqd +lat_0=50 +lon_0=10 +datum=WGS84": (-1e5, -1e5, 1e5, 1e5),
    "+proj=utm +zone=33 +ellps=intl": (4e5, 5e6, 5e5, 5.1e6),
}


@pytest.mark.parametrize(("projection", "bounds"), OWN_SYSTEMS.items())
def test_systems_without_a_code(projection: str, bounds: tuple[float, float, float, float]) -> None:
    data = tiff(crs=projection, bounds=bounds)
    facts = facts_of("a.tif", data)
    assert facts.place is not None
    with as_gdal_sees(data) as seen:
        expected = transform_bounds(seen.crs, "EPSG:4326", *seen.bounds)
    assert facts.place.bbox == pytest.approx(expected, abs=2e-3)
    assert facts.projection is not None
    assert facts.projection.code or facts.projection.wkt2


def test_antimeridian_is_crossed_not_smeared() -> None:
    facts = facts_of("a.tif", tiff(bounds=(175.0, -20.0, 185.0, -10.0)))
    assert facts.place is not None
    assert facts.place.bbox == (175.0, -20.0, -175.0, -10.0)
    assert facts.place.footprint["type"] == "MultiPolygon"
    utm = facts_of("a.tif", tiff(crs="EPSG:32701", bounds=(1e5, 7e6, 3e5, 8e6)))
    assert utm.place is not None
    assert utm.place.bbox[0] > 178
    assert utm.place.bbox[2] < -178


def test_longitudes_up_to_360_are_the_world() -> None:
    facts = facts_of("a.tif", tiff(bounds=(0.0, -90.0, 360.0, 90.0)))
    assert facts.place is not None
    assert facts.place.bbox == (-180.0, -90.0, 180.0, 90.0)


def test_pole_is_inside() -> None:
    facts = facts_of("a.tif", tiff(crs="EPSG:3413", bounds=(-3e6, -3e6, 3e6, 3e6)))
    assert facts.place is not None
    assert facts.place.bbox[0::2] == (-180.0, 180.0)
    assert facts.place.bbox[3] == 90.0


def test_tile_at_the_rim_of_a_map_is_not_smeared() -> None:
    rim = (-20015109.354, -1e6, -18903158.834, 1e6)
    facts = facts_of("a.tif", tiff(crs="+proj=sinu +R=6371007.181", bounds=rim))
    assert facts.place is not None
    assert facts.place.bbox[0] == pytest.approx(-180, abs=0.01)
    assert facts.place.bbox[2] == pytest.approx(-170, abs=0.5)


def test_full_disc_is_what_is_seen_of_the_earth() -> None:
    disc = "+proj=geos +h=35785831 +lon_0=140.7 +sweep=y"
    facts = facts_of("a.tif", tiff(crs=disc, bounds=(-5.5e6, -5.5e6, 5.5e6, 5.5e6)))
    assert facts.place is not None
    west, _, east, _ = facts.place.bbox
    assert 60 < west < 70
    assert -150 < east < -140


def test_pixel_is_point() -> None:
    data = tiff(tags={"AREA_OR_POINT": "Point"})
    projection = facts_of("a.tif", data).projection
    assert projection is not None
    with as_gdal_sees(data) as seen:
        assert seen.tags()["AREA_OR_POINT"] == "Point"
        assert projection.transform == pytest.approx(list(seen.transform)[:6])


def test_nodata_that_json_has_no_number_for() -> None:
    band = facts_of("a.tif", tiff(dtype="float32", nodata=float("nan"))).bands[0]
    assert band.nodata == "nan"
    assert facts_of("a.tif", tiff(dtype="int16", nodata=-32768)).bands[0].nodata == -32768


def test_why_a_file_is_no_cog() -> None:
    facts = facts_of("a.tif", tiff(size=(2000, 1000)))
    assert facts.format == "GeoTIFF"
    assert facts.verdicts == []
    assert "it is not tiled" in line(facts, "Cloud optimized")


def test_overviews_behind_the_pixels_are_no_cog(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    path.write_bytes(tiff(size=(1500, 1200), tiled=True))
    facts = facts_of("a.tif", with_overviews(path, [2, 4]))
    assert line(facts, "Overviews") == "2, 4"
    assert line(facts, "Cloud optimized").startswith("no: ")


def test_directory_at_the_end_takes_two_requests() -> None:
    data = tiff(size=(2000, 2000), compress=None)
    moved = _directory_to_the_end(data)
    found = extracted("a.tif", moved)
    assert found.facts.summary == "GeoTIFF, 2,000 × 2,000, EPSG:4326"
    assert found.requests <= 3
    assert found.bytes_read < 140_000


def _directory_to_the_end(data: bytes) -> bytes:
    """The same file with its directory behind its pixels; its values stay where they are."""
    offset = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, offset)[0]
    directory = data[offset : offset + 2 + entries * 12 + 4]
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + directory


def test_what_the_header_says_is_shown() -> None:
    tags = {"TIFFTAG_IMAGEDESCRIPTION": "Sea ice", "TIFFTAG_DATETIME": "2020:01:02 03:04:05"}
    facts = facts_of("a.tif", tiff(tags={**tags, "sensor": "<b>&AMSR2"}))
    assert line(facts, "Description") == "Sea ice"
    assert line(facts, "sensor") == "<b>&AMSR2"
    assert facts.moment is not None
    assert facts.moment.start == "2020-01-02T03:04:05Z"


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "2020:13:01 00:00:00", "today", ""])
def test_nonsense_dates_are_no_dates(text: str) -> None:
    assert facts_of("a.tif", tiff(tags={"TIFFTAG_DATETIME": text or " "})).moment is None


def test_a_loop_of_directories_ends() -> None:
    data = bytearray(tiff())
    offset = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, offset)[0]
    struct.pack_into("<I", data, offset + 2 + entries * 12, offset)
    assert facts_of("a.tif", bytes(data)).format == "COG"


def test_a_tag_that_claims_too_much_is_refused() -> None:
    data = bytearray(tiff())
    offset = struct.unpack_from("<I", data, 4)[0]
    entries = struct.unpack_from("<H", data, offset)[0]
    for place in range(offset + 2, offset + 2 + entries * 12, 12):
        if struct.unpack_from("<H", data, place)[0] == 33550:
            struct.pack_into("<I", data, place + 4, 0xFFFFFFFF)
    with pytest.raises(Malformed, match="claims"):
        facts_of("a.tif", bytes(data))


@pytest.mark.parametrize("length", [4, 8, 60, 200])
def test_a_file_that_ends_too_early_says_so(length: int) -> None:
    with pytest.raises(Malformed):
        facts_of("a.tif", tiff()[:length])
