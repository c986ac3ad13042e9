"""From the answer of a PUT to the item in the STAC API, and the uploads a second that hold."""

import asyncio
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nats
from nats.aio.msg import Msg

from tests.benchmarks.load import Connection, signed_path
from tests.benchmarks.processes import cpu_between, cpu_by_kind
from tests.benchmarks.report import Table

LANES = 4
SECONDS = 10.0
SIZE = 64 * 1024
WANTED_P50, WANTED_P99 = 0.1, 1.0
WANTED_RATE = 200.0
STEPS = 4
KINDS = ("storage", "indexer", "nats-server", "web")
TIFF = Path(__file__).parents[2] / "infra/sample/data/noaa/globe-land-mask/fiji.tif"
BUCKET = "/noaa/globe-land-mask/"
ITEMS = "coop.v1.indexer.noaa.globe-land-mask.item_indexed"
KEY_BEGINS = b'"key":"'


@dataclass
class Run:
    """What came of one run; `cpu` is seconds by kind of process."""

    asked: float
    delays: list[float]
    seconds: float
    cpu: dict[str, float]

    @property
    def sustained(self) -> float:
        """Uploads a second that were answered."""
        return len(self.delays) / self.seconds

    @property
    def cuts(self) -> tuple[float, float]:
        """p50 and p99 of the delays."""
        cuts = statistics.quantiles(self.delays, n=100)
        return cuts[49], cuts[98]

    @property
    def holds(self) -> bool:
        """Whether items follow uploads as fast as is wanted, at the rate that was asked for."""
        p50, p99 = self.cuts
        return p50 <= WANTED_P50 and p99 <= WANTED_P99 and self.sustained >= 0.95 * self.asked

    def row(self) -> tuple[str, ...]:
        """Its line in the table."""
        p50, p99 = self.cuts
        each = [1000 * self.cpu[kind] / len(self.delays) for kind in KINDS]
        return (
            f"{self.asked:.0f}/s" if self.asked else "all it takes",
            f"{self.sustained:.0f}",
            f"{p50 * 1000:,.0f} ms",
            f"{p99 * 1000:,.0f} ms",
            f"{max(self.delays) * 1000:,.0f} ms",
            *(f"{one:.1f}" for one in [*each, sum(each)]),
        )


async def measure(ready: dict[str, Any]) -> Table:
    """As fast as it goes, then the highest rate at which items keep up."""
    table = Table(
        "From an upload to its STAC item (64 KiB GeoTIFF, 4 connections)",
        ("uploads asked for", "uploads/s", "p50", "p99", "slowest", *KINDS, "in all"),
    )
    await run(ready, "warm", rate=20)
    fastest = await run(ready, "fastest", rate=0)
    table.rows.append(fastest.row())
    best = None
    for number, rate in enumerate(_search(fastest.sustained)):
        step = await run(ready, f"step{number}", rate=rate.asked)
        rate.holds = step.holds
        if step.holds and (best is None or step.asked > best.asked):
            best = step
        table.rows.append(step.row())
    table.notes.append(
        "Time from the answer of the PUT to the `item_indexed` event at an outside subscriber; the "
        "item is in the API before its event is published. The columns of processes are CPU "
        f"milliseconds an upload. Highest rate with p50 ≤ {WANTED_P50 * 1000:.0f} ms and "
        f"p99 ≤ {WANTED_P99:.0f} s of those tried: {f'{best.asked:.0f}/s' if best else 'none'}."
    )
    return table


@dataclass
class Step:
    """A rate to try, and whether it held."""

    asked: float
    holds: bool = False


def _search(fastest: float) -> Iterator[Step]:
    """Rates between a fifth of the fastest and all of it, halving what is left each time."""
    low, high = 0.2 * fastest, min(fastest, WANTED_RATE)
    step = Step(high)
    for _ in range(STEPS + 1):
        yield step
        low, high = (step.asked, high) if step.holds else (low, step.asked)
        if low == high:
            return
        step = Step((low + high) / 2)


@dataclass
class Uploads:
    """Uploads of one run: when each was answered, and when its item was told."""

    paths: list[str]
    address: str
    body: memoryview
    rate: float
    stored: dict[str, float] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    began: float = 0.0

    def lane(self, numbers: Iterator[int]) -> None:
        """One connection's uploads, each not before its time; blocks."""
        connection = Connection(self.address)
        for number in numbers:
            due = self.began + number / self.rate if self.rate else 0.0
            time.sleep(max(0.0, due - time.perf_counter()))
            if time.perf_counter() - self.began > SECONDS * 1.5:
                break
            path = self.paths[number]
            assert connection.put(path, self.body) == 200
            key = path.partition("?")[0].removeprefix(BUCKET)
            self.stored[key] = time.perf_counter()
        connection.close()

    async def on_item(self, message: Msg) -> None:
        """An item was told."""
        key = message.data.partition(KEY_BEGINS)[2].partition(b'"')[0]
        self.seen[key.decode()] = time.perf_counter()

    async def all_seen(self) -> None:
        """Wait until every upload has its item."""
        end = time.perf_counter() + 60
        while missing := self.stored.keys() - self.seen.keys():
            assert time.perf_counter() < end, f"{len(missing)} items did not come"
            await asyncio.sleep(0.05)

    def delays(self) -> list[float]:
        """Seconds from answer to item; an item may be told before the answer is read."""
        return [max(0.0, self.seen[key] - moment) for key, moment in self.stored.items()]


async def run(ready: dict[str, Any], name: str, *, rate: float) -> Run:
    """Upload for about SECONDS, at a rate or (0) as fast as answers come."""
    count = int(SECONDS * (rate or 2 * WANTED_RATE))
    paths = [f"{BUCKET}bench/{name}/{one % 50:02d}/{one:05d}.tif" for one in range(count)]
    signed = [signed_path(ready, "PUT", path) for path in paths]
    body = memoryview(TIFF.read_bytes().ljust(SIZE, b"\0"))
    uploads = Uploads(signed, ready["s3"], body, rate)
    connection = await nats.connect(ready["nats"], **ready["nats_credentials"])
    await connection.subscribe(ITEMS, cb=uploads.on_item)
    await connection.flush()
    before = cpu_by_kind(ready)
    uploads.began = time.perf_counter()
    numbers = iter(range(count))
    await asyncio.gather(*(asyncio.to_thread(uploads.lane, numbers) for _ in range(LANES)))
    seconds = max(uploads.stored.values()) - uploads.began
    await uploads.all_seen()
    after = cpu_by_kind(ready)
    cpu = {kind: cpu_between(before[kind], after[kind]) for kind in KINDS}
    await connection.close()
    return Run(rate, uploads.delays(), seconds, cpu)
