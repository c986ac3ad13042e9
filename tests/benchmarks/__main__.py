"""`make bench`: everything that is measured, in one run on one machine, to docs/benchmarks.md."""

import asyncio
import os
import platform
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import uvloop

from tests import embedded
from tests.benchmarks import (
    bus,
    door,
    finding,
    freshness,
    items,
    listing,
    pages,
    people,
    pieces,
    revocation,
    rights,
    sealing,
    starting,
)
from tests.benchmarks.report import Table

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
PEERS = ("nginx", "wrk")
# One caller asks more in a run than one caller may.
UNCOUNTED = {"COOP_WEB__API_PER_CALLER": "100000000"}
# What other commands measured stands below it, and stays.
REST = "## Measured by other commands\n"
HEAD = """# Benchmarks

Written by `make bench` on {date}: {machine}, Python {python}. Both sides of every ratio come from
the same run, interleaved; absolute figures are this machine's, ratios travel.

"""


def main() -> None:
    """Measure and write."""
    missing = [name for name in PEERS if shutil.which(name) is None]
    if missing:
        sys.exit(f"{' and '.join(missing)} needed; on Debian: apt-get install nginx-light wrk")
    with tempfile.TemporaryDirectory(dir=Path.cwd(), prefix=".bench-") as folder:
        tables = measured(Path(folder))
    machine = f"{platform.machine()}, {len_cpus()} cores"
    head = HEAD.format(
        date=datetime.now(UTC).date(), machine=machine, python=platform.python_version()
    )
    rest = "".join(PAGE.read_text().partition(REST)[1:])
    PAGE.write_text(head + "\n".join(table.markdown() for table in tables) + "\n" + rest)
    sys.stdout.write(PAGE.read_text())


def measured(folder: Path) -> list[Table]:
    """All tables; the platform is started once."""
    with embedded.running(folder / "home", **UNCOUNTED) as running:
        ready = running.ready
        tables = [pages.memory_table(running.process.pid), pages.page_table(ready)]
        tables.append(rights.measure(ready))
        tables.append(pieces.measure())
        peers = folder / "peers"
        peers.mkdir()
        tables += door.measure(ready, running.home, peers)
        tables.append(uvloop.run(freshness.measure(ready)))
        tables.append(asyncio.run(listing.measure(ready, running.home)))
        tables.append(asyncio.run(people.measure(ready, running.home)))
        tables.append(asyncio.run(finding.measure(ready, running.home)))
    tables.append(uvloop.run(items.measure(folder / "items")))
    tables.append(sealing.measure(folder / "sealing"))
    tables.append(starting.measure(folder / "starting" / "home"))
    tables.append(revocation.measure(folder / "revocation" / "home"))
    (folder / "bus").mkdir()
    tables.append(uvloop.run(bus.measure(folder / "bus")))
    return tables


def len_cpus() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    main()
