"""The real Kratos for tests that need nothing else: started with an empty database, and people."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

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
from tests.waiting import eventually

PASSWORD = "four quiet words more"


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[KratosPlace]:
    """Ready while entered."""
    place = KratosPlace(home, free_port(), free_port(), "http://localhost:8080")
    binary = find_kratos("", cache_folder(), lambda _: None)
    environment = kratos_environment(place, load_key_file(home), "smtp://127.0.0.1:9/")
    write_config(place)
    log = home / "kratos.log"
    migration = await spawn(migrate_command(binary, place), log, environment=environment)
    assert await migration.wait() == 0
    process = await spawn(serve_command(binary, place), log, environment=environment)
    try:
        await eventually(lambda: answers(place), seconds=60)
        yield place
    finally:
        process.terminate()
        await process.wait()


async def answers(place: KratosPlace) -> bool:
    """Whether it is ready."""
    try:
        async with httpx.AsyncClient() as client:
            address = f"http://127.0.0.1:{place.admin_port}/admin/health/ready"
            return (await client.get(address)).is_success
    except httpx.HTTPError:
        return False


async def new_identity(place: KratosPlace, name: str) -> str:
    """Somebody with an address and a password; the identity's id."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.admin_port}") as client:
        made = await client.post(
            "/admin/identities",
            json={
                "schema_id": "person",
                "traits": {"email": f"{name}@example.org"},
                "credentials": {"password": {"config": {"password": PASSWORD}}},
            },
        )
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def sign_in(client: httpx.AsyncClient, name: str) -> httpx.Response:
    """By the password, as a program does; the session's token is in the answer."""
    flow = (await client.get("/self-service/login/api")).json()["id"]
    typed = {"method": "password", "identifier": f"{name}@example.org", "password": PASSWORD}
    return await client.post("/self-service/login", params={"flow": flow}, json=typed)
