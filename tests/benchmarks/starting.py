"""How long a start takes until everything answers: the first in a folder, and further ones."""

import signal
import time
from pathlib import Path

from tests.benchmarks.report import Table
from tests.embedded import start

STARTS = 4


def measure(home: Path) -> Table:
    """One folder, started again and again."""
    table = Table("A start of the whole platform", ("start", "seconds until ready"))
    for number in range(1, STARTS + 1):
        began = time.monotonic()
        platform = start(home)
        platform.wait_until_ready()
        table.rows.append((str(number), f"{time.monotonic() - began:.1f}"))
        platform.signal(signal.SIGTERM)
    table.notes.append("The first publishes the sample. A further one is to take 10 s at most.")
    return table
