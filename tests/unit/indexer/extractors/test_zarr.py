"""Stores of Zarr, read at their root, held against what GDAL writes."""

import random
import struct
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from services.indexer.extractors.content.names import known_by_name
from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.sparse_file import OutOfBytes
from services.indexer.extractors.zarr.codecs import unpacked
from services.indexer.extractors.zarr.node import node_v2
from tests.extraction import extracted, facts_of, line
from tests.mutations import mutated
from tests.stores import (
    NAME,
    array_v3,
    coordinates,
    in_shards,
    store_of_gdal,
    store_v3,
    values_of_gdal,
)

ROOT = f"{NAME}/zarr.json"
BOX = (99.75, 30.25, 114.75, 40.25)


def root_facts(files: dict[str, bytes], name: str = ROOT) -> Facts:
    """Of the file that stands for the store."""
    return facts_of(name, files[name], files)


@pytest.mark.parametrize("codec", ["zstd", "gzip", "bytes"])
def test_a_consolidated_store(codec: str) -> None:
    files = store_v3(codec=codec, attributes={"title": "Warm", "spatial": {"type": "Polygon"}})
    found = extracted(ROOT, files[ROOT], beside=files)
    facts = found.facts
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.cube is not None
    assert (facts.format, facts.summary) == ("Zarr", "Zarr, 1 variable")
    assert facts.media_type == "application/vnd.zarr; version=3"
    assert (facts.is_folder, facts.partial, facts.parts) == (True, "", [])
    assert facts.place.bbox == pytest.approx(BOX)
    assert (facts.moment.start, facts.moment.end) == (
        "2020-01-01T00:00:00Z", "2020-01-10T00:00:00Z",
    )  # fmt: skip
    assert {one.name: one.size for one in facts.cube.dimensions} == {
        "lat": 20, "lon": 30, "time": 10,
    }  # fmt: skip
    assert [one.name for one in facts.cube.variables if one.is_data] == ["t2m"]
    assert line(facts, "Title") == "Warm"
    assert line(facts, "t2m") == "20 × 30 × 10, 1 in all"
    assert found.requests == 1 + len(("lat", "lon", "time"))


def test_chunks_that_are_not_there_yet_hold_the_fill_value() -> None:
    files = store_v3()
    facts = root_facts({ROOT: files[ROOT]})
    assert (facts.place, facts.moment, facts.partial) == (None, None, "")
    said = orjson.loads(files[ROOT])
    said["consolidated_metadata"]["metadata"]["time"]["fill_value"] = 3
    again = facts_of(ROOT, orjson.dumps(said))
    assert again.moment is not None
    assert again.moment.start == "2020-01-04T00:00:00Z"


def test_of_a_long_coordinate_two_chunks_are_read() -> None:
    values = np.arange(100, dtype="int32")
    grid = {"name": "regular", "configuration": {"chunk_shape": [30]}}
    said = array_v3(values, ["time"], {"units": "hours since 2020-01-01"}, chunk_grid=grid)
    said["chunk_key_encoding"] = {"name": "v2"}
    root = {
        "zarr_format": 3, "node_type": "group", "attributes": {},
        "consolidated_metadata": {"metadata": {"g/time": said}},
    }  # fmt: skip
    last = np.concatenate([values[90:], np.full(20, 10_000, dtype="int32")])
    files = {f"{NAME}/g/time/0": values[:30].tobytes(), f"{NAME}/g/time/3": last.tobytes()}
    found = extracted(ROOT, orjson.dumps(root), beside=files)
    assert found.requests == 3
    assert found.facts.moment is not None
    assert found.facts.moment.end == "2020-01-05T03:00:00Z"


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32633"])
def test_as_gdal_writes_it(tmp_path: Path, version: int, crs: str) -> None:
    files = store_of_gdal(tmp_path, crs=crs, version=version)
    root = f"{NAME}/.zmetadata"
    if version == 3:
        # GDAL does not consolidate version 3.
        files, root = consolidated(files), ROOT
    facts = root_facts(files, root)
    assert facts.projection is not None
    assert facts.place is not None
    step = 10 if crs == "EPSG:4326" else 1000
    bounds = [-180, 90 - 18 * step, -180 + 36 * step, 90]
    assert facts.projection.code == crs
    assert facts.projection.bbox == pytest.approx(bounds)
    assert facts.partial == ""
    assert line(facts, "Version") == str(version)


