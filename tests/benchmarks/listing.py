"""A page of 1,000 keys among ten thousand and among a million, through the data door."""

import asyncio
import json
import statistics
import time
from pathlib import Path
from typing import Any

from services.storage.store.layout import SCHEMA
from shared.settings import Settings
from shared.tables import Put, open_table
from tests.benchmarks.load import Connection
from tests.benchmarks.report import Table

SMALL, LARGE = 10_000, 1_000_000
BATCH = 100
TIMES = 60


async def measure(ready: dict[str, Any], home: Path) -> Table:
    """Records are copied from a real one, straight into storage's table."""
    table = Table("A page of 1,000 keys", ("repository", "p50", "p99", "of the small"))
    first = 0.0
    for name, count in (("scripps/mauna-loa-co2", SMALL), ("natural-earth/countries", LARGE)):
        await fill(home, name, count)
        seconds = list_pages(ready, name, count)
        cuts = statistics.quantiles(seconds, n=100)
        first = first or cuts[49]
        shown = [f"{cut * 1000:.2f} ms" for cut in (cuts[49], cuts[98])]
        table.rows.append((f"{count:,} keys", *shown, f"{cuts[49] / first:.2f}"))
    return table


async def fill(home: Path, name: str, count: int) -> None:
    """Give a repository so many records under `bench/`."""
    table = await open_table(SCHEMA, service="storage", settings=Settings(home=home))
    row = await table.get("REPOSITORY_ID", name)
    assert row is not None
    uid = json.loads(row["body"])["repository_uid"]
    page = await table.query(f"OBJ#{uid}", limit=1)
    template = page.items[0]
    keys = [f"bench/{number // 1000:04d}/{number % 1000:03d}.tif" for number in range(count)]
    for start in range(0, count, BATCH * 50):
        await asyncio.gather(
            *(
                table.write(*(Put(template | {"sk": key}) for key in keys[at : at + BATCH]))
                for at in range(start, min(start + BATCH * 50, count), BATCH)
            )
        )
    await table.close()


def list_pages(ready: dict[str, Any], name: str, count: int) -> list[float]:
    """Seconds of each of many pages spread over the keys."""
    path = f"/{name}/?list-type=2&prefix=bench/&start-after=bench/"
    connection, seconds = Connection(ready["s3"]), []
    for number in range(TIMES):
        start = time.perf_counter()
        answer = connection.read(f"{path}{number * (count - 1000) // TIMES // 1000:04d}/")
        seconds.append(time.perf_counter() - start)
        assert answer.count(b"<Contents>") == 1000, answer[:300]
    return seconds
