"""CPU seconds and memory of processes, from the kernel's own books (Linux)."""

import os
from pathlib import Path
from typing import Any

from tests.embedded import descendants

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pids: set[int]) -> float:
    """User and system time of processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def memory_mib(pids: set[int]) -> float:
    """Proportional share of memory (PSS): pages shared by processes count once in all."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def pids_of(ready: dict[str, Any], service: str) -> set[int]:
    """The processes of one service and their children."""
    mains = {one["pid"] for one in ready["processes"] if one["service"] == service}
    return mains | {child for pid in mains for child in descendants(pid)}
