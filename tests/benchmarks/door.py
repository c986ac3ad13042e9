"""The data door against nginx, a server that does nothing, and the bare cost of an upload: CPU."""

import os
import re
import statistics
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.load import Connection, signed_headers, signed_path
from tests.benchmarks.peers import bare_upload, idle, nginx
from tests.benchmarks.processes import cpu_seconds, pids_of
from tests.benchmarks.report import Table
from tests.chaos.writers import s3_client

ROUNDS, TIMES = 5, 16
BIG = 256 * 1024**2
WRK = ("wrk", "--threads", "1", "--connections", "16", "--duration", "2s")
BUCKET, FOLDER = "noaa", "globe-land-mask/bench"
SMALL_PATH, BIG_PATH = f"/{BUCKET}/{FOLDER}/small.bin", f"/{BUCKET}/{FOLDER}/big.bin"
WINDOW = {"Range": "bytes=1048576-1064959"}
READS = ("what", "the door", "nginx", "ratio", "the server alone")


class Side(NamedTuple):
    """Somebody's work, which tells how many requests or bytes it was, and who does it."""

    work: Callable[[], int]
    pids: set[int]


def measure(ready: dict[str, Any], home: Path, folder: Path) -> list[Table]:
    """Reads and writes, each interleaved with its peer."""
    client = s3_client(ready)
    big = os.urandom(1024**2) * (BIG // 1024**2)
    client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/big.bin", Body=big)
    client.put_object(Bucket=BUCKET, Key=f"{FOLDER}/small.bin", Body=big[:4096])
    door = pids_of(ready, "storage")
    with nginx(home / "storage", folder) as peer, idle() as nothing:
        reads = read_table(ready, door, peer, nothing)
    return [reads, write_table(ready, door, folder, memoryview(big))]


Peer = tuple[str, set[int]]


def read_table(ready: dict[str, Any], door: set[int], peer: Peer, nothing: Peer) -> Table:
    """Small ones and ranges by 16 connections, a whole big one by one."""
    here, presigned = ready["s3"], signed_path(ready, "GET", SMALL_PATH)
    rows: list[tuple[str, str, str, dict[str, str]]] = [
        ("4 KiB signed", SMALL_PATH, SMALL_PATH, signed_headers(ready, SMALL_PATH)),
        ("4 KiB presigned", presigned, SMALL_PATH, {}),
        ("4 KiB anonymous", SMALL_PATH, SMALL_PATH, {}),
        ("16 KiB range", BIG_PATH, BIG_PATH, WINDOW),
    ]
    table = Table("Reading from the data door", READS)
    for name, mine, other, headers in rows:
        sides = (
            Side(partial(hammer, here + mine, headers), door),
            Side(partial(hammer, peer[0] + other, headers), peer[1]),
            Side(partial(hammer, nothing[0], {}), nothing[1]),
        )
        table.rows.append(microseconds(name, medians(sides)))
    first, second = Connection(here), Connection(peer[0])
    whole = (
        Side(partial(whole_object, first), door),
        Side(partial(whole_object, second), peer[1]),
    )
    table.rows.append((*seconds_per_gb("256 MiB anonymous", medians(whole)), ""))
    table.notes.append(
        "Small ones by wrk, 16 connections; the whole object by a client that drops the bytes in "
        "the kernel. *The server alone*: `shared/http1` with an application that does nothing."
    )
    return table


def hammer(url: str, headers: dict[str, str]) -> int:
    """Many requests by a client that costs little; how many. Asserts that all went well."""
    named = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    said = subprocess.run([*WRK, *named, url], capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    assert "Socket errors" not in said, said
    found = re.search(r"(\d+) requests in", said)
    assert found is not None, said
    return int(found[1])


def whole_object(connection: Connection) -> int:
    """The big object, so often that the kernel's ticks of 10 ms do not count; the bytes."""
    for _ in range(TIMES):
        assert connection.get(BIG_PATH) == 200
    return BIG * TIMES


def write_table(ready: dict[str, Any], door: set[int], folder: Path, body: memoryview) -> Table:
    """256 MiB with UNSIGNED-PAYLOAD against reading, writing and hashing alone."""
    table = Table("Writing through the data door", ("what", "the door", "bare", "ratio"))
    signed = signed_path(ready, "PUT", f"/{BUCKET}/{FOLDER}/put.bin")
    with bare_upload(folder, "md5", "crc64nvme") as (bare, bare_pids):
        here, there = Connection(ready["s3"]), Connection(bare)
        sides = (
            Side(partial(upload, here, signed, body), door),
            Side(partial(upload, there, "/x", body), bare_pids),
        )
        table.rows.append(seconds_per_gb("256 MiB, UNSIGNED-PAYLOAD", medians(sides)))
    return table


def upload(connection: Connection, path: str, body: memoryview) -> int:
    """One PUT; its bytes."""
    assert connection.put(path, body) == 200
    return len(body)


def medians(sides: tuple[Side, ...]) -> list[float]:
    """Of each side the CPU seconds of the server for one unit of work, rounds interleaved."""
    costs: list[list[float]] = [[] for _ in sides]
    for _ in range(ROUNDS):
        for side, cost in zip(sides, costs, strict=True):
            before = cpu_seconds(side.pids)
            units = side.work()
            cost.append((cpu_seconds(side.pids) - before) / units)
    return [statistics.median(cost) for cost in costs]


def microseconds(name: str, costs: list[float]) -> tuple[str, ...]:
    """A row of costs a request."""
    mine, other, floor = (f"{cost * 1e6:.0f} µs" for cost in costs)
    return name, mine, other, f"{costs[0] / costs[1]:.2f}", floor


def seconds_per_gb(name: str, costs: list[float]) -> tuple[str, ...]:
    """A row of costs a gigabyte."""
    return name, *(f"{cost * 1e9:.2f} s/GB" for cost in costs), f"{costs[0] / costs[1]:.2f}"
