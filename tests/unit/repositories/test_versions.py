"""Changes that are meant for one version are made to that one alone."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.repositories.operations.repositories import get_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import (
    activate_repository,
    deactivate_repository,
    delete_repository,
    undelete_repository,
)
from services.repositories.operations.transfers import (
    accept_transfer,
    decline_transfer,
    get_transfer,
    offer_transfer,
)
from shared.contracts.repositories import (
    AcceptTransfer,
    ActivateRepository,
    DeactivateRepository,
    DeclineTransfer,
    DeleteRepository,
    GetRepository,
    GetTransfer,
    OfferTransfer,
    Repository,
    UndeleteRepository,
)
from shared.errors import Conflict
from shared.outbox import Outbox
from tests.fates import FULL, NAMES, RECEIVER, USGS, had_back, removed
from tests.publishers import NOAA, OWNER, repository

BY_UID = {"account_id": "noaa"}
Change = Callable[[Resources, Repository, int | None], Awaitable[Any]]


@pytest.fixture
def resources(outbox: Outbox) -> Resources:
    return Resources(outbox)


async def deactivate(resources: Resources, _: Repository, version: int | None) -> Any:
    wanted = DeactivateRepository(**NAMES, confirm=FULL, version=version)
    return await deactivate_repository(resources, OWNER, NOAA, wanted)


async def activate(resources: Resources, _: Repository, version: int | None) -> Any:
    wanted = ActivateRepository(**NAMES, version=version)
    return await activate_repository(resources, OWNER, NOAA, wanted)


async def delete(resources: Resources, _: Repository, version: int | None) -> Any:
    wanted = DeleteRepository(**NAMES, confirm=FULL, version=version)
    return await delete_repository(resources, OWNER, NOAA, wanted)


@pytest.mark.parametrize("change", [deactivate, activate, delete])
async def test_a_state_is_changed_from_the_version_that_was_seen(
    resources: Resources, change: Change
) -> None:
    made = await repository(resources.outbox)
    with pytest.raises(Conflict, match="changed meanwhile"):
        await change(resources, made, made.version - 1)
    wanted = GetRepository(**NAMES)
    assert await get_repository(resources, OWNER, NOAA, wanted) == made
    await change(resources, made, made.version)


async def test_what_was_deleted_again_is_not_had_back(resources: Resources) -> None:
    made = await repository(resources.outbox)
    await removed(resources)
    wanted = UndeleteRepository(**BY_UID, repository_uid=made.repository_uid, version=made.version)
    with pytest.raises(Conflict):
        await undelete_repository(resources, OWNER, NOAA, wanted)
    await had_back(resources, OWNER, made)


async def offer(resources: Resources, version: int | None = None) -> int:
    wanted = OfferTransfer(**NAMES, to_account_id="usgs", confirm=FULL, version=version)
    return (await offer_transfer(resources, OWNER, NOAA, wanted, USGS)).version


async def test_an_offer_takes_the_place_of_the_one_that_was_seen(resources: Resources) -> None:
    await repository(resources.outbox)
    with pytest.raises(Conflict):
        await offer(resources, 1)
    first = await offer(resources)
    second = await offer(resources, first)
    with pytest.raises(Conflict):
        await offer(resources, first)
    found = await get_transfer(resources, OWNER, NOAA, GetTransfer(**NAMES))
    assert found.version == second


async def accept(resources: Resources, made: Repository, version: int | None) -> Any:
    uid = made.repository_uid
    wanted = AcceptTransfer(account_id="usgs", repository_uid=uid, version=version)
    return await accept_transfer(resources, RECEIVER, USGS, wanted)


async def decline(resources: Resources, made: Repository, version: int | None) -> Any:
    uid = made.repository_uid
    wanted = DeclineTransfer(account_id="usgs", repository_uid=uid, version=version)
    return await decline_transfer(resources, RECEIVER, USGS, wanted)


@pytest.mark.parametrize("answer", [accept, decline])
async def test_the_offer_that_was_seen_is_answered(resources: Resources, answer: Change) -> None:
    made = await repository(resources.outbox)
    first = await offer(resources)
    second = await offer(resources)
    with pytest.raises(Conflict):
        await answer(resources, made, first)
    await answer(resources, made, second)
