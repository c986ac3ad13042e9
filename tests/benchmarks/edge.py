"""Pages of items through the edge, as many as it takes, and what a page costs each process.

`python -m tests.benchmarks.edge 100000` makes so many items, asks with wrk, and tells the CPU time
of a page: what one process can answer a second, where nothing else holds it up.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import orjson
import uvloop

from tests import embedded
from tests.benchmarks.items import questions
from tests.benchmarks.pgstac import UNCOUNTED, Question, fill, target
from tests.benchmarks.processes import cpu_seconds, pids_of
from tests.benchmarks.report import Table as Report

WRK = ("wrk", "--threads", "1", "--connections", "8", "--duration", "4s", "--script")
PATH, ADDRESSES, ROUNDS = "/stac/search", 2000, 2
SERVICES, LIMITS = ("web", "indexer"), (10, 100)
COLUMNS = ("pages/s", *(f"{who}: a page" for who in SERVICES), *(f"{one}: /s" for one in SERVICES))
SCRIPT = """
local addresses, place = {}, 0
request = function()
  place = place % #addresses + 1
  return wrk.format("GET", addresses[place])
end
"""


def main(count: int) -> None:
    """The table."""
    report = Report(f"Pages of {count:,} items through the edge", ("asked for", "limit", *COLUMNS))
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as name:
        home = Path(name) / "home"
        with embedded.running(home, **UNCOUNTED) as running:
            planet = uvloop.run(fill(home / "indexer" / "indexer.db", count))
            for asked, question in questions(planet):
                for limit in LIMITS:
                    figures = best(running.ready, Path(name), question, limit)
                    report.rows.append((asked, str(limit), *figures))
    report.notes.append(
        "The better of two rounds by wrk with 8 connections, on the same machine; *a page* is CPU "
        "time of the process, */s* how many of these there are in a second."
    )
    sys.stdout.write(report.markdown())


def best(ready: dict[str, Any], folder: Path, question: Question, limit: int) -> list[str]:
    """The round with the most pages."""
    script = folder / "ask.lua"
    addresses = [target(PATH, question(), limit) for _ in range(ADDRESSES)]
    listed = ",".join(orjson.dumps(one).decode() for one in addresses)
    script.write_text(SCRIPT.replace("{}", f"{{{listed}}}", 1))
    rate, *costs = max(asked(ready, script) for _ in range(ROUNDS))
    shown = [f"{cost * 1e6:.0f} µs" for cost in costs]
    return [f"{rate:,.0f}", *shown, *(f"{1 / cost:,.0f}" for cost in costs)]


def asked(ready: dict[str, Any], script: Path) -> tuple[float, ...]:
    """Pages a second, and CPU seconds of each service a page."""
    services = [pids_of(ready, name) for name in SERVICES]
    before = [cpu_seconds(pids) for pids in services]
    words = [*WRK, str(script), ready["web"]]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in said, said
    counted = re.search(r"(\d+) requests in ([\d.]+)s", said)
    assert counted is not None, said
    count = int(counted[1])
    costs = [(cpu_seconds(pids) - was) / count for pids, was in zip(services, before, strict=True)]
    return count / float(counted[2]), *costs


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
