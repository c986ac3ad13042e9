"""What becomes of repositories holds on every engine, also when many ask at once."""

import asyncio
from collections.abc import Awaitable

from services.repositories.models import Rules
from services.repositories.operations.purging import purge_due
from services.repositories.operations.resources import Resources
from services.repositories.store.repositories import find_owned
from shared.contracts.accounts import Role
from shared.contracts.repositories import Repository, State
from shared.errors import Conflict, Forbidden, NotFound
from shared.outbox import Outbox, history_key
from tests.announced import announced_types
from tests.fates import (
    ESA,
    USGS,
    Clock,
    accept,
    found,
    had_back,
    offer,
    put_aside,
    removed,
    renamed,
    taken_up,
)
from tests.publishers import NOAA, OWNER, got, holder, repository
from tests.waiting import eventually


async def outcomes_of(*tries: Awaitable[object]) -> list[Repository]:
    """Those that win; the others must be told that it is taken, gone or not for them any more."""
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    won = [one for one in outcomes if isinstance(one, Repository)]
    lost = [one for one in outcomes if not isinstance(one, Repository)]
    assert all(isinstance(one, Conflict | Forbidden | NotFound) for one in lost), lost
    return won


async def told(outbox: Outbox, event: str) -> int:
    """How often it was announced, once the index of what waits has all of it."""

    async def is_all_there() -> object:
        waiting = await announced_types(outbox)
        await asyncio.sleep(0.05)
        return event in waiting and len(await announced_types(outbox)) == len(waiting)

    await eventually(is_all_there)
    return (await announced_types(outbox)).count(event)


async def test_by_every_name_it_had_it_is_found(repositories: Outbox) -> None:
    resources = Resources(repositories)
    await repository(repositories, "mask")
    await renamed(resources, "mask", "land-mask")
    after = await renamed(resources, "land-mask", "sea-mask")
    for name in ("mask", "land-mask", "sea-mask"):
        assert await found(resources, name) == after


async def test_of_renames_and_creations_of_one_name_exactly_one_wins(repositories: Outbox) -> None:
    resources = Resources(repositories)
    for number in range(3):
        await repository(repositories, f"one-{number}")
    (winner,) = await outcomes_of(
        *(renamed(resources, f"one-{number}", "wanted") for number in range(3)),
        *(repository(repositories, "wanted") for _ in range(3)),
    )
    assert (await found(resources, "wanted")).repository_uid == winner.repository_uid


async def test_renamed_by_two_at_once_each_name_leads_to_it(repositories: Outbox) -> None:
    resources = Resources(repositories)
    await repository(repositories, "mask")
    await outcomes_of(renamed(resources, "mask", "land"), renamed(resources, "mask", "sea"))
    after = await found(resources, "mask")
    assert after.full_name not in after.former_names
    for full in (after.full_name, *after.former_names):
        assert await found(resources, full.partition("/")[2]) == after


async def test_an_offer_is_taken_once(repositories: Outbox) -> None:
    resources = Resources(repositories)
    made = await repository(repositories, "mask")
    await offer(resources)
    (winner,) = await outcomes_of(*(accept(resources, made) for _ in range(4)))
    assert winner.account_id == "usgs"
    assert await found(resources, "mask") == await found(resources, "mask", USGS) == winner
    assert await told(repositories, "repository_renamed") == 1


async def test_offered_to_two_one_after_the_other_only_the_last_takes_it(
    repositories: Outbox,
) -> None:
    resources = Resources(repositories)
    made = await repository(repositories, "mask")
    await offer(resources)
    esa = holder(Role.OWNER, ESA.account_uid)
    await asyncio.gather(offer(resources, to=ESA), accept(resources, made), return_exceptions=True)
    last = await outcomes_of(accept(resources, made, esa, ESA))
    owner = last[0] if last else await found(resources, "mask", USGS)
    assert owner == await found(resources, "mask")


async def test_handed_over_and_renamed_at_once_it_has_one_owner(repositories: Outbox) -> None:
    resources = Resources(repositories)
    made = await repository(repositories, "mask")
    await offer(resources)
    won = await asyncio.gather(
        accept(resources, made), renamed(resources, "mask", "land"), return_exceptions=True
    )
    assert any(isinstance(one, Repository) for one in won)
    after = await found(resources, "mask")
    uids = (NOAA.account_uid, USGS.account_uid)
    owned = [await find_owned(repositories, uid, made.repository_uid) for uid in uids]
    assert [one for one in owned if one is not None] == [after]


async def test_aside_deleted_and_back_it_is_as_it_was(repositories: Outbox) -> None:
    resources = Resources(repositories)
    made = await repository(repositories)
    await put_aside(resources, OWNER)
    assert (await taken_up(resources, OWNER)).state is State.ACTIVE
    await removed(resources)
    assert await outcomes_of(*(had_back(resources, OWNER, made) for _ in range(3)))
    assert (await got(repositories, OWNER)).state is State.ACTIVE
    assert await told(repositories, "repository_deleted") == 1


async def test_purged_by_many_it_is_told_once_and_leaves_nothing(repositories: Outbox) -> None:
    clock = Clock()
    resources = Resources(repositories, Rules(clock=clock))
    made = await repository(repositories)
    await removed(resources)
    assert await purge_due(resources) == 0
    clock.go(days=31)
    purged: list[int] = []

    async def is_purged() -> bool:
        # Where an index is late the time has come before it is seen.
        purged.extend(await asyncio.gather(*(purge_due(resources) for _ in range(3))))
        return sum(purged) > 0

    await eventually(is_purged)
    assert sum(purged) == 1
    assert await find_owned(repositories, NOAA.account_uid, made.repository_uid) is None
    assert await told(repositories, "repository_purged") == 1
    waiting = await repositories.pending(limit=100)
    await repositories.sent(waiting.items)
    clock.go(days=40)

    async def has_no_history() -> bool:
        await purge_due(resources)
        page = await repositories.table.query(history_key(made.repository_uid))
        return not page.items

    await eventually(has_no_history)


async def test_had_back_or_purged_but_never_both(repositories: Outbox) -> None:
    clock, late = Clock(), Clock()
    late.go(days=31)
    resources = Resources(repositories, Rules(clock=clock))
    made = await repository(repositories)
    await removed(resources)
    back, purged = await asyncio.gather(
        had_back(resources, OWNER, made),
        purge_due(Resources(repositories, Rules(clock=late))),
        return_exceptions=True,
    )
    assert isinstance(back, Repository) == (purged == 0)
    assert isinstance(back, Repository | NotFound)
    left = await find_owned(repositories, NOAA.account_uid, made.repository_uid)
    assert left == (back if isinstance(back, Repository) else None)
