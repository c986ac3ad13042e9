"""Searches of items: each is asked of the index and answered by a look at each item."""

import asyncio
import tempfile
from functools import cache
from pathlib import Path
from random import Random

from services.indexer.store.layout import SCHEMA
from shared.tables.sqlite import open_sqlite
from tests.scattered import NAMES, World, query_of, told

EACH = 100


def search(chance: Random) -> str:
    """Any search, by somebody who sees any of the repositories. The items are always the same."""
    loop, world = scattered()
    world.seen = set(chance.sample(NAMES, k=chance.randint(0, len(NAMES))))
    asked = query_of(chance)
    found = told(loop.run_until_complete(world.pages(asked)))
    assert found == world.expected(asked), asked
    return "found" if found else "nothing"


@cache
def scattered() -> tuple[asyncio.AbstractEventLoop, World]:
    """Once in each process, gone with it."""
    folder, loop = tempfile.TemporaryDirectory(prefix="coop-fuzz-"), asyncio.new_event_loop()
    world = World(loop.run_until_complete(open_sqlite(SCHEMA, Path(folder.name) / "indexer.db")))
    loop.run_until_complete(world.fill(Random(1), EACH))
    world.folder = folder
    return loop, world
