"""Keeps full text search as the records are: after every change, and by looking at everything.

A document is always made anew from the records, so changes may be heard twice, late or never.
"""

import asyncio
import contextlib
import time
from contextlib import aclosing
from dataclasses import dataclass

from services.indexer.fulltext import FullText
from services.indexer.operations.documents import Facts, ReadStart, document_of, facts_of
from services.indexer.store.repositories import find_repositories
from shared.contracts.repositories import Repository, State
from shared.errors import Problem
from shared.log import logger
from shared.policy import repository_resource
from shared.snapshots import all_repositories
from shared.tables import Table

log = logger("catalogue")
LOOK_SECONDS = 600.0
RETRY_SECONDS = 5.0
GATHER_SECONDS = 0.05
# Between two turns it rests as many times as long as the first took: indexing goes before.
REST = 3.0
MOST_REST_SECONDS = 5.0
CHUNK = 100


@dataclass(frozen=True)
class Shelves:
    """What documents are made of, and where they go."""

    table: Table
    fulltext: FullText
    read_start: ReadStart

    async def write(self, facts: Facts) -> None:
        """The document of a repository, as it is now."""
        await self.fulltext.put(await document_of(self.table, facts, self.read_start))


class Catalogue:
    """Writes the documents of repositories that were marked, and now and then of all that differ.

    A document that cannot be written now is left to the next look.
    """

    def __init__(self, shelves: Shelves) -> None:
        self.shelves = shelves
        self._marked: set[str] = set()
        self._rung = asyncio.Event()
        self._look_at = 0.0

    def mark(self, repository_uid: str) -> None:
        """Something about it is another."""
        self._marked.add(repository_uid)
        self._rung.set()

    def look_soon(self) -> None:
        """Events may have been missed; a little later, for others to catch up before."""
        self._look_at = min(self._look_at, time.monotonic() + RETRY_SECONDS)
        self._rung.set()

    async def allow(self, repository: Repository) -> None:
        """Who may see it is now so, at once; the rest of it follows."""
        resource = repository_resource(repository)
        await self.shelves.fulltext.allow(resource, repository.version)
        self.mark(repository.repository_uid)

    async def mark_owned(self, account_uid: str) -> None:
        """All repositories of an account."""
        for repository_uid in await self.shelves.fulltext.owned_by(account_uid):
            self.mark(repository_uid)

    async def keep(self) -> None:
        """Until cancelled: what is marked when it is, everything from time to time."""
        while True:
            if time.monotonic() >= self._look_at:
                is_done = await self._tried_to_look()
                self._look_at = time.monotonic() + (LOOK_SECONDS if is_done else RETRY_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), self._look_at - time.monotonic())
                await asyncio.sleep(GATHER_SECONDS)
                await asyncio.sleep(min(await self.write_marked() * REST, MOST_REST_SECONDS))

    async def write_marked(self) -> float:
        """What was marked until now; how many seconds it took."""
        start = time.monotonic()
        self._rung.clear()
        marked, self._marked = sorted(self._marked), set()
        for first in range(0, len(marked), CHUNK):
            try:
                await self._write(marked[first : first + CHUNK])
            except Problem as problem:
                log.info("documents wait", reason=problem.detail)
            except Exception:
                log.exception("writing documents stumbled")
        return time.monotonic() - start

    async def look(self) -> int:
        """Write every document that is not as the records are; how many were not."""
        stamps = await self.shelves.fulltext.stamps()
        written, chunk = 0, list[Repository]()
        async with aclosing(all_repositories(self.shelves.table)) as repositories:
            async for repository in repositories:
                if repository.state is State.DELETED:
                    continue
                chunk.append(repository)
                if len(chunk) == CHUNK:
                    written += await self._write_differing(chunk, stamps)
                    chunk = []
        written += await self._write_differing(chunk, stamps)
        for repository_uid in stamps:
            await self.shelves.fulltext.remove(repository_uid)
        return written + len(stamps)

    async def _tried_to_look(self) -> bool:
        try:
            written = await self.look()
        except Problem as problem:
            log.info("documents wait", reason=problem.detail)
        except Exception:
            log.exception("looking at all documents stumbled")
        else:
            log.info("looked at all documents", written=written)
            return True
        return False

    async def _write_differing(self, chunk: list[Repository], stamps: dict[str, str]) -> int:
        """How many were; those that are there are taken out of the stamps."""
        facts = await facts_of(self.shelves.table, chunk)
        differing = [
            one for one in facts if stamps.pop(one.repository.repository_uid, "") != one.stamp
        ]
        for one in differing:
            await self.shelves.write(one)
            await asyncio.sleep(0)
        return len(differing)

    async def _write(self, repository_uids: list[str]) -> None:
        found = await find_repositories(self.shelves.table, repository_uids)
        there = {one.repository_uid for one in found if one.state is not State.DELETED}
        for repository_uid in set(repository_uids) - there:
            await self.shelves.fulltext.remove(repository_uid)
        kept = [one for one in found if one.repository_uid in there]
        for one in await facts_of(self.shelves.table, kept):
            await self.shelves.write(one)
