"""The embedded platform as a person starts it: `python -m services`, in a folder of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.lifeline import tied_to_this_process

ROOT = Path(__file__).parents[1]
READY_SECONDS = 90.0
STOP_SECONDS = 15.0
FREE_PORTS = {
    "COOP_WEB__PORT": "0",
    "COOP_STORAGE__PORT": "0",
    "COOP_NATS__PORT": "0",
    "COOP_KRATOS__PUBLIC_PORT": "0",
    "COOP_KRATOS__ADMIN_PORT": "0",
    "COOP_MAIL__PORT": "0",
    "COOP_MAIL__SMTP_PORT": "0",
}
# Kratos' own: nearly every test registers people, and neither a costly hash nor a wait for mail is
# what they are about.
QUICK_KRATOS = {"HASHERS_BCRYPT_COST": "4", "COURIER_WORKER_PULL_WAIT": "100ms"}


@dataclass
class Embedded:
    """One start; `ready` is what ready.json says now."""

    home: Path
    process: "subprocess.Popen[str]"

    @property
    def ready(self) -> dict[str, Any]:
        """The content of ready.json; read it anew after a restart of a child."""
        content: dict[str, Any] = json.loads((self.home / "ready.json").read_text())
        return content

    def wait_until_ready(self) -> None:
        """Returns when ready.json is there; fails with what was printed when the start ended."""
        end = time.monotonic() + READY_SECONDS
        while not (self.home / "ready.json").exists():
            assert self.process.poll() is None, self.output()
            assert time.monotonic() < end, "the platform did not become ready"
            time.sleep(0.05)

    def signal(self, number: signal.Signals) -> int:
        """Send it and wait for the end; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)

    def output(self) -> str:
        """What was printed so far."""
        return (self.home.parent / f"{self.home.name}.out").read_text()


def start(
    home: Path,
    *,
    folder: Path = ROOT,
    before: Callable[[], None] = lambda: None,
    **settings: str,
) -> Embedded:
    """Start in a folder with free ports and these settings, and do not wait.

    `before` is called in the child, and takes something away from it.
    """
    given = {**FREE_PORTS, **QUICK_KRATOS, **settings, "COOP_HOME": str(home)}
    tied = tied_to_this_process()
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{home.name}.out").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "services"],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **given},  # noqa: TID251 -- a child's
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            preexec_fn=lambda: (tied(), before())[0],  # noqa: PLW1509 -- as the supervisor does
        )
    return Embedded(home, process)


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Embedded]:
    """Ready to use; stopped in order at the end."""
    platform = start(home, **settings)
    try:
        platform.wait_until_ready()
        yield platform
    finally:
        if platform.process.poll() is None:
            platform.signal(signal.SIGTERM)


def descendants(pid: int) -> set[int]:
    """The process ids of all children of a process, and of theirs (Linux)."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found |= {int(child), *descendants(int(child))}
    return found


def alive(pids: set[int]) -> set[int]:
    """Those that still run; a zombie does not."""
    return {pid for pid in pids if _state(pid) not in ("", "Z")}


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""