def consolidated(files: dict[str, bytes]) -> dict[str, bytes]:
    """The same store, as zarr-python would leave it."""
    inside = {
        name.removeprefix(f"{NAME}/").removesuffix("/zarr.json"): orjson.loads(data)
        for name, data in files.items()
        if name.endswith("/zarr.json") and name != ROOT
    }
    root = orjson.loads(files[ROOT]) | {"consolidated_metadata": {"metadata": inside}}
    return files | {ROOT: orjson.dumps(root)}


@pytest.mark.parametrize("compress", ["BLOSC", "ZSTD", "ZLIB", "GZIP", "LZMA"])
def test_chunks_as_gdal_packs_them(tmp_path: Path, compress: str) -> None:
    files = store_of_gdal(tmp_path, compress=compress)
    node = node_v2("", orjson.loads(files[f"{NAME}/b/.zarray"]), {})
    data = unpacked(files[f"{NAME}/b/0.0"], node.codecs, 18 * 36 * 4)
    assert data == values_of_gdal().tobytes()
    with pytest.raises(Malformed):
        unpacked(files[f"{NAME}/b/0.0"], node.codecs, 18 * 36 * 4 + 1)


def test_every_file_of_a_store_leads_to_the_one_above(tmp_path: Path) -> None:
    files = store_of_gdal(tmp_path)
    above = {
        name: (known_by_name(name) or facts_of(name, data, files)).part_of
        for name, data in files.items()
    }
    root = f"{NAME}/.zmetadata"
    assert above[root] == ""
    assert above[f"{NAME}/.zgroup"] == root
    assert above[f"{NAME}/X/.zarray"] == root
    assert above[f"{NAME}/X/.zattrs"] == f"{NAME}/X/.zarray"
    assert above[f"{NAME}/X/0"] == f"{NAME}/X/.zarray"
    assert above[f"{NAME}/b/0.0"] == f"{NAME}/b/.zarray"


def test_an_array_inside_a_store_is_no_thing_of_its_own() -> None:
    files = store_v3(attributes={})
    facts = facts_of(f"{NAME}/lat/zarr.json", files[f"{NAME}/lat/zarr.json"], files)
    assert (facts.summary, facts.part_of) == ("Zarr array, float64, 20", ROOT)
    assert (facts.is_folder, facts.place) == (False, None)
    alone = facts_of(f"{NAME}/lat/zarr.json", files[f"{NAME}/lat/zarr.json"])
    assert (alone.format, alone.is_folder, alone.part_of) == ("Zarr", True, "")


def test_a_store_at_the_top_of_a_repository() -> None:
    files = {name.removeprefix(f"{NAME}/"): data for name, data in store_v3().items()}
    facts = facts_of("zarr.json", files["zarr.json"], files)
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx(BOX)


def test_without_consolidated_metadata_it_says_what_is_said_of_all() -> None:
    said = {
        "geospatial_lat_min": -10, "geospatial_lat_max": "10", "geospatial_lon_min": 170.0,
        "geospatial_lon_max": -170.0, "time_coverage_start": "2001-02-03",
        "time_coverage_end": "2001-02-04T00:00:00Z",
    }  # fmt: skip
    root = store_v3(attributes=said, is_consolidated=False)[ROOT]
    facts = facts_of(ROOT, root)
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.place.bbox == (170, -10, -170, 10)
    assert facts.moment.start == "2001-02-03T00:00:00Z"
    assert facts.partial == "Its metadata is not consolidated, and no array of it is known yet."
    assert facts.summary == "Zarr 3"


def test_without_consolidated_metadata_its_arrays_are_looked_for() -> None:
    files = store_v3(is_consolidated=False)
    found = extracted(ROOT, files[ROOT], beside=files, most=16)
    assert found.facts.place is not None
    assert found.facts.moment is not None
    assert found.facts.place.bbox == pytest.approx(BOX)
    assert (found.facts.summary, found.facts.partial) == ("Zarr, 1 variable", "")
    assert line(found.facts, "Consolidated metadata") == "no"
    assert line(found.facts, "Arrays and groups in it") == "lat, lon, t2m, time"
    # The root, the list, four arrays, three chunks.
    assert found.requests == 9


def test_of_many_arrays_the_coordinates_are_looked_at_and_all_are_named() -> None:
    files = store_v3(is_consolidated=False)
    for number in range(20):
        files[f"{NAME}/a{number}/zarr.json"] = files[f"{NAME}/t2m/zarr.json"]
    facts = extracted(ROOT, files[ROOT], beside=files, most=16).facts
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx(BOX)
    assert facts.partial.endswith("of its arrays and groups 6 of 24 are looked at.")
    assert line(facts, "Arrays and groups in it").startswith("a0, a1, a10")


