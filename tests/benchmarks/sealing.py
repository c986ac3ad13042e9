"""The data door with sealed files against the same with plain ones: CPU, in one run."""

import os
from functools import partial
from pathlib import Path
from typing import Any

from tests import embedded
from tests.benchmarks.door import BIG, BUCKET, FOLDER, Side, hammer, medians, seconds_per_gb, upload
from tests.benchmarks.load import Connection, signed_path
from tests.benchmarks.processes import pids_of
from tests.benchmarks.report import Table
from tests.chaos.writers import s3_client

WRITES, TIMES = 200, 4
SMALL = 4096
SMALL_PATH, BIG_PATH = f"/{BUCKET}/{FOLDER}/small.bin", f"/{BUCKET}/{FOLDER}/big.bin"


def measure(folder: Path) -> Table:
    """Reads and writes of small and big objects, each side a platform of its own."""
    table = Table("Sealed files", ("what", "sealed", "plain", "ratio"))
    with (
        embedded.running(folder / "sealed", COOP_STORAGE__SEALED="true") as sealed,
        embedded.running(folder / "plain") as plain,
    ):
        sides = [sealed.ready, plain.ready]
        body = memoryview(os.urandom(1024**2) * (BIG // 1024**2))
        for ready in sides:
            client = s3_client(ready)
            client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/small.bin", Body=bytes(body[:SMALL]))
            client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/big.bin", Body=bytes(body))
        gets = [partial(hammer, ready["s3"] + SMALL_PATH, {}) for ready in sides]
        table.rows.append(_request("GET of 4 KiB", _costs(sides, gets)))
        puts = [partial(_put_small, ready, body[:SMALL]) for ready in sides]
        table.rows.append(_request("PUT of 4 KiB", _costs(sides, puts)))
        gets = [partial(_get_big, Connection(ready["s3"])) for ready in sides]
        table.rows.append(seconds_per_gb("GET of 256 MiB", _costs(sides, gets)))
        puts = [partial(_put_big, ready, body) for ready in sides]
        table.rows.append(seconds_per_gb("PUT of 256 MiB", _costs(sides, puts)))
    table.notes.append("CPU of storage; GETs are anonymous, PUTs presigned with UNSIGNED-PAYLOAD.")
    return table


def _costs(sides: list[dict[str, Any]], works: list[Any]) -> list[float]:
    pids = [pids_of(ready, "storage") for ready in sides]
    return medians(tuple(Side(work, own) for work, own in zip(works, pids, strict=True)))


def _put_small(ready: dict[str, Any], body: memoryview) -> int:
    """Many over one connection; how many."""
    connection = Connection(ready["s3"])
    path = signed_path(ready, "PUT", f"/{BUCKET}/{FOLDER}/put.bin")
    for _ in range(WRITES):
        assert connection.put(path, body) == 200
    return WRITES


def _put_big(ready: dict[str, Any], body: memoryview) -> int:
    path = signed_path(ready, "PUT", f"/{BUCKET}/{FOLDER}/put-big.bin")
    return upload(Connection(ready["s3"]), path, body)


def _get_big(connection: Connection) -> int:
    """The bytes of several."""
    for _ in range(TIMES):
        assert connection.get(BIG_PATH) == 200
    return BIG * TIMES


def _request(name: str, costs: list[float]) -> tuple[str, ...]:
    """A row of costs a request."""
    mine, other = (f"{cost * 1e6:.0f} µs" for cost in costs)
    return name, mine, other, f"{costs[0] / costs[1]:.2f}"
