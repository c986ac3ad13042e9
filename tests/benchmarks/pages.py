"""How long pages take, and how much memory the platform takes at rest."""

import os
import statistics
import time
from typing import Any

import httpx

from tests.benchmarks.processes import memory_mib
from tests.benchmarks.report import Table
from tests.embedded import descendants

TIMES = 200
PAGES = {
    "repository page": "/noaa/globe-land-mask",
    "object page": "/noaa/globe-land-mask/europe.tif",
    "home page": "/",
    "STAC items (10)": "/stac/collections/noaa--globe-land-mask/items?limit=10",
}


def page_table(ready: dict[str, Any]) -> Table:
    """Time to answer as a client on the same machine sees it, one at a time."""
    table = Table("Pages", ("page", "p50", "p99", "bytes as sent"))
    with httpx.Client(base_url=ready["web"], headers={"Accept-Encoding": "gzip"}) as client:
        for name, path in PAGES.items():
            seconds, size = measured(client, path)
            cuts = statistics.quantiles(seconds, n=100)
            shown = [f"{cut * 1000:.1f} ms" for cut in (cuts[49], cuts[98])]
            table.rows.append((name, *shown, f"{size:,}"))
    return table


def measured(client: httpx.Client, path: str) -> tuple[list[float], int]:
    """Seconds of each of many requests, and the bytes of one answer."""
    seconds = []
    for _ in range(TIMES):
        start = time.perf_counter()
        answer = client.get(path)
        seconds.append(time.perf_counter() - start)
        assert answer.status_code == 200, (path, answer.status_code)
    return seconds, answer.num_bytes_downloaded


def memory_table(supervisor: int) -> Table:
    """Proportional set size of every process of the platform."""
    table = Table("Memory of the embedded platform at rest", ("process", "PSS"))
    total = 0.0
    for pid in sorted({supervisor} | descendants(supervisor)):
        used = memory_mib({pid})
        total += used
        table.rows.append((name_of(pid), f"{used:.0f} MiB"))
    table.rows.append(("all", f"{total:.0f} MiB"))
    return table


def name_of(pid: int) -> str:
    """What a process is, in two words at most."""
    with open(f"/proc/{pid}/cmdline", "rb") as file:  # noqa: PTH123 -- /proc
        words = file.read().decode().replace("\0", " ").split()
    module = next((word for word in words if word.startswith("services")), "")
    return module or os.path.basename(words[0])  # noqa: PTH119 -- a word, not a path
