"""Kratos, the real one, with our configuration."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from infra.kratos.acquire import find_kratos
from infra.kratos.config import (
    KratosPlace,
    kratos_environment,
    migrate_command,
    serve_command,
    write_config,
)
from infra.processes import spawn
from infra.settings import cache_folder
from shared.keyfile import load_key_file
from shared.runtime import free_port

START_SECONDS = 30


@pytest.fixture
async def kratos(tmp_path: Path) -> AsyncIterator[KratosPlace]:
    """Running, with an empty database."""
    place = KratosPlace(tmp_path, free_port(), free_port(), "http://localhost:8080")
    binary = find_kratos("", cache_folder(), lambda _: None)
    environment = kratos_environment(place, load_key_file(tmp_path), "smtp://127.0.0.1:9/")
    log = tmp_path / "kratos.log"
    write_config(place)
    migration = await spawn(migrate_command(binary, place), log, environment=environment)
    assert await migration.wait() == 0
    process = await spawn(serve_command(binary, place), log, environment=environment)
    await until_ready(place)
    yield place
    process.terminate()
    await process.wait()


async def until_ready(place: KratosPlace) -> None:
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient() as client:
        while True:
            try:
                await client.get(f"http://127.0.0.1:{place.admin_port}/admin/health/ready")
            except httpx.HTTPError:
                await asyncio.sleep(0.05)
            else:
                return


async def test_it_speaks_through_webs_origin_with_cookies_that_loopback_can_keep(
    kratos: KratosPlace,
) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{kratos.public_port}") as client:
        whoami = await client.get("/sessions/whoami")
        login = await client.get("/self-service/login/browser")

    assert whoami.status_code == 401
    assert login.headers["location"].startswith("http://localhost:8080/-/sign-in?flow=")
    assert "HttpOnly" in login.headers["set-cookie"]
    assert "Secure" not in login.headers["set-cookie"]
