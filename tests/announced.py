"""Reads the events that wait in an outbox."""

import json
from typing import Any

from shared.outbox import Outbox


async def announced(outbox: Outbox) -> list[dict[str, Any]]:
    """The waiting envelopes, oldest first."""
    page = await outbox.pending(limit=1000)
    return [json.loads(row["body"]) for row in page.items]


async def announced_types(outbox: Outbox) -> list[str]:
    """The names of the waiting events, oldest first."""
    page = await outbox.pending(limit=1000)
    return [row["event"] for row in page.items]


async def announced_subjects(outbox: Outbox) -> list[str]:
    """Where the waiting events will be published."""
    page = await outbox.pending(limit=1000)
    return [row["subject"] for row in page.items]
