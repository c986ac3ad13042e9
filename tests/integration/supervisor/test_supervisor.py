"""One start and its ends: restart of a child, ordered stop, kill, and refusals in one sentence."""

import ctypes
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

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


def test_a_file_beside_the_start_is_read_by_the_supervisor_and_its_children(tmp_path: Path) -> None:
    settings = {**WITHOUT_KRATOS, "COOP_ACCOUNTS__HEARTBEAT_SECONDS": "-1"}
    lines = (f"{name}={value}" for name, value in settings.items())
    (tmp_path / ".env").write_text("\n".join(lines))
    platform = start(tmp_path / "home", folder=tmp_path)

    assert platform.process.wait(60) == 1
    assert "Kratos" not in platform.output()
    assert "accounts does not start (exit code 1); the end of" in platform.output()
    assert "heartbeat_seconds" in platform.output()


def test_a_taken_port_is_one_sentence(tmp_path: Path) -> None:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        platform = start(tmp_path / "home", COOP_STORAGE__PORT=str(port))

        assert platform.process.wait(30) == 1
    assert platform.output() == (
        f"Port {port} on 127.0.0.1 is taken; set COOP_STORAGE__PORT to another one, or to 0 for a "
        "free one.\n"
    )


def test_without_kratos_and_a_compiler_it_is_said_what_to_install(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "none")
    platform = start(tmp_path / "home", PATH=nowhere, XDG_CACHE_HOME=nowhere)

    assert platform.process.wait(60) == 1
    said = platform.output().splitlines()[-1]
    assert said.startswith("Kratos v")
    assert said.endswith(
        "is neither here nor can it be built: a C compiler (gcc). Install what is missing, or name "
        "a kratos binary with SQLite in COOP_KRATOS__BINARY."
    )


@pytest.mark.parametrize("name", ["", "nats", "accounts", "lock", "key"])
def test_what_cannot_be_read_is_one_sentence(tmp_path: Path, name: str) -> None:
    home = tmp_path / "home"
    for folder in ("", "nats", "accounts"):
        (home / folder).mkdir()
    for file in ("lock", "key"):
        (home / file).touch()
    with closed(home / name):
        platform = start(home, before=obey_rights, **WITHOUT_KRATOS)

        assert platform.process.wait(30) == 1
    assert platform.output() == (
        f"The data folder {home} cannot be used, as {home / name} cannot be read and written; "
        "give it to who starts the platform, or set COOP_HOME to another.\n"
    )


@contextmanager
def closed(path: Path) -> Iterator[None]:
    """Nobody may do anything with it, but one who needs no rights."""
    rights = path.stat().st_mode
    path.chmod(0)
    yield
    path.chmod(rights)


def obey_rights() -> None:
    """Whatever root starts from here on may read what its rights say, as other people may."""
    drop_from_bounding_set, overriding, searching = 24, 1, 2
    for capability in (overriding, searching):
        ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0)


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
