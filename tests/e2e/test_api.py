"""The JSON API as programs call it: keys, problems, and bodies that are none."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.operator_feed import listening

Ready = dict[str, Any]
DEEP = "[" * 100_000 + "]" * 100_000


@pytest.fixture
def demo(ready: Ready) -> Iterator[httpx.Client]:
    """`demo` with its access key."""
    (person,) = ready["accounts"]
    bearer = f"Bearer {person['access_key_id']}.{person['secret_access_key']}"
    headers = {"authorization": bearer}
    with httpx.Client(base_url=f"{ready['web']}/api/v1", headers=headers) as client:
        yield client


def problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status
    return body


def test_whose_key_it_is(demo: httpx.Client) -> None:
    assert demo.get("/account").json()["account_id"] == "demo"


async def test_what_comes_of_a_request_bears_its_id(ready: Ready, demo: httpx.Client) -> None:
    wanted = {"account_id": "demo", "repository_id": "followed", "title": "Followed"}
    async with listening(ready) as feed:
        answer = await asyncio.to_thread(demo.post, "/repositories", json=wanted)
        await feed.until(lambda: feed.named("repository_created"))
        (created,) = feed.named("repository_created")
    assert created["correlationid"] == answer.headers["x-correlation-id"]


def test_where_the_doors_are(ready: Ready) -> None:
    answer = httpx.get(f"{ready['web']}/api/v1/endpoints")
    assert answer.json() == {"web": ready["web"], "s3": ready["s3"]}


@pytest.mark.parametrize(
    "bearer", ["Bearer x", "Bearer COOP0000000000000000.x", "Bearer .", "Basic x"]
)
def test_keys_that_are_none(demo: httpx.Client, bearer: str) -> None:
    problem(demo.get("/account", headers={"authorization": bearer}), 401)


@pytest.mark.parametrize(
    "body", ["", "{", DEEP, '{"a":' * 50_000, "null", "[]", '"x"', "\xff", "{}", '{"title": {}}']
)
def test_bodies_that_are_none(demo: httpx.Client, body: str) -> None:
    headers = {"content-type": "application/json"}
    answer = demo.post("/repositories", content=body.encode("latin-1"), headers=headers)
    problem(answer, 400)


@pytest.mark.parametrize("name", ["a", "Upper", "a--b", "a/b", "..", "a\n", "-a", "x" * 41, "é"])
def test_names_that_cannot_be(demo: httpx.Client, name: str) -> None:
    wanted = {"account_id": "noaa", "repository_id": name, "title": "T"}
    body = problem(demo.post("/repositories", json=wanted), 400)
    assert body["errors"][0]["field"] == "repository_id"


@pytest.mark.parametrize("name", ["admin", "api", "stac", "a\n", "two--hyphens", "..", "x" * 41])
def test_accounts_that_cannot_be(demo: httpx.Client, name: str) -> None:
    body = problem(demo.post("/accounts", json={"account_id": name, "name": "N"}), 400)
    assert body["errors"][0]["field"] == "account_id"


def test_what_is_there_is_never_overwritten(demo: httpx.Client) -> None:
    before = demo.get("/repositories/noaa/globe-land-mask").json()
    wanted = {"account_id": "noaa", "repository_id": "globe-land-mask", "title": "Mine"}
    problem(demo.post("/repositories", json=wanted), 409)
    problem(demo.post("/accounts", json={"account_id": "noaa", "name": "Mine"}), 409)
    assert demo.get("/repositories/noaa/globe-land-mask").json() == before


def test_lists_go_on_by_cursor(demo: httpx.Client) -> None:
    found, cursor = [], None
    while True:
        query = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = demo.get("/repositories", params=query).json()
        found += [one["repository_uid"] for one in page["repositories"]]
        cursor = page["cursor"]
        if not cursor:
            break
    assert len(found) == len(set(found)) >= 3
    problem(demo.get("/repositories", params={"cursor": "none"}), 400)


def test_the_document_describes_every_answer(demo: httpx.Client) -> None:
    document = demo.get("").json()
    assert document["openapi"].startswith("3.")
    assert {"/repositories", "/account"} <= set(document["paths"])


def test_nobody_elses_secrets(demo: httpx.Client) -> None:
    for address in ("/accounts/demo", "/accounts/noaa", "/accounts/noaa/members"):
        text = demo.get(address).text
        for word in ("@", "identity", "admin", "password"):
            assert word not in text, address