def test_version_2_without_consolidated_metadata(tmp_path: Path) -> None:
    files = store_of_gdal(tmp_path)
    del files[f"{NAME}/.zmetadata"]
    root = f"{NAME}/.zgroup"
    found = extracted(root, files[root], beside=files, most=16)
    whole = root_facts(store_of_gdal(tmp_path), f"{NAME}/.zmetadata")
    assert found.facts.place == whole.place
    assert found.facts.place is not None
    assert found.facts.partial == ""
    assert found.facts.media_type == "application/vnd.zarr; version=2"


@pytest.mark.parametrize("value", [float("nan"), "east", 1e400])
def test_words_that_are_no_place(value: object) -> None:
    said = dict.fromkeys(
        [f"geospatial_{axis}_{end}" for axis in ("lat", "lon") for end in ("min", "max")], value
    )
    files = store_v3(attributes=said, is_consolidated=False)
    assert facts_of(ROOT, files[ROOT]).place is None


def test_what_python_writes_against_the_rules_of_json() -> None:
    attributes = b'{"units": "degrees_north", "_FillValue": NaN, "_ARRAY_DIMENSIONS": ["lat"]}'
    array = b'{"zarr_format": 2, "shape": [2], "chunks": [2], "dtype": "<f4", "compressor": null}'
    root = b'{"metadata": {"lat/.zarray": %b, "lat/.zattrs": %b}}' % (array, attributes)
    facts = facts_of("a.zarr/.zmetadata", root)
    assert facts.cube is not None
    assert [one.name for one in facts.cube.dimensions] == ["lat"]


@pytest.mark.parametrize(
    ("codec", "said"),
    [("sharding_indexed", "packed by sharding_indexed"), ("zlib", "not packed by zlib")],
)
def test_what_is_packed_in_another_way_is_told(codec: str, said: str) -> None:
    files = store_v3()
    root = orjson.loads(files[ROOT])
    root["consolidated_metadata"]["metadata"]["lat"]["codecs"] = [codec]
    facts = facts_of(ROOT, orjson.dumps(root), files)
    assert facts.place is None
    assert facts.moment is not None
    assert said in facts.partial


@pytest.mark.parametrize("is_index_first", [False, True])
def test_coordinates_in_shards(is_index_first: bool) -> None:
    files = store_v3()
    root = orjson.loads(files[ROOT])
    arrays = root["consolidated_metadata"]["metadata"]
    for name, many in (("lat", 4), ("lon", 5)):
        values, said = coordinates()[name]
        chunks: list[bytes | None] = [one.tobytes() for one in np.split(values, many)]
        # Its values are the fill value then.
        chunks[1] = None
        plain = array_v3(values, [name], said, fill_value=float(values[0]))
        arrays[name], files[f"{NAME}/{name}/c/0"] = in_shards(
            plain, chunks, is_index_first=is_index_first
        )
    facts = root_facts(files | {ROOT: orjson.dumps(root)})
    assert facts.partial == ""
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx(BOX, abs=1)
    (chunks,) = (dict(group.lines) for group in facts.groups if group.title == "Chunks")
    assert chunks["lat"] == "5 in shards of 20, 1 in all, zstd"


@pytest.mark.parametrize(
    ("changes", "data", "said"),
    [
        ({}, b"short", "shorter than the index"),
        ({}, struct.pack("<QQ", 10, 100) + b"crc!", "beyond the end"),
        ({}, struct.pack("<QQ", 2**64 - 1, 2**64 - 1) + b"crc!", "not in its shard"),
        ({"index_codecs": ["gzip"]}, b"", "in a way that is not unpacked"),
        ({"codecs": [{"name": "sharding_indexed"}]}, b"", "in a way that is not unpacked"),
        ({"chunk_shape": [7]}, b"", "in a way that is not unpacked"),
        ({"chunk_shape": [0]}, b"", "packed by sharding_indexed, which"),
    ],
)
def test_broken_shards_are_told(changes: dict[str, Any], data: bytes, said: str) -> None:
    files = store_v3()
    root = orjson.loads(files[ROOT])
    arrays = root["consolidated_metadata"]["metadata"]
    values, attributes = coordinates()["lat"]
    array, _ = in_shards(array_v3(values, ["lat"], attributes), [values.tobytes()])
    array["codecs"][0]["configuration"] |= changes
    arrays["lat"] = array
    facts = root_facts(files | {ROOT: orjson.dumps(root), f"{NAME}/lat/c/0": data})
    assert said in facts.partial


