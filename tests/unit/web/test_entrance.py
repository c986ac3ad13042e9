"""What every request passes: an id, its resources, a limit, and an answer whatever fails."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from services.web.entrance import DRAIN_BYTES, LARGEST_BODY, Entrance
from services.web.forms.reading import read_body
from services.web.resources import STATE, Resources
from shared.errors import Problem
from shared.log import correlation_id

RESOURCES = cast(Resources, object())
PIECE = b"x" * 262_144


async def on_problem(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)
    return PlainTextResponse(problem.detail, problem.status)


async def show(request: Request) -> Response:
    assert request.scope[STATE] is RESOURCES
    return PlainTextResponse(correlation_id())


async def read(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def read_more(request: Request) -> Response:
    return PlainTextResponse(str(len(await read_body(request, 2 * LARGEST_BODY))))


async def plain_failure(*_: Any) -> None:
    raise RuntimeError("a secret detail")


def site() -> Entrance:
    post = ["POST"]
    routes = [
        Route("/", show),
        Route("/read", read, methods=post),
        Route("/more", read_more, methods=post),
    ]
    return Entrance(Starlette(routes=routes, exception_handlers={Problem: on_problem}), RESOURCES)


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(site())
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        yield client


async def test_an_answer_names_the_id_its_work_was_done_under(client: httpx.AsyncClient) -> None:
    answers = [await client.get("/") for _ in range(2)]
    for answer in answers:
        assert answer.headers["x-correlation-id"] == answer.text != ""
    assert answers[0].text != answers[1].text


async def test_a_body_has_a_limit(client: httpx.AsyncClient) -> None:
    assert (await client.post("/read", content=b"x" * LARGEST_BODY)).text == str(LARGEST_BODY)
    refused = await client.post("/read", content=b"x" * (LARGEST_BODY + 1))
    assert (refused.status_code, refused.headers["connection"]) == (413, "close")


async def test_who_reads_with_another_limit_is_held_to_that(client: httpx.AsyncClient) -> None:
    most = 2 * LARGEST_BODY
    assert (await client.post("/more", content=b"x" * most)).text == str(most)
    assert (await client.post("/more", content=b"x" * (most + 1))).status_code == 413


class Pieces:
    """A body that is made while it is taken."""

    def __init__(self, pieces: int) -> None:
        self.left = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.left:
            self.left -= 1
            yield PIECE


@pytest.mark.parametrize(("path", "status"), [("/read", 413), ("/nowhere", 404)])
async def test_what_nobody_wants_of_a_body_passes_before_the_answer(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    pieces = Pieces(2 * LARGEST_BODY // len(PIECE))
    assert (await client.post(path, content=pieces)).status_code == status
    assert pieces.left == 0


@pytest.mark.parametrize(("path", "status"), [("/read", 413), ("/nowhere", 404)])
async def test_an_endless_body_is_not_taken(
    client: httpx.AsyncClient, path: str, status: int
) -> None:
    pieces = Pieces(100)
    assert (await client.post(path, content=pieces)).status_code == status
    assert 100 - pieces.left <= DRAIN_BYTES // len(PIECE)


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.web.entrance.DRAIN_SECONDS", 0.01)
    said: list[Message] = []

    async def never() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"content-length", b"5")]
    scope = {"type": "http", "method": "POST", "path": "/nowhere", "headers": headers}
    await site()(scope | {"query_string": b"", "root_path": ""}, never, send)
    assert said[0]["status"] == 404


async def test_a_body_that_waits_to_be_asked_for_is_not() -> None:
    said: list[Message] = []

    async def asked() -> Message:
        raise AssertionError

    async def send(message: Message) -> None:
        said.append(message)

    headers = [(b"content-length", b"5"), (b"expect", b"100-continue")]
    scope = {"type": "http", "method": "POST", "path": "/nowhere", "headers": headers}
    await site()(scope | {"query_string": b"", "root_path": ""}, asked, send)
    assert said[0]["status"] == 404


async def test_whatever_fails_below_is_answered_without_its_details() -> None:
    transport = httpx.ASGITransport(Entrance(plain_failure, RESOURCES))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/")
    assert answer.status_code == 500
    assert "secret" not in answer.text
