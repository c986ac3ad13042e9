"""Making, showing, changing and deleting one repository."""

import asyncio
from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.repositories.operations.lists import list_all_repositories
from services.repositories.operations.resources import Resources
from shared.contracts.accounts import Role
from shared.contracts.repositories import (
    CreateRepository,
    ListAllRepositories,
    Repository,
    State,
    Visibility,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL, Principal, service_principal
from tests.announced import announced, announced_types
from tests.publishers import (
    ADMIN,
    MAINTAINER,
    NOAA,
    OWNER,
    READER,
    STRANGER,
    WRITER,
    deactivated,
    deleted,
    edited,
    got,
    holder,
    repository,
)

SERVICE = service_principal("indexer")
OUTSIDERS = (ANONYMOUS_PRINCIPAL, STRANGER)


async def test_a_new_repository_is_active_public_and_announced(outbox: Outbox) -> None:
    made = await repository(outbox, principal=MAINTAINER)
    assert (made.account_id, made.account_uid) == ("noaa", "01NOAA")
    assert (made.visibility, made.state) == (Visibility.PUBLIC, State.ACTIVE)
    assert await got(outbox, ANONYMOUS_PRINCIPAL) == made
    (event,) = await announced(outbox)
    assert event["type"] == "coop.repositories.repository_created.v1"
    assert event["id"] == f"{made.repository_uid}:{made.version}"
    assert Repository.model_validate(event["data"]["repository"]) == made


async def test_a_name_is_never_overwritten(outbox: Outbox) -> None:
    first = await repository(outbox)
    with pytest.raises(Conflict, match="taken"):
        await repository(outbox)
    assert await got(outbox, ADMIN) == first
    assert await announced_types(outbox) == ["repository_created"]


async def test_of_many_creations_of_one_name_exactly_one_wins(outbox: Outbox) -> None:
    outcomes = await asyncio.gather(
        *(repository(outbox) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(one, Repository) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 9
    assert await announced_types(outbox) == ["repository_created"]


async def test_two_accounts_may_use_one_name(outbox: Outbox) -> None:
    other = NOAA.model_copy(update={"account_uid": "01USGS", "account_id": "usgs"})
    first, second = await repository(outbox), await repository(outbox, account=other)
    assert first.repository_uid != second.repository_uid


@pytest.mark.parametrize(
    ("principal", "refusal"),
    [
        (ANONYMOUS_PRINCIPAL, Forbidden),
        (STRANGER, Forbidden),
        (READER, Forbidden),
        (WRITER, Forbidden),
        (SERVICE, Forbidden),
        (MAINTAINER, None),
        (OWNER, None),
        (ADMIN, None),
        (Principal(kind="account", account_uid=NOAA.account_uid), None),
        (Principal(kind="account", account_uid=NOAA.account_uid, disabled=True), Forbidden),
    ],
)
async def test_who_may_create(
    outbox: Outbox, principal: Principal, refusal: type[Problem] | None
) -> None:
    if refusal is None:
        await repository(outbox, principal=principal)
        return
    with pytest.raises(refusal):
        await repository(outbox, principal=principal)
    assert await announced_types(outbox) == []


async def test_whether_a_name_is_taken_is_not_told_to_those_who_may_not_create(
    outbox: Outbox,
) -> None:
    await repository(outbox, visibility=Visibility.RESTRICTED)
    for principal in OUTSIDERS:
        with pytest.raises(Forbidden) as taken:
            await repository(outbox, principal=principal)
        with pytest.raises(Forbidden) as free:
            await repository(outbox, "never-made", principal=principal)
        assert taken.value.to_dict() == free.value.to_dict()


async def test_nothing_is_made_in_a_disabled_account(outbox: Outbox) -> None:
    disabled = NOAA.model_copy(update={"disabled": True})
    with pytest.raises(NotFound):
        await repository(outbox, account=disabled, principal=OWNER)


BAD_IDS = ["ab", "a" * 41, "A-b", "a/b", "../x", "..", "a--b", "-ab", "ab-", "abc\n", "añb", ""]
LOOK_ALIKES = ["m\u0430sk", "\uff4dask", "ma\u200bsk", "\u217fask", "mas\u212a", "١٢٣"]


@pytest.mark.parametrize("repository_id", [*BAD_IDS, *LOOK_ALIKES])
def test_an_id_that_cannot_be_is_refused(repository_id: str) -> None:
    with pytest.raises(ValidationError):
        CreateRepository(account_id="noaa", repository_id=repository_id, title="Title")


async def test_a_title_that_cannot_be_seen_is_refused(outbox: Outbox) -> None:
    await repository(outbox)
    with pytest.raises(Invalid) as refused:
        await edited(outbox, OWNER, title=" \u200b\n")
    assert refused.value.errors[0]["field"] == "title"


RESTRICTED_READERS = (READER, WRITER, MAINTAINER, OWNER, ADMIN, SERVICE)


async def test_a_restricted_repository_is_there_for_its_members_only(outbox: Outbox) -> None:
    made = await repository(outbox, visibility=Visibility.RESTRICTED)
    on_it_alone = holder(Role.READER, made.repository_uid)
    for principal in (*RESTRICTED_READERS, on_it_alone):
        assert await got(outbox, principal) == made
    for principal in (*OUTSIDERS, holder(Role.OWNER, "01ELSEWHERE")):
        with pytest.raises(NotFound):
            await got(outbox, principal)


async def test_hidden_and_never_made_are_told_alike_whatever_is_asked(outbox: Outbox) -> None:
    await repository(outbox, "hidden", visibility=Visibility.RESTRICTED)
    for principal in OUTSIDERS:
        for ask in (
            lambda name, who=principal: got(outbox, who, name),
            lambda name, who=principal: edited(outbox, who, repository_id=name, title="T"),
            lambda name, who=principal: edited(outbox, who, repository_id=name, version=1),
            lambda name, who=principal: deleted(outbox, who, name),
            lambda name, who=principal: deleted(outbox, who, name, confirm="wrong"),
        ):
            with pytest.raises(NotFound) as hidden:
                await ask("hidden")
            with pytest.raises(NotFound) as never:
                await ask("never-made")
            assert hidden.value.to_dict() == never.value.to_dict()


async def test_unlisted_is_got_by_anyone_who_knows_its_name(outbox: Outbox) -> None:
    made = await repository(outbox, visibility=Visibility.UNLISTED)
    assert await got(outbox, ANONYMOUS_PRINCIPAL) == made


async def test_an_edit_changes_what_is_given_and_is_announced(outbox: Outbox) -> None:
    before = await repository(outbox)
    after = await edited(outbox, MAINTAINER, description="Where land is.", tags=["land", "land"])
    assert (after.title, after.description, after.tags) == (
        before.title,
        "Where land is.",
        ["land"],
    )
    assert after.version > before.version
    assert await got(outbox, ANONYMOUS_PRINCIPAL) == after
    assert await announced_types(outbox) == ["repository_created", "repository_updated"]


async def test_an_edit_that_changes_nothing_is_no_change(outbox: Outbox) -> None:
    before = await repository(outbox)
    assert await edited(outbox, OWNER, title=before.title, tags=[]) == before
    assert await announced_types(outbox) == ["repository_created"]


async def test_an_edit_of_an_old_version_is_a_conflict(outbox: Outbox) -> None:
    before = await repository(outbox)
    await edited(outbox, OWNER, title="First", version=before.version)
    with pytest.raises(Conflict, match="meanwhile"):
        await edited(outbox, OWNER, title="Second", version=before.version)
    assert (await got(outbox, OWNER)).title == "First"


async def test_of_many_edits_of_one_version_exactly_one_wins(outbox: Outbox) -> None:
    before = await repository(outbox)
    outcomes = await asyncio.gather(
        *(edited(outbox, OWNER, title=str(n), version=before.version) for n in range(5)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Repository) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 4


async def test_edits_of_different_fields_at_once_are_all_kept(outbox: Outbox) -> None:
    await repository(outbox)
    await asyncio.gather(
        edited(outbox, OWNER, title="New title"),
        edited(outbox, OWNER, description="New description"),
        edited(outbox, OWNER, license="CC-BY-4.0"),
    )
    after = await got(outbox, OWNER)
    assert (after.title, after.description, after.license) == (
        "New title",
        "New description",
        "CC-BY-4.0",
    )


async def test_who_sees_it_but_may_not_edit_or_delete_is_refused(outbox: Outbox) -> None:
    await repository(outbox)
    for principal in (*OUTSIDERS, READER, WRITER, SERVICE):
        with pytest.raises(Forbidden):
            await edited(outbox, principal, title="Mine")
    for principal in (*OUTSIDERS, READER, WRITER, MAINTAINER, SERVICE):
        with pytest.raises(Forbidden):
            await deleted(outbox, principal)


async def test_made_restricted_it_is_gone_for_others_at_once(outbox: Outbox) -> None:
    await repository(outbox)
    await edited(outbox, MAINTAINER, visibility="restricted")
    with pytest.raises(NotFound):
        await got(outbox, ANONYMOUS_PRINCIPAL)
    assert (await got(outbox, READER)).visibility is Visibility.RESTRICTED


@pytest.mark.parametrize("confirm", ["", "globe-land-mask", "NOAA/globe-land-mask", "noaa/other"])
async def test_a_delete_needs_the_full_name_typed(outbox: Outbox, confirm: str) -> None:
    made = await repository(outbox)
    with pytest.raises(Invalid) as refused:
        await deleted(outbox, OWNER, confirm=confirm)
    assert refused.value.errors[0]["field"] == "confirm"
    assert await got(outbox, OWNER) == made


async def test_deleted_is_gone_for_everyone_and_announced(outbox: Outbox) -> None:
    made = await repository(outbox)
    await deleted(outbox, OWNER)
    for principal in (*OUTSIDERS, *RESTRICTED_READERS):
        with pytest.raises(NotFound):
            await got(outbox, principal)
        with pytest.raises(NotFound):
            await edited(outbox, principal, title="Back")
        with pytest.raises(NotFound):
            await deleted(outbox, principal)
    assert await announced_types(outbox) == ["repository_created", "repository_deleted"]
    page = await list_all_repositories(Resources(outbox), SERVICE, ListAllRepositories())
    assert [(one.repository_uid, one.state) for one in page.repositories] == [
        (made.repository_uid, State.DELETED)
    ]


async def test_the_name_of_a_deleted_one_rests(outbox: Outbox) -> None:
    await repository(outbox)
    await deleted(outbox, OWNER)
    with pytest.raises(Conflict, match="not long ago"):
        await repository(outbox)


async def test_a_name_that_has_rested_leads_to_the_new_one(outbox: Outbox) -> None:
    first = await repository(outbox)
    await deleted(outbox, OWNER, name_rest=timedelta(seconds=-2))
    second = await repository(outbox)
    assert second.repository_uid != first.repository_uid
    assert second.version > first.version
    assert await got(outbox, ANONYMOUS_PRINCIPAL) == second
    with pytest.raises(Conflict):
        await repository(outbox)


async def test_deletes_at_once_are_one_change(outbox: Outbox) -> None:
    await repository(outbox)
    outcomes = await asyncio.gather(
        *(deleted(outbox, OWNER) for _ in range(4)), return_exceptions=True
    )
    assert sum(one is None for one in outcomes) == 1
    assert (await announced_types(outbox)).count("repository_deleted") == 1


async def test_deactivated_is_there_for_maintainers_and_changed_by_admins_alone(
    outbox: Outbox,
) -> None:
    after = await deactivated(outbox, await repository(outbox))
    for principal in (MAINTAINER, OWNER, ADMIN):
        assert await got(outbox, principal) == after
    for principal in (*OUTSIDERS, READER, WRITER):
        with pytest.raises(NotFound):
            await got(outbox, principal)
    with pytest.raises(Forbidden):
        await edited(outbox, OWNER, title="New")
    assert (await edited(outbox, ADMIN, title="New")).title == "New"
