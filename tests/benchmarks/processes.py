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
        fields = _status(pid)
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def cpu_by_kind(ready: dict[str, Any]) -> dict[str, dict[int, float]]:
    """CPU seconds so far of each process there is, by service, and of NATS."""
    kinds = {one["service"]: pids_of(ready, one["service"]) for one in ready["processes"]}
    supervisor = int(_status(ready["processes"][0]["pid"])[1])
    kinds["nats-server"] = {pid for pid in descendants(supervisor) if _is_nats(pid)}
    return {kind: {pid: cpu_seconds({pid}) for pid in pids} for kind, pids in kinds.items()}


def cpu_between(before: dict[int, float], after: dict[int, float]) -> float:
    """What processes took meanwhile, without those that ended meanwhile."""
    return sum(seconds - before.get(pid, 0.0) for pid, seconds in after.items())


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


def _status(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _is_nats(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == "nats-server"
