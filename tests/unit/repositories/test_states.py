"""Put aside, deleted, back again, purged: as a clock of the test's own goes on."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.repositories.models import Rules
from services.repositories.operations.purging import purge_due
from services.repositories.operations.repositories import create_repository
from services.repositories.operations.resources import Resources
from services.repositories.operations.states import (
    delete_repository,
    list_deleted_repositories,
    set_repository_quota,
    set_retention,
    set_versioning,
)
from shared.contracts.base import Quota
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    ListDeletedRepositories,
    Repository,
    Retention,
    SetRepositoryQuota,
    SetRetention,
    SetVersioning,
    State,
    Versioning,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox, history_key
from shared.policy import ANONYMOUS_PRINCIPAL, Principal
from tests.announced import announced_types
from tests.fates import FULL, NAMES, Clock, had_back, put_aside, removed, taken_up
from tests.publishers import (
    ADMIN,
    MAINTAINER,
    NOAA,
    OWNER,
    READER,
    STRANGER,
    WRITER,
    got,
    repository,
)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def resources(outbox: Outbox, clock: Clock) -> Resources:
    return Resources(outbox, Rules(clock=clock))


async def listed(resources: Resources, who: Principal) -> list[str]:
    wanted = ListDeletedRepositories(account_id="noaa")
    page = await list_deleted_repositories(resources, who, NOAA, wanted)
    return [one.repository_id for one in page.repositories]


async def test_put_aside_by_its_maintainer_and_taken_up_by_its_owner(resources: Resources) -> None:
    await repository(resources.outbox)
    after = await put_aside(resources, MAINTAINER)
    assert (after.state, after.held) == (State.DEACTIVATED, False)
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, READER, WRITER):
        with pytest.raises(NotFound):
            await got(resources.outbox, who)
        with pytest.raises(NotFound):
            await taken_up(resources, who)
    with pytest.raises(Forbidden):
        await taken_up(resources, MAINTAINER)
    assert (await taken_up(resources, OWNER)).state is State.ACTIVE
    assert await announced_types(resources.outbox) == [
        "repository_created",
        "repository_updated",
        "repository_updated",
    ]


async def test_what_an_operator_put_aside_only_an_operator_takes_up(resources: Resources) -> None:
    await repository(resources.outbox)
    await put_aside(resources, ADMIN)
    await put_aside(resources, OWNER)
    with pytest.raises(Forbidden, match="operator"):
        await taken_up(resources, OWNER)
    assert (await taken_up(resources, ADMIN)).held is False


@pytest.mark.parametrize("confirm", ["", "globe-land-mask", "NOAA/globe-land-mask"])
async def test_putting_aside_needs_the_full_name(resources: Resources, confirm: str) -> None:
    await repository(resources.outbox)
    with pytest.raises(Invalid):
        await put_aside(resources, OWNER, confirm)


async def test_a_writer_puts_nothing_aside(resources: Resources) -> None:
    await repository(resources.outbox)
    with pytest.raises(Forbidden):
        await put_aside(resources, WRITER)


async def test_deleted_it_can_be_had_back_for_thirty_days(
    resources: Resources, clock: Clock
) -> None:
    made = await repository(resources.outbox)
    await removed(resources)
    assert await listed(resources, OWNER) == ["globe-land-mask"]
    for who in (ANONYMOUS_PRINCIPAL, STRANGER, READER, MAINTAINER):
        assert await listed(resources, who) == []
        with pytest.raises(NotFound):
            await had_back(resources, who, made)
    clock.go(days=29, hours=23)
    after = await had_back(resources, OWNER, made)
    assert after == made.model_copy(
        update={"version": after.version, "updated_at": after.updated_at}
    )
    assert await got(resources.outbox, ANONYMOUS_PRINCIPAL) == after
    clock.go(days=60)
    assert await purge_due(resources) == 0


async def test_after_that_it_cannot(resources: Resources, clock: Clock) -> None:
    made = await repository(resources.outbox)
    await removed(resources)
    clock.go(days=30)
    assert await listed(resources, OWNER) == []
    with pytest.raises(NotFound):
        await had_back(resources, OWNER, made)


async def test_purged_it_leaves_nothing_but_the_news_of_it(
    resources: Resources, clock: Clock
) -> None:
    made = await repository(resources.outbox)
    await removed(resources)
    clock.go(days=29)
    assert await purge_due(resources) == 0
    clock.go(days=1, seconds=1)
    assert await purge_due(resources) == 1
    assert await purge_due(resources) == 0
    assert (await announced_types(resources.outbox))[-1] == "repository_purged"
    history = history_key(made.repository_uid)
    assert len((await resources.outbox.table.query(history)).items) == 3
    waiting = await resources.outbox.pending(limit=10)
    await resources.outbox.sent(waiting.items)
    await purge_due(resources)
    assert (await resources.outbox.table.query(history)).items == []
    with pytest.raises(NotFound):
        await had_back(resources, ADMIN, made)


async def test_of_having_back_and_purging_at_once_exactly_one_happens(
    resources: Resources, clock: Clock
) -> None:
    for number in range(5):
        made = await repository(resources.outbox, f"number-{number}")
        wanted = DeleteRepository(
            account_id="noaa", repository_id=f"number-{number}", confirm=f"noaa/number-{number}"
        )
        await delete_repository(resources, OWNER, NOAA, wanted)
        late = Clock()
        late.now = clock.now + timedelta(days=31)
        purging = purge_due(Resources(resources.outbox, Rules(clock=late)))
        back, purged = await asyncio.gather(
            had_back(resources, OWNER, made), purging, return_exceptions=True
        )
        assert isinstance(back, Repository) == (purged == 0)
        assert isinstance(back, Repository | NotFound)


async def test_many_are_purged_at_once(resources: Resources, clock: Clock) -> None:
    for number in range(120):
        await repository(resources.outbox, f"number-{number}")
        wanted = DeleteRepository(
            account_id="noaa", repository_id=f"number-{number}", confirm=f"noaa/number-{number}"
        )
        await delete_repository(resources, OWNER, NOAA, wanted)
    clock.go(days=31)
    assert await purge_due(resources) == 120


async def test_a_name_is_given_anew_after_ninety_days_and_its_bytes_lie_elsewhere(
    resources: Resources, clock: Clock
) -> None:
    await repository(resources.outbox)
    await removed(resources)
    wanted = CreateRepository(**NAMES, title="Again")
    clock.go(days=89)
    with pytest.raises(Conflict):
        await create_repository(resources, OWNER, NOAA, wanted)
    clock.go(days=1, seconds=2)
    second = await create_repository(resources, OWNER, NOAA, wanted)
    assert second.kept_at == f"{FULL}-{second.repository_uid.lower()}"


async def test_a_quota_is_set_by_administrators_alone(resources: Resources) -> None:
    await repository(resources.outbox)
    wanted = SetRepositoryQuota(**NAMES, quota=Quota(size=5))
    for who in (OWNER, MAINTAINER, STRANGER):
        with pytest.raises(Forbidden):
            await set_repository_quota(resources, who, NOAA, wanted)
    after = await set_repository_quota(resources, ADMIN, NOAA, wanted)
    assert after.quota == Quota(size=5)
    assert await set_repository_quota(resources, ADMIN, NOAA, wanted) == after


async def test_who_manages_it_says_whether_versions_are_kept(resources: Resources) -> None:
    assert (await repository(resources.outbox)).versioning is Versioning.OFF
    wanted = SetVersioning.model_validate({**NAMES, "versioning": "enabled"})
    for who in (WRITER, READER, STRANGER):
        with pytest.raises(Forbidden):
            await set_versioning(resources, who, NOAA, wanted)
    after = await set_versioning(resources, MAINTAINER, NOAA, wanted)
    assert after.versioning is Versioning.ENABLED
    assert await set_versioning(resources, MAINTAINER, NOAA, wanted) == after
    with pytest.raises(ValidationError):
        SetVersioning.model_validate({**NAMES, "versioning": "off"})
    rule = Retention(days=30, newest=2)
    with pytest.raises(Forbidden):
        await set_retention(resources, WRITER, NOAA, SetRetention(**NAMES, retention=rule))
    after = await set_retention(resources, OWNER, NOAA, SetRetention(**NAMES, retention=rule))
    assert (after.versioning, after.retention) == (Versioning.ENABLED, rule)
