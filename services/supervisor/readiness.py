"""Waits until things answer, and says which one does not and why."""

import asyncio

import httpx

from infra.processes import last_lines
from services.supervisor.child import Child
from services.supervisor.refusal import StartRefused
from shared.errors import ungrouped

POLL_SECONDS = 0.1
ANSWER_SECONDS = 3.0
START_SECONDS = 90.0
DEATHS_ALLOWED = 3


async def wait_until_answer(*asked: tuple[Child, str]) -> None:
    """Return when every URL answers 200; the first child that cannot start decides.

    StartRefused when one keeps dying, or 90 s passed.
    """
    with ungrouped(StartRefused):
        # One client for all: each loads all trusted roots of the machine.
        async with (
            httpx.AsyncClient(timeout=ANSWER_SECONDS) as client,
            asyncio.TaskGroup() as group,
        ):
            for child, url in asked:
                group.create_task(_wait_for(client, child, url))


async def _wait_for(client: httpx.AsyncClient, child: Child, url: str) -> None:
    said = "no answer"
    try:
        async with asyncio.timeout(START_SECONDS):
            while (said := await _ask(client, url)) != "":
                _refuse_dying(child)
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise StartRefused(_not_ready(child, f"{url} says: {said}")) from None


def _refuse_dying(child: Child) -> None:
    if child.deaths >= DEATHS_ALLOWED:
        raise StartRefused(_not_ready(child, child.reason))


def _not_ready(child: Child, reason: str) -> str:
    end = last_lines(child.command.log)
    return f"{child.name} does not start ({reason}); the end of {child.command.log}:\n{end}"


async def _ask(client: httpx.AsyncClient, url: str) -> str:
    """Empty when all is well, otherwise what was said."""
    try:
        response = await client.get(url)
    except httpx.HTTPError as error:
        return type(error).__name__
    return "" if response.is_success else response.text[:300] or str(response.status_code)
