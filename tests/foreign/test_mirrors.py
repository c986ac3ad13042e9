"""Tables of all items of a collection, as other people's libraries read them."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from services.indexer.mirrors import END, LOOK, WRITE
from services.indexer.mirrors.steps import Mirror
from tests.foreign_clients import environment, run
from tests.mirrors import comparable, content_of
from tests.written_stac import item

READER = """
import json
import sys

import duckdb
import geopandas
import pyarrow.parquet as pq
from stac_geoparquet.arrow import stac_table_to_items

path = sys.argv[1]
columns = "id, bbox.xmin, datetime::VARCHAR, assets.a0.href, extra.deep[1]"
frame = geopandas.read_parquet(path)
print(json.dumps({
    "items": list(stac_table_to_items(pq.read_table(path))),
    "rows": duckdb.sql(f"SELECT {columns} FROM '{path}' ORDER BY id").fetchall(),
    "frame": [str(frame.crs), frame.geometry.x.tolist(), frame.total_bounds.tolist()],
    "within": geopandas.read_parquet(path, bbox=(100, 0, 180, 10)).id.tolist(),
}))
"""
ITEMS = [
    item(
        name, ("a.tif",), collection="noaa--mask", geometry=place, bbox=[*xy, *xy], properties=said
    )
    for name, xy, said in (
        ("east", [170.0, 5.0], {"datetime": "2020-05-04T03:02:01Z", "extra": {"deep": [1, 2]}}),
        (
            "west",
            [-170.5, 6.0],
            {
                "datetime": None,
                "start_datetime": "2020-01-01T00:00:00Z",
                "end_datetime": "2020-02-01T00:00:00Z",
                "gsd": 2.5,
            },
        ),
    )
    for place in [{"type": "Point", "coordinates": xy}]
]


@pytest.mark.slow
def test_other_libraries_read_the_same_items(tmp_path: Path) -> None:
    mirror, raw = Mirror(), orjson.dumps(ITEMS)
    path = tmp_path / "items.parquet"
    path.write_bytes(b"".join(content_of(mirror.step(one, raw)) for one in (LOOK, WRITE)))
    with path.open("ab") as file:
        file.write(content_of(mirror.step(END, b"[]")))
    found: dict[str, Any] = orjson.loads(run(environment() / "python", "-c", READER, path))
    assert [comparable(one) for one in found["items"]] == [comparable(one) for one in ITEMS]
    assert found["rows"][0][:2] == ["east", 170.0]
    assert found["rows"][0][2].startswith("2020-05-04 03:02:01")
    assert found["rows"][0][3:] == ["a.tif", 1]
    assert found["rows"][1][2] is None
    assert found["frame"] == ["OGC:CRS84", [170.0, -170.5], [-170.5, 5.0, 170.0, 6.0]]
    assert found["within"] == ["east"], "the boxes cover what lies in them"
