"""Items are found in the house that their repository belongs to, and move when that is another.

Who writes an item looks where its repository belongs, writes, and looks again; who hears that a
repository belongs elsewhere has written that down, and then looks through its items. So one of the
two sees the other, in whatever order they come. Until all have moved it is noted that they do.
"""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing, suppress

from services.indexer.models.editions import Edition
from services.indexer.models.houses import CLOSED, OPEN, House
from services.indexer.store.editions import find_editions
from services.indexer.store.houses import (
    Unsettled,
    find_houses,
    is_ready,
    make_ready,
    settle,
    some_unsettled,
    unsettle,
)
from services.indexer.store.items import find_item_row, items_elsewhere, move_item
from services.indexer.store.repositories import find_repositories
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.log import logger
from shared.policy import ANONYMOUS_PRINCIPAL, Action, may, repository_resource
from shared.races import until_won
from shared.snapshots import all_repositories
from shared.tables import ConditionFailed, Table

log = logger("housing")
ASKED = (Action.REPOSITORY_LIST, Action.DATA_READ)
POLL_SECONDS = 15.0
RETRY_SECONDS = 1.0
AT_ONCE = 16
CHUNK = 100


def house_for(repository: Repository) -> House:
    """Where its items belong: together with all that anyone may list and read, or not."""
    resource = repository_resource(repository)
    return OPEN if all(may(ANONYMOUS_PRINCIPAL, one, resource, "") for one in ASKED) else CLOSED


async def house_of(table: Table, repository_uid: str) -> House:
    """The same, as far as events have told."""
    found = await find_repositories(table, [repository_uid])
    return house_for(found[0]) if found else CLOSED


async def settle_item(table: Table, edition: Edition, item_id: str) -> None:
    """Let an item be found where it belongs now."""

    async def attempt() -> None:
        row = await find_item_row(table, edition, item_id)
        house = await house_of(table, edition.repository_uid)
        if row is not None and row.get("house") != house:
            await table.write(*move_item(edition, row, house))

    await until_won(attempt)


class Housing:
    """Moves what waits, when it is told to and now and then: another process may have died."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._rung = asyncio.Event()

    async def prepare(self) -> None:
        """Before anything is answered: what was indexed before there was an index is to wait."""
        if await is_ready(self._table):
            return
        async with aclosing(all_repositories(self._table)) as repositories:
            uids = [one.repository_uid async for one in repositories]
        for first in range(0, len(uids), CHUNK):
            await unsettle(self._table, uids[first : first + CHUNK], is_bare=True)
        await make_ready(self._table)

    async def look(self, repository_uid: str) -> None:
        """A repository may belong elsewhere. Durable before it is done with."""
        found = await find_repositories(self._table, [repository_uid])
        (house,) = await find_houses(self._table, [repository_uid])
        if found and house != house_for(found[0]):
            await unsettle(self._table, [repository_uid])
            self._rung.set()

    async def keep(self) -> None:
        """Until cancelled."""
        while True:
            self._rung.clear()
            pause = POLL_SECONDS if await self._tried() else RETRY_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._rung.wait(), pause)

    async def settle_all(self) -> None:
        """Everything that waits."""
        while waiting := await some_unsettled(self._table, limit=CHUNK):
            for one in waiting:
                await self._settle(one)

    async def _tried(self) -> bool:
        try:
            await self.settle_all()
        except Problem as problem:
            log.info("items wait to move", reason=problem.detail)
        except Exception:
            log.exception("moving items stumbled")
        else:
            return True
        return False

    async def _settle(self, unsettled: Unsettled) -> None:
        uid = unsettled.repository_uid
        house = await house_of(self._table, uid)
        for edition in (await find_editions(self._table, uid)).written:
            await self._move(edition, house)
        # Told anew meanwhile, or another process was faster.
        with suppress(ConditionFailed):
            await settle(self._table, unsettled, house)

    async def _move(self, edition: Edition, house: House) -> None:
        cursor, more = None, True
        while more:
            item_ids, cursor = await items_elsewhere(self._table, edition, house, cursor)
            for first in range(0, len(item_ids), AT_ONCE):
                await self._settle_some(edition, item_ids[first : first + AT_ONCE])
            more = cursor is not None

    async def _settle_some(self, edition: Edition, item_ids: Sequence[str]) -> None:
        await asyncio.gather(*(settle_item(self._table, edition, one) for one in item_ids))
