"""What must be looked at in one account's bucket holds up neither ours nor another account's."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from services.storage.blobs.connected import Bucket, Far
from services.storage.operations.connections import Connections
from services.storage.operations.looking_again import keep_looking
from services.storage.operations.resources import Resources
from services.storage.operations.stale import EACH, Stale
from shared.contracts.repositories import Repository
from shared.tables import Table
from tests.shown import SHOWN, Fixed, far
from tests.storage_room import REPOSITORY
from tests.waiting import eventually

THEIRS = SHOWN.model_copy(update={"repository_uid": "01THEIRS", "account_uid": "01OTHER"})


class Asked(Fixed):
    """It notes who was asked for; `hangs` is never answered, `broken` not as it should be."""

    def __init__(self, *objects: Far) -> None:
        super().__init__(*objects)
        self.asked = list[str]()
        self.last = asyncio.Event()

    async def head(self, key: str) -> Far | None:
        """What is there."""
        name = key.removeprefix("data/")
        self.asked.append(name)
        if name == "hangs":
            await asyncio.Event().wait()
        if name == "broken":
            raise KeyError(name)
        if name == "last":
            self.last.set()
        return await super().head(key)


class Two(Connections):
    """A bucket for each of two accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.ours, self.theirs = Asked(), Asked()

    async def bucket(self, table: Table, repository: Repository) -> Bucket:  # noqa: ARG002 -- made up
        """That of its account."""
        return self.theirs if repository.account_uid == THEIRS.account_uid else self.ours


@asynccontextmanager
async def looking(resources: Resources) -> AsyncIterator[None]:
    """While it is kept up."""
    going = asyncio.create_task(keep_looking(resources))
    try:
        yield
    finally:
        going.cancel()


async def test_a_bucket_that_does_not_answer_holds_up_no_other(resources: Resources) -> None:
    buckets = Two()
    resources = replace(resources, connections=buckets)
    async with looking(resources), asyncio.timeout(10):
        for _ in range(3):
            resources.ask_to_heal(SHOWN, "hangs")
        resources.ask_to_heal(SHOWN, "behind it")
        for key in ("broken", "a", "last"):
            resources.ask_to_heal(THEIRS, key)
        await buckets.theirs.last.wait()
    assert buckets.ours.asked == ["hangs"]
    assert buckets.theirs.asked == ["broken", "a", "last"]


async def test_what_is_added_later_is_looked_at_too(resources: Resources) -> None:
    buckets = Two()
    resources = replace(resources, connections=buckets)
    async with looking(resources), asyncio.timeout(10):
        for _ in range(3):
            buckets.ours.last.clear()
            resources.ask_to_heal(SHOWN, "last")
            await buckets.ours.last.wait()
            await eventually(lambda: not resources.stale.accounts())
    assert buckets.ours.asked == ["last"] * 3


async def test_ours_are_not_among_theirs(resources: Resources) -> None:
    resources.ask_to_heal(SHOWN, "a")
    resources.ask_to_heal(REPOSITORY, "b")
    assert resources.ailing.get_nowait() == (REPOSITORY, "b")
    assert resources.ailing.empty()
    assert resources.stale.first(SHOWN.account_uid) == (SHOWN, "a")


def test_each_waits_once_and_no_account_has_too_many() -> None:
    stale = Stale()
    for key in ("a", "a", *(f"{n}" for n in range(2 * EACH))):
        stale.add(SHOWN, key)
    stale.add(THEIRS, far("b").key)
    assert stale.accounts() == {SHOWN.account_uid, THEIRS.account_uid}
    waited = list[str]()
    while (first := stale.first(SHOWN.account_uid)) is not None:
        waited.append(first[1])
        stale.done(*first)
    assert waited == ["a", *(f"{n}" for n in range(EACH - 1))]
    assert stale.accounts() == {THEIRS.account_uid}
