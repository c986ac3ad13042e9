"""From the answer of a PUT to the item in the STAC API, and how many uploads a second that holds."""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

import httpx
import nats

from tests.benchmarks.load import in_lanes, signed_path
from tests.benchmarks.report import Table

LANES = 4
SECONDS = 15.0
SIZE = 64 * 1024
TIFF = Path(__file__).parents[2] / "infra/sample/data/noaa/globe-land-mask/fiji.tif"
FOLDER = "/noaa/globe-land-mask/bench/fresh"


async def measure(ready: dict[str, Any]) -> Table:
    """Once as fast as it goes, once at 200 uploads a second or half of that speed."""
    table = Table(
        "From an upload to its STAC item (64 KiB GeoTIFF, 4 connections)",
        ("uploads asked for", "uploads/s", "p50", "p99", "slowest"),
    )
    fastest, _ = await run(ready, "fastest", rate=0)
    for rate in (0.0, min(200.0, fastest / 2)):
        sustained, delays = await run(ready, f"r{rate:.0f}", rate=rate)
        cuts = statistics.quantiles(delays, n=100)
        shown = [f"{one * 1000:,.0f} ms" for one in (cuts[49], cuts[98], max(delays))]
        table.rows.append((f"{rate:.0f}/s" if rate else "all it takes", f"{sustained:.0f}", *shown))
    table.notes.append(
        "Time from the answer of the PUT to the `item_indexed` event at an outside subscriber; the "
        "item is in the API before its event is published."
    )
    return table


async def run(ready: dict[str, Any], name: str, *, rate: float) -> tuple[float, list[float]]:
    """Uploads a second, and the delay of each."""
    body = TIFF.read_bytes().ljust(SIZE, b"\0")
    seen: dict[str, float] = {}
    stored: dict[str, float] = {}
    connection = await nats.connect(ready["nats"], **ready["nats_credentials"])

    async def on_item(message: nats.aio.msg.Msg) -> None:
        key = json.loads(message.data)["data"]["file"]["key"]
        seen[key] = time.perf_counter()

    await connection.subscribe("coop.v1.indexer.noaa.globe-land-mask.item_indexed", cb=on_item)
    await connection.flush()
    count = int(SECONDS * (rate or 150))
    start = time.perf_counter()
    async with httpx.AsyncClient(base_url=ready["s3"], timeout=30) as client:

        async def upload(number: int) -> None:
            if rate:
                await asyncio.sleep(max(0.0, start + number / rate - time.perf_counter()))
            path = f"{FOLDER}/{name}/{number % 50:02d}/{number:05d}.tif"
            answer = await client.put(signed_path(ready, "PUT", path), content=body)
            answer.raise_for_status()
            stored[path.removeprefix("/noaa/globe-land-mask/")] = time.perf_counter()

        seconds = await in_lanes(count, LANES, upload)
    end = time.perf_counter() + 60
    while len(seen.keys() & stored.keys()) < count:  # noqa: ASYNC110 -- events set it
        assert time.perf_counter() < end, f"{count - len(seen)} items did not come"
        await asyncio.sleep(0.05)
    await connection.close()
    return count / seconds, [max(0.0, seen[key] - moment) for key, moment in stored.items()]
