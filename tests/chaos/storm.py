"""Kills one process of a running platform after another, and remembers which."""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from pathlib import Path

from tests.embedded import descendants

VICTIMS = ("nats-server", "accounts", "repositories", "storage", "indexer", "web")


@dataclass
class Storm:
    """`kill -9` of a random victim every 0.5-1.5 s; the same seed chooses the same."""

    supervisor: int
    seed: int
    kills: list[str] = field(default_factory=list)

    async def rage(self, seconds: float) -> None:
        """Kill for so long; the supervisor brings back what was killed."""
        chance = random.Random(self.seed)
        end = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < end:
            await asyncio.sleep(chance.uniform(0.5, 1.5))
            self.strike(chance.choice(VICTIMS))

    def strike(self, victim: str) -> None:
        """Kill every process of that kind; none may be there, as it may not be back yet."""
        for pid in descendants(self.supervisor):
            if is_of_kind(pid, victim):
                os.kill(pid, signal.SIGKILL)
                self.kills.append(victim)


def is_of_kind(pid: int, victim: str) -> bool:
    """Whether the process is the NATS server, or that service's main process."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").split()
    except OSError:
        return False
    program = words[0] if words else b""
    return program.endswith(victim.encode()) or f"services.{victim}".encode() in words
