"""Processes of ours are forked by one that has imported what they run."""

import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.supervisor import forkserver
from services.supervisor.child import Child, Command, Process, spawned
from tests.embedded import Embedded, descendants, running
from tests.waiting import eventually, until

SETTINGS = {
    "COOP_SERVICES": "repositories",
    "COOP_SAMPLE": "false",
    "COOP_KRATOS__PUBLIC_URL": "http://127.0.0.1:9",
    "COOP_KRATOS__ADMIN_URL": "http://127.0.0.1:9",
}


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Embedded]:
    with running(tmp_path / "home", **SETTINGS) as platform:
        yield platform


def words_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")


def forkserver_of(platform: Embedded) -> int:
    """The only one that bears its name; who was just forked does so for a moment too."""

    def alone() -> list[int]:
        pids = descendants(platform.process.pid)
        found = [pid for pid in pids if "supervisor.forkserver" in words_of(pid)]
        return found if len(found) == 1 else []

    (pid,) = until(alone)
    return pid


def test_they_are_its_children_and_listed_under_their_own_names(platform: Embedded) -> None:
    (service,) = platform.ready["processes"]
    assert service["pid"] in descendants(forkserver_of(platform))
    assert "-m services.repositories" in words_of(service["pid"])
    assert "started" in (platform.home / "logs" / "repositories.log").read_text()


def test_they_live_again_with_it_after_it_was_killed(platform: Embedded) -> None:
    before, dead = platform.ready["processes"][0]["pid"], forkserver_of(platform)
    os.kill(dead, signal.SIGKILL)
    until(lambda: platform.ready["processes"][0]["pid"] not in (0, before), seconds=30)
    assert platform.ready["processes"][0]["pid"] in descendants(forkserver_of(platform))
    assert '"reason": "killed by SIGKILL"' in platform.output()
    assert platform.signal(signal.SIGTERM) == 0


def test_where_no_process_can_be_made_the_server_says_why_and_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> int:
        raise BlockingIOError(errno.EAGAIN, "no process is free")

    monkeypatch.setattr(os, "fork", refuse)
    assert forkserver.fork() == -errno.EAGAIN


async def test_what_cannot_be_started_is_tried_again(tmp_path: Path) -> None:
    tries = []

    async def begin(command: Command) -> Process:
        tries.append(command.name)
        if len(tries) == 1:
            raise BlockingIOError(errno.EAGAIN, "no process is free")
        return await spawned(command)

    child = Child(Command("sleeper", ["sleep", "60"], {}, tmp_path / "log"), begin=begin)
    child.start()
    await eventually(lambda: child.pid)
    assert (child.deaths, "no process is free" in child.reason) == (1, True)
    await child.stop(5)
