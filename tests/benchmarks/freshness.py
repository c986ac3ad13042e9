"""From the answer of a PUT to the item in the STAC API, and the uploads a second that hold."""

import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.aio.msg import Msg

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


@dataclass
class Uploads:
    """Uploads of one run: when each was answered, and when its item was told."""

    ready: dict[str, Any]
    name: str
    rate: float
    stored: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)

    @property
    def count(self) -> int:
        """How many there will be."""
        return int(SECONDS * (self.rate or 150))

    async def upload(self, client: httpx.AsyncClient, body: bytes, number: int) -> None:
        """One of them, not before its time."""
        if self.rate:
            due = self.started + number / self.rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        path = f"{FOLDER}/{self.name}/{number % 50:02d}/{number:05d}.tif"
        answer = await client.put(signed_path(self.ready, "PUT", path), content=body)
        answer.raise_for_status()
        self.stored[path.removeprefix("/noaa/globe-land-mask/")] = time.perf_counter()

    async def on_item(self, message: Msg) -> None:
        """An item was told."""
        self.seen[json.loads(message.data)["data"]["file"]["key"]] = time.perf_counter()

    async def all_seen(self) -> None:
        """Wait until every upload has its item."""
        end = time.perf_counter() + 60
        while missing := self.stored.keys() - self.seen.keys():
            assert time.perf_counter() < end, f"{len(missing)} items did not come"
            await asyncio.sleep(0.05)

    def delays(self) -> list[float]:
        """Seconds from answer to item; an item may be told before the answer is read."""
        return [max(0.0, self.seen[key] - moment) for key, moment in self.stored.items()]


async def run(ready: dict[str, Any], name: str, *, rate: float) -> tuple[float, list[float]]:
    """Uploads a second, and the delay of each."""
    body = TIFF.read_bytes().ljust(SIZE, b"\0")
    connection = await nats.connect(ready["nats"], **ready["nats_credentials"])
    uploads = Uploads(ready, name, rate)
    subject = "coop.v1.indexer.noaa.globe-land-mask.item_indexed"
    await connection.subscribe(subject, cb=uploads.on_item)
    await connection.flush()
    async with httpx.AsyncClient(base_url=ready["s3"], timeout=30) as client:
        seconds = await in_lanes(
            uploads.count, LANES, lambda number: uploads.upload(client, body, number)
        )
    await uploads.all_seen()
    await connection.close()
    return uploads.count / seconds, uploads.delays()
