"""Repositories hide with their owner and come back with it."""

from services.repositories.operations.owners import follow_owner
from services.repositories.operations.resources import Resources
from services.repositories.store.names import find_repository
from shared.outbox import Outbox
from tests.announced import announced
from tests.publishers import NOAA, repository


async def test_it_is_told_once_of_each_and_undone(outbox: Outbox) -> None:
    made = await repository(outbox)
    resources, shut = Resources(outbox), NOAA.model_copy(update={"disabled": True})
    before = len(await announced(outbox))
    for _ in range(2):
        await follow_owner(resources, shut, "01OPERATOR")
    (told,) = (await announced(outbox))[before:]
    assert told["data"]["repository"]["owner_disabled"] is True
    assert told["actor"] == "01OPERATOR"
    await follow_owner(resources, NOAA, "01OPERATOR")
    found = await find_repository(outbox, NOAA.account_uid, made.repository_id)
    assert found is not None
    assert not found.owner_disabled
