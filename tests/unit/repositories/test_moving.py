"""Other names and other owners: old names lead to it, bytes stay, exactly one wins."""

import asyncio

import pytest

from services.repositories.models import Rules
from services.repositories.operations.repositories import create_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.transfers import (
    decline_transfer,
    get_transfer,
    list_transfers,
)
from shared.contracts.accounts import Account, Role
from shared.contracts.repositories import (
    CreateRepository,
    DeclineTransfer,
    GetTransfer,
    ListTransfers,
    Repository,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL
from tests.announced import announced, announced_types
from tests.fates import ESA, RECEIVER, USGS, Clock, accept, found, offer, renamed
from tests.publishers import (
    MAINTAINER,
    NOAA,
    OWNER,
    READER,
    STRANGER,
    got,
    holder,
    repository,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resources(outbox: Outbox, clock: Clock) -> Resources:
    return Resources(outbox, Rules(clock=clock))


async def test_a_new_name_and_the_old_one_still_leads_to_it(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    after = await renamed(resources, "mask", "land-mask")
    assert (after.repository_id, after.former_names) == ("land-mask", ["noaa/mask"])
    assert (after.repository_uid, after.kept_at) == (made.repository_uid, "noaa/mask")
    assert await found(resources, "mask") == await found(resources, "land-mask") == after
    event = (await announced(resources.outbox))[-1]
    assert event["type"] == "coop.repositories.repository_renamed.v1"
    assert event["data"]["repository_id"] == "land-mask"


async def test_by_an_old_name_it_is_edited_renamed_and_goes_back(resources: Resources) -> None:
    await repository(resources.outbox, "mask")
    await renamed(resources, "mask", "land-mask")
    after = await renamed(resources, "mask", "sea-mask")
    assert after.former_names == ["noaa/mask", "noaa/land-mask"]
    back = await renamed(resources, "sea-mask", "mask")
    assert (back.repository_id, back.kept_at) == ("mask", "noaa/mask")
    assert back.former_names == ["noaa/land-mask", "noaa/sea-mask"]
    assert await renamed(resources, "mask", "mask") == back


async def test_only_owners_rename(resources: Resources) -> None:
    await repository(resources.outbox, "mask")
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, READER, MAINTAINER):
        with pytest.raises(Forbidden):
            await renamed(resources, "mask", "mine", who)


async def test_a_name_that_is_used_or_rests_is_not_given(resources: Resources) -> None:
    await repository(resources.outbox, "mask")
    await repository(resources.outbox, "other")
    with pytest.raises(Conflict):
        await renamed(resources, "mask", "other")
    await renamed(resources, "other", "another")
    with pytest.raises(Conflict):
        await renamed(resources, "mask", "other")
    with pytest.raises(Conflict):
        await repository(resources.outbox, "other")
    assert (await found(resources, "mask")).former_names == []


async def test_taken_anew_after_its_rest_a_name_leads_to_the_new_one_alone(
    resources: Resources, clock: Clock
) -> None:
    await repository(resources.outbox, "mask")
    await renamed(resources, "mask", "land-mask")
    clock.go(days=91)
    wanted = CreateRepository(account_id="noaa", repository_id="mask", title="New")
    second = await create_repository(resources, OWNER, NOAA, wanted)
    assert await found(resources, "mask") == second
    assert second.kept_at == f"noaa/mask-{second.repository_uid.lower()}"
    first = await found(resources, "land-mask")
    assert (first.former_names, first.kept_at) == ([], "noaa/mask")


async def test_of_renames_and_creations_of_one_name_exactly_one_wins(outbox: Outbox) -> None:
    resources = Resources(outbox)
    for number in range(4):
        await repository(outbox, f"one-{number}")
    outcomes = await asyncio.gather(
        *(renamed(resources, f"one-{number}", "wanted") for number in range(4)),
        *(repository(outbox, "wanted") for _ in range(4)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Repository) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 7


async def test_names_do_not_grow_without_end(resources: Resources) -> None:
    await repository(resources.outbox, "name-0")
    for number in range(20):
        await renamed(resources, f"name-{number}", f"name-{number + 1}")
    with pytest.raises(Conflict, match="too many"):
        await renamed(resources, "name-20", "name-21")


async def test_an_offer_that_is_taken_changes_the_owner(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    await offer(resources)
    after = await accept(resources, made)
    assert (after.account_uid, after.account_id) == (USGS.account_uid, "usgs")
    assert (after.former_names, after.kept_at) == (["noaa/mask"], "noaa/mask")
    assert await found(resources, "mask") == await found(resources, "mask", USGS) == after
    with pytest.raises(Forbidden):
        await renamed(resources, "mask", "mine", OWNER)
    with pytest.raises(NotFound):
        await accept(resources, made)
    assert await announced_types(resources.outbox) == [
        "repository_created",
        "transfer_offered",
        "repository_renamed",
    ]


async def test_from_account_to_account_every_name_leads_to_it(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    await renamed(resources, "mask", "old")
    await renamed(resources, "old", "mask")
    await offer(resources)
    await accept(resources, made)
    await offer(resources, holder(Role.OWNER, USGS.account_uid), account=USGS, to=ESA)
    last = await accept(resources, made, holder(Role.OWNER, ESA.account_uid), ESA)
    for name, account in (("mask", NOAA), ("old", NOAA), ("mask", USGS), ("mask", ESA)):
        assert await found(resources, name, account) == last
    assert last.former_names == ["noaa/old", "noaa/mask", "usgs/mask"]


async def test_an_offer_is_seen_by_both_sides_alone(resources: Resources) -> None:
    await repository(resources.outbox, "mask")
    made = await offer(resources)
    wanted = ListTransfers(account_id="usgs")
    page = await list_transfers(resources, RECEIVER, USGS, wanted)
    assert page.transfers == [made]
    asked = GetTransfer(account_id="noaa", repository_id="mask")
    assert await get_transfer(resources, OWNER, NOAA, asked) == made
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, READER, OWNER):
        with pytest.raises(Forbidden):
            await list_transfers(resources, who, USGS, wanted)
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, READER, MAINTAINER):
        with pytest.raises(Forbidden):
            await get_transfer(resources, who, NOAA, asked)


async def test_only_the_receiver_takes_it(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    await offer(resources)
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, OWNER, holder(Role.WRITER, USGS.account_uid)):
        with pytest.raises(Forbidden):
            await accept(resources, made, who)
    with pytest.raises(NotFound):
        await accept(resources, made, holder(Role.OWNER, ESA.account_uid), ESA)


@pytest.mark.parametrize("by_receiver", [True, False])
async def test_declined_or_withdrawn_it_is_void(resources: Resources, by_receiver: bool) -> None:
    made = await repository(resources.outbox, "mask")
    await offer(resources)
    account, who = (USGS, RECEIVER) if by_receiver else (NOAA, OWNER)
    wanted = DeclineTransfer(account_id=account.account_id, repository_uid=made.repository_uid)
    with pytest.raises(NotFound):
        await decline_transfer(resources, STRANGER, account, wanted)
    await decline_transfer(resources, who, account, wanted)
    with pytest.raises(NotFound):
        await accept(resources, made)
    with pytest.raises(NotFound):
        await decline_transfer(resources, who, account, wanted)


async def test_a_new_offer_takes_the_place_of_the_old(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    await offer(resources)
    await offer(resources, to=ESA)
    with pytest.raises(NotFound):
        await accept(resources, made)
    page = await list_transfers(resources, RECEIVER, USGS, ListTransfers(account_id="usgs"))
    assert page.transfers == []
    assert (await accept(resources, made, holder(Role.OWNER, "01ESA"), ESA)).account_id == "esa"


async def test_an_offer_runs_out(resources: Resources, clock: Clock) -> None:
    made = await repository(resources.outbox, "mask")
    await offer(resources)
    clock.go(days=14)
    with pytest.raises(NotFound):
        await accept(resources, made)
    page = await list_transfers(resources, RECEIVER, USGS, ListTransfers(account_id="usgs"))
    assert page.transfers == []


async def test_a_name_that_is_taken_there_keeps_it_here(resources: Resources) -> None:
    made = await repository(resources.outbox, "mask")
    await repository(resources.outbox, "mask", account=USGS)
    await offer(resources)
    with pytest.raises(Conflict):
        await accept(resources, made)
    assert (await got(resources.outbox, OWNER, "mask")).account_id == "noaa"


@pytest.mark.parametrize(
    ("to", "confirm", "field"),
    [(None, "", "to_account_id"), (NOAA, "", "to_account_id"), (USGS, "mask", "confirm")],
)
async def test_an_offer_to_nobody_or_not_confirmed_is_refused(
    resources: Resources, to: Account | None, confirm: str, field: str
) -> None:
    await repository(resources.outbox, "mask")
    with pytest.raises(Invalid) as refused:
        await offer(resources, to=to, confirm=confirm)
    assert refused.value.errors[0]["field"] == field