def test_a_coordinate_of_two_dimensions_is_read_whole_or_not() -> None:
    lat = np.arange(6.0).reshape(2, 3)
    arrays = {
        "lat": array_v3(lat, ["y", "x"], {"units": "degrees_north"}),
        "lon": array_v3(lat + 10, ["y", "x"], {"units": "degrees_east"}),
    }
    root: dict[str, Any] = {"zarr_format": 3, "node_type": "group", "attributes": {}}
    root["consolidated_metadata"] = {"metadata": arrays}
    files = {f"{NAME}/lat/c/0/0": lat.tobytes(), f"{NAME}/lon/c/0/0": (lat + 10).tobytes()}
    facts = facts_of(ROOT, orjson.dumps(root), files)
    assert facts.place is not None
    assert facts.place.bbox == (10, 0, 15, 5)
    arrays["lat"]["chunk_grid"]["configuration"]["chunk_shape"] = [1, 3]
    assert facts_of(ROOT, orjson.dumps(root), files).place is None


def test_many_arrays_cost_few_requests() -> None:
    many = {f"v{number}": coordinates()["lat"] for number in range(300)} | coordinates()
    files = store_v3(many)
    found = extracted(ROOT, files[ROOT], beside=files)
    assert found.requests <= 8
    assert found.facts.partial == "It has more arrays than are looked at."


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"zarr_format": 4}, "unknown version"),
        ({"zarr_format": 3, "node_type": "array", "shape": "x"}, "no shape"),
        ({"zarr_format": 3, "node_type": "array", "shape": [-1]}, "no shape"),
        ({"zarr_format": 3, "node_type": "array", "shape": [2**63]}, "no shape"),
        ({"zarr_format": 3, "node_type": "array", "shape": [1] * 99}, "no shape"),
        ({"zarr_format": 3, "node_type": "array", "shape": [0]}, "no chunks"),
    ],
)
def test_broken(said: dict[str, Any], problem: str) -> None:
    with pytest.raises(Malformed, match=problem):
        facts_of(ROOT, orjson.dumps(said))


@pytest.mark.parametrize("data", [b'{"zarr_format"', b'{"zarr_format":' + b"[" * 100_000, b"[]"])
def test_what_is_no_json(data: bytes) -> None:
    with suppress(Malformed):
        assert facts_of(ROOT, data).format != "Zarr"


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("s.zarr/lat/c/0", "s.zarr/lat/zarr.json"),
        ("s.zarr/lat/c", "s.zarr/lat/zarr.json"),
        ("s.zarr/lat/c.0.1", "s.zarr/lat/zarr.json"),
        ("s.zarr/t/0.0.0", "s.zarr/t/.zarray"),
        ("s.zarr/t/0/0/0", "s.zarr/t/.zarray"),
        ("s.zarr/0.0", "s.zarr/.zarray"),
        ("s.zarr/zarr.json", None),
        ("s.zarr/README", None),
        ("t/0.0", None),
        ("s.zarr/", None),
    ],
)
def test_chunks_are_known_by_name(name: str, array: str | None) -> None:
    facts = known_by_name(name)
    assert (facts.part_of if facts else None) == array


@pytest.mark.parametrize("name", [ROOT, f"{NAME}/lat/c/0"])
def test_mutations(name: str) -> None:
    files, randomness = store_v3(), random.Random(name)
    outcomes = set()
    for _ in range(100):
        wrong = files | {name: mutated(files[name], randomness)}
        try:
            outcomes.add(bool(extracted(ROOT, wrong[ROOT], beside=wrong, most=8).facts.partial))
        except (Malformed, OutOfBytes) as refused:
            outcomes.add(type(refused) is Malformed)
    assert True in outcomes


def test_mutations_of_blosc(tmp_path: Path) -> None:
    files, randomness = store_of_gdal(tmp_path, compress="BLOSC"), random.Random(7)
    node = node_v2("", orjson.loads(files[f"{NAME}/b/.zarray"]), {})
    for _ in range(200):
        try:
            unpacked(mutated(files[f"{NAME}/b/0.0"], randomness), node.codecs, 18 * 36 * 4)
        except Malformed:
            continue
