"""Ctrl-C stops everything in order; the next start finds everything again; kill -9 leaves nobody.

How soon it does is measured (`tests/benchmarks/starting.py`) and not asserted here.
"""

import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.chaos.writers import s3_client
from tests.embedded import alive, descendants, start
from tests.waiting import until

KEY = "globe-land-mask/kept.csv"


@pytest.mark.timeout(180)
@pytest.mark.slow
def test_stopped_and_started_again_and_killed(tmp_path: Path) -> None:
    first = start(tmp_path / "home")
    first.wait_until_ready()
    before = facts(first.ready)
    everything = descendants(first.process.pid)
    began = time.monotonic()
    assert first.signal(signal.SIGINT) == 0
    assert time.monotonic() - began < 10
    assert alive(everything) == set()
    assert not (first.home / "ready.json").exists()

    again = start(tmp_path / "home")
    try:
        again.wait_until_ready()
        assert facts(again.ready) == before
        everything = descendants(again.process.pid)
    finally:
        again.signal(signal.SIGKILL)
    until(lambda: not alive(everything), seconds=5)
    assert "Traceback" not in again.output()


def files_of(web: httpx.Client) -> int:
    """How many files the repository's page tells of."""
    summary = web.get("/api/v1/repositories/noaa/globe-land-mask/summary").json()
    files: int = summary["files"]
    return files


def facts(ready: dict[str, Any]) -> dict[str, Any]:
    """What must be there again: credentials, bytes, items, pages."""
    client = s3_client(ready)
    client.put_object(Bucket="noaa", Key=KEY, Body=b"lat,lon\n1.0,2.0\n")
    with httpx.Client(base_url=ready["web"], timeout=10) as web:
        api = f"/api/v1/repositories/noaa/{KEY.partition('/')[0]}/object?key=kept.csv"
        until(lambda: web.get(api).is_success and web.get(api).json()["item_id"])
        objects = client.list_objects_v2(Bucket="noaa")["Contents"]
        items = web.get("/stac/collections/noaa--globe-land-mask/items?limit=100").json()
        until(lambda: files_of(web) == len(objects))
        names = [
            one["repository_id"] for one in web.get("/api/v1/repositories").json()["repositories"]
        ]
    client.close()
    return {
        "accounts": ready["accounts"],
        "credentials": ready["nats_credentials"],
        "objects": {one["Key"]: one["ETag"] for one in objects},
        "items": sorted(one["id"] for one in items["features"]),
        "repositories": sorted(names),
    }
