"""Waiting for an index, which on DynamoDB follows its table with a delay."""

from asyncio import sleep
from collections.abc import Awaitable, Callable
from time import monotonic

from shared.tables import Item, Page

PATIENCE_SECONDS = 5


async def eventually(ask: Callable[[], Awaitable[Page]], keys: list[str]) -> list[Item]:
    """The items once their sort keys are these."""
    deadline = monotonic() + PATIENCE_SECONDS
    while True:
        items = (await ask()).items
        found = [item["sk"] for item in items]
        if found == keys or monotonic() > deadline:
            break
        await sleep(0.01)
    assert found == keys
    return items
