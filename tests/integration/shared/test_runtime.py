"""Each service as a process of its own: it starts, says so, and stops in order."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from shared.topology import SERVICES
from tests.nats_server import NatsServer, running
from tests.waiting import eventually


@contextmanager
def process(service: str, server: NatsServer, ops_port: int) -> Iterator["subprocess.Popen[bytes]"]:
    """`python -m services.<service>` in a folder of its own."""
    settings = {
        "COOP_HOME": str(server.home),
        "COOP_NATS__PORT": str(server.port),
        f"COOP_{service.upper()}__OPS_PORT": str(ops_port),
        f"COOP_{service.upper()}__PORT": "0",
        "PYTHONPATH": str(Path(__file__).parents[3]),
    }
    started = subprocess.Popen(
        [sys.executable, "-m", f"services.{service}"],
        env=settings,
        cwd=server.home,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509  (no thread of ours runs yet)
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


async def is_ready(port: int) -> bool:
    """Whether the process says so."""
    try:
        async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
            return (await client.get(f"http://127.0.0.1:{port}/readyz")).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.parametrize("service", SERVICES)
async def test_it_gets_ready_and_stops_on_a_signal(service: str, tmp_path: Path) -> None:
    port = free_port()
    async with running(tmp_path) as server:
        with process(service, server, port) as started:
            await eventually(lambda: is_ready(port), seconds=60)
            started.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(started.wait, 10) == 0


@pytest.mark.parametrize("service", SERVICES)
async def test_it_lives_without_a_bus_but_is_not_ready(service: str, tmp_path: Path) -> None:
    port = free_port()
    server = NatsServer(tmp_path)
    with process(service, server, port) as started:

        async def is_alive() -> bool:
            try:
                async with httpx.AsyncClient(timeout=2, trust_env=False) as client:
                    answer = await client.get(f"http://127.0.0.1:{port}/healthz")
            except httpx.HTTPError:
                return False
            return answer.status_code == 200

        await eventually(is_alive, seconds=60)
        assert not await is_ready(port)
        started.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(started.wait, 10) == 0
