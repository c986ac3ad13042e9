"""One start and its ends: restart of a child, ordered stop, kill, and refusals in one sentence."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from tests.embedded import Embedded, alive, descendants, running, start

PART = {"COOP_SERVICES": "accounts", "COOP_SAMPLE": "false"}
WITHOUT_KRATOS = {
    **PART,
    "COOP_KRATOS__PUBLIC_URL": "http://127.0.0.1:9",
    "COOP_KRATOS__ADMIN_URL": "http://127.0.0.1:9",
}


def test_a_dead_child_lives_again_and_a_signal_stops_all_in_order(tmp_path: Path) -> None:
    with running(tmp_path / "home", **PART) as platform:
        assert (platform.home / "ready.json").stat().st_mode & 0o777 == 0o600
        assert_second_start_is_refused(platform)
        accounts, mail = platform.ready["processes"]
        assert (accounts["service"], mail["service"]) == ("accounts", "mail")
        os.kill(accounts["pid"], signal.SIGKILL)
        reborn = wait_for_another_pid(platform, accounts["pid"])
        assert '"reason": "killed by SIGKILL"' in platform.output()
        wait_until_ready(reborn["ops"])

        everything = descendants(platform.process.pid)
        assert len(everything) == len({"NATS", "Kratos", "forks", "mail", "accounts"})
        began = time.monotonic()
        assert platform.signal(signal.SIGINT) == 0

        assert time.monotonic() - began < 10
        assert alive(everything) == set()
        assert not (platform.home / "ready.json").exists()


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with running(tmp_path / "home", **PART) as platform:
        everything = descendants(platform.process.pid)
        assert len(everything) == len({"NATS", "Kratos", "forks", "mail", "accounts"})
        platform.signal(signal.SIGKILL)

        end = time.monotonic() + 5
        while alive(everything):
            assert time.monotonic() < end, "orphans"
            time.sleep(0.02)

    # And the folder can be used again, with the same records.
    with running(tmp_path / "home", **WITHOUT_KRATOS) as platform:
        assert platform.ready["accounts"] == []


def test_a_child_that_cannot_start_ends_the_start_with_its_own_words(tmp_path: Path) -> None:
    settings = {**WITHOUT_KRATOS, "COOP_ACCOUNTS__HEARTBEAT_SECONDS": "-1"}
    platform = start(tmp_path / "home", **settings)

    assert platform.process.wait(60) == 1
    assert "accounts does not start (exit code 1); the end of" in platform.output()
    assert "heartbeat_seconds" in platform.output()


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"COOP_LISTEN": "192.0.2.1"}, "set COOP_SAMPLE=false or listen on 127.0.0.1."),
        ({"COOP_SERVICES": "storge"}, "COOP_SERVICES: there is no service storge;"),
        ({"COOP_KRATOS__BINARY": "/none"}, "COOP_KRATOS__BINARY=/none is not a program"),
        ({"COOP_STORGE__PORT": "1"}, "There is no setting COOP_STORGE__PORT; did you mean COOP_S"),
        ({"COOP_KRATOS__PROVIDERS": "x"}, "A setting of COOP_KRATOS is not valid JSON."),
        ({"COOP_WEB__PORT": "http"}, "COOP_WEB__PORT: Input should be a valid integer"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(
    tmp_path: Path, settings: dict[str, str], sentence: str
) -> None:
    platform = start(tmp_path / "home", **settings)

    assert platform.process.wait(30) == 1
    assert sentence in platform.output()
    assert platform.output().count("\n") == 1


def assert_second_start_is_refused(first: Embedded) -> None:
    (first.home.parent / "same").symlink_to(first.home)
    second = start(first.home.parent / "same", **PART)

    assert second.process.wait(30) == 1
    assert f"(process {first.process.pid}); stop it, or set COOP_HOME" in second.output()
    assert second.output().count("\n") == 1


def wait_for_another_pid(platform: Embedded, pid: int) -> dict[str, str]:
    end = time.monotonic() + 10
    while True:
        process, _ = platform.ready["processes"]
        if process["pid"] not in (0, pid):
            return process
        assert time.monotonic() < end, "not restarted"
        time.sleep(0.02)


def wait_until_ready(ops: str) -> None:
    end = time.monotonic() + 15
    while True:
        try:
            if httpx.get(f"{ops}/readyz").is_success:
                return
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end, "not ready again"
        time.sleep(0.05)
