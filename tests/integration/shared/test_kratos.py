"""The public API of a real Kratos, as web asks it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from infra.kratos.config import KratosPlace
from shared.kratos import Browser, Kratos
from tests import kratos_server
from tests.kratos_server import PASSWORD, new_identity, sign_in


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[KratosPlace]:
    """Kratos, running with an empty database."""
    async with kratos_server.running(tmp_path) as place:
        yield place


@pytest.fixture
async def kratos(place: KratosPlace) -> AsyncIterator[Kratos]:
    """Our client of it."""
    kratos = Kratos(f"http://127.0.0.1:{place.public_port}")
    yield kratos
    kratos.close()


async def signed_in(kratos: Kratos, name: str) -> Browser:
    """A browser of somebody, after signing in."""
    begun = await kratos.start("login", Browser(""))
    asked = [one["attributes"] for one in begun.body["ui"]["nodes"]]
    (token,) = (one["value"] for one in asked if one.get("name") == "csrf_token")
    typed = {"method": "password", "identifier": f"{name}@example.org", "password": PASSWORD}
    typed["csrf_token"] = token
    cookies = "; ".join(f"{one.name}={one.value}" for one in begun.cookies)
    answer = await kratos.submit("login", str(begun.body["id"]), typed, Browser(cookies))
    assert answer.status == 200
    return Browser("; ".join(f"{one.name}={one.value}" for one in answer.cookies))


async def test_all_other_sessions_are_listed_page_by_page(
    place: KratosPlace, kratos: Kratos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.kratos.PAGE", 2)
    await new_identity(place, "ada")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.public_port}") as client:
        made = await asyncio.gather(*(sign_in(client, "ada") for _ in range(5)))
    browser = await signed_in(kratos, "ada")
    listed = {one["id"] for one in await kratos.other_sessions(browser)}
    assert listed == {one.json()["session"]["id"] for one in made}
