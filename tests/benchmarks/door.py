"""The data door against nginx and against the bare cost of an upload: CPU, in one run."""

import os
import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.load import Connection, signed_headers, signed_path
from tests.benchmarks.peers import bare_upload, nginx
from tests.benchmarks.processes import cpu_seconds, pids_of
from tests.benchmarks.report import Table
from tests.chaos.writers import s3_client

ROUNDS = 5
BIG = 256 * 1024**2
SMALL_REQUESTS = 3000
BUCKET, FOLDER = "noaa", "globe-land-mask/bench"
Work = Callable[[], object]


def measure(ready: dict[str, Any], home: Path, folder: Path) -> list[Table]:
    """Reads and writes, each interleaved with its peer."""
    client = s3_client(ready)
    big = os.urandom(1024**2) * (BIG // 1024**2)
    client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/big.bin", Body=big)
    client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/small.bin", Body=big[:4096])
    door = pids_of(ready, "storage")
    with nginx(home / "storage", folder) as (peer, nginx_pids):
        reads = read_table(ready, door, peer, nginx_pids)
    return [reads, write_table(ready, door, folder, memoryview(big))]


def read_table(ready: dict[str, Any], door: set[int], peer: str, peer_pids: set[int]) -> Table:
    """Small signed, small anonymous, ranges and a whole big object."""
    here, there = Connection(ready["s3"]), Connection(peer)
    small, big = f"/{BUCKET}/{FOLDER}/small.bin", f"/{BUCKET}/{FOLDER}/big.bin"
    presigned, signed = signed_path(ready, "GET", small), signed_headers(ready, small)
    window = {"Range": "bytes=1048576-1064959"}
    table = Table("Reading from the data door", ("what", "the door", "nginx", "ratio"))
    rows: list[tuple[str, Work, Work, int]] = [
        ("4 KiB signed", lambda: here.get(small, signed), lambda: there.get(small), 0),
        ("4 KiB presigned", lambda: here.get(presigned), lambda: there.get(small), 0),
        ("4 KiB anonymous", lambda: here.get(small), lambda: there.get(small), 0),
        (
            "16 KiB range",
            lambda: here.get(big, window),
            lambda: there.get(big, window),
            0,
        ),
        ("256 MiB anonymous", lambda: here.get(big), lambda: there.get(big), BIG),
    ]
    for name, mine, other, size in rows:
        table.rows.append(compare(name, (mine, door), (other, peer_pids), size))
    return table


def write_table(ready: dict[str, Any], door: set[int], folder: Path, body: memoryview) -> Table:
    """256 MiB with UNSIGNED-PAYLOAD against reading, writing and hashing alone."""
    table = Table("Writing through the data door", ("what", "the door", "bare", "ratio"))
    path = f"/{BUCKET}/{FOLDER}/put.bin"
    with bare_upload(folder, "md5", "crc64nvme") as (bare, bare_pids):
        here, there = Connection(ready["s3"]), Connection(bare)
        signed = signed_path(ready, "PUT", path)
        row = compare(
            "256 MiB, UNSIGNED-PAYLOAD",
            (lambda: here.put(signed, body), door),
            (lambda: there.put("/x", body), bare_pids),
            BIG,
        )
        table.rows.append(row)
    return table


def compare(
    name: str, mine: tuple[Work, set[int]], other: tuple[Work, set[int]], size: int
) -> tuple[str, ...]:
    """Medians of interleaved rounds and their ratio: seconds a GB, or microseconds a request."""
    costs: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for (work, pids), cost in zip((mine, other), costs, strict=True):
            cost.append(cost_of(work, pids, 1 if size else SMALL_REQUESTS))
    first, second = (statistics.median(cost) for cost in costs)
    if size:
        show = [f"{one / (size / 1e9):.2f} s/GB" for one in (first, second)]
    else:
        show = [f"{one * 1e6:.0f} µs" for one in (first, second)]
    return name, *show, f"{first / second:.2f}"


def cost_of(work: Work, pids: set[int], times: int) -> float:
    """CPU seconds of the server for one piece of work."""
    before = cpu_seconds(pids)
    for _ in range(times):
        assert work() in {200, 206}
    return (cpu_seconds(pids) - before) / times
