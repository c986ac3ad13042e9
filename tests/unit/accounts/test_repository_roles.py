"""Roles on one repository, and roles taken away."""

from typing import Any

import pytest

from services.accounts.operations.memberships import grant_role, list_members, revoke_role
from services.accounts.store.memberships import count_owners
from shared.contracts.accounts import (
    Account,
    GrantRole,
    ListMembers,
    RepositoryName,
    RevokeRole,
    Role,
)
from shared.contracts.repositories import Repository, State, Visibility
from shared.errors import Conflict, Forbidden, NotFound
from shared.outbox import Outbox
from tests.announced import announced, announced_types
from tests.people import (
    actor_of,
    finder,
    fresh,
    grant,
    no_repository,
    organization,
    person,
    principal_of,
    repository_of,
)


def name_of(repository: Repository) -> RepositoryName:
    return RepositoryName(account_id=repository.account_id, repository_id=repository.repository_id)


async def give(
    outbox: Outbox, giver: Account, repository: Repository, member: Account, role: Role, **more: Any
) -> None:
    """A role on one repository."""
    wanted = GrantRole(
        actor=actor_of(giver),
        repository=name_of(repository),
        member_uid=member.account_uid,
        role=role,
        reason="Joins the campaign.",
        **more,
    )
    principal = await principal_of(outbox, giver)
    await grant_role(outbox, principal, wanted, find_repository=finder(repository))


async def take(
    outbox: Outbox, taker: Account, place: Account | Repository, member: Account
) -> None:
    """A role taken away from an organization or a repository."""
    is_account = isinstance(place, Account)
    where = (
        {"organization_uid": place.account_uid}
        if isinstance(place, Account)
        else {"repository": name_of(place)}
    )
    wanted = RevokeRole(actor=actor_of(taker), member_uid=member.account_uid, **where)
    found = no_repository if is_account else finder(place)  # type: ignore[arg-type]
    await revoke_role(outbox, await principal_of(outbox, taker), wanted, find_repository=found)


async def test_a_role_on_a_repository_is_told_with_actor_and_reason(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    mask = repository_of(ada, "mask")
    await give(outbox, ada, mask, eve, Role.WRITER)
    assert (await fresh(outbox, eve)).roles == {mask.repository_uid: Role.WRITER}
    (told,) = [one for one in await announced(outbox) if "membership" in one["type"]]
    assert (told["actor"], told["subject"]) == (ada.account_uid, "ada/mask")
    assert told["data"]["reason"] == "Joins the campaign."
    assert told["data"]["repository_uid"] == mask.repository_uid


@pytest.mark.parametrize("own", Role)
async def test_nobody_gives_a_role_on_a_repository_above_their_own(
    outbox: Outbox, own: Role
) -> None:
    ada, eve, kim = [await person(outbox, name) for name in ("ada", "eve", "kim")]
    mask = repository_of(ada, "mask")
    await give(outbox, ada, mask, eve, own)
    if own is Role.OWNER:
        await give(outbox, eve, mask, kim, Role.OWNER)
        return
    with pytest.raises(Forbidden):
        await give(outbox, eve, mask, kim, Role.OWNER)
    assert (await fresh(outbox, kim)).roles == {}


async def test_an_organization_s_maintainer_gives_roles_on_its_repositories(
    outbox: Outbox,
) -> None:
    ada, eve, kim = [await person(outbox, name) for name in ("ada", "eve", "kim")]
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    mask = repository_of(org, "mask", visibility=Visibility.RESTRICTED)
    await give(outbox, eve, mask, kim, Role.READER)
    assert (await fresh(outbox, kim)).roles == {mask.repository_uid: Role.READER}


async def test_a_hidden_repository_is_not_there_for_strangers(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    for repository in (
        repository_of(ada, "mask", visibility=Visibility.RESTRICTED),
        repository_of(ada, "gone", state=State.DELETED),
    ):
        with pytest.raises(NotFound):
            await give(outbox, eve, repository, eve, Role.READER)


async def test_members_of_a_repository_are_for_its_maintainers(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    mask = repository_of(ada, "mask")
    await give(outbox, ada, mask, eve, Role.WRITER)
    wanted = ListMembers(repository=name_of(mask))
    ask = await principal_of(outbox, ada)
    page = await list_members(outbox, ask, wanted, find_repository=finder(mask))
    assert [(one.account.account_id, one.role) for one in page.members] == [("eve", Role.WRITER)]
    with pytest.raises(Forbidden):
        await list_members(
            outbox, await principal_of(outbox, eve), wanted, find_repository=finder(mask)
        )


async def test_what_is_taken_away_is_gone_and_told(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org, mask = await organization(outbox, "noaa", ada), repository_of(ada, "mask")
    await grant(outbox, ada, org, eve, Role.OWNER)
    await give(outbox, ada, mask, eve, Role.WRITER)
    await take(outbox, ada, org, eve)
    await take(outbox, ada, mask, eve)
    assert (await fresh(outbox, eve)).roles == {}
    assert await count_owners(outbox, org.account_uid) == 1
    assert (await announced_types(outbox)).count("membership_revoked") == 2
    with pytest.raises(NotFound, match="no role"):
        await take(outbox, ada, org, eve)


async def test_anyone_may_leave_but_the_last_owner(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.READER)
    await take(outbox, eve, org, eve)
    assert (await fresh(outbox, eve)).roles == {}
    with pytest.raises(Conflict, match="needs an owner"):
        await take(outbox, ada, org, ada)


async def test_a_maintainer_takes_no_owner_s_role_away(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    with pytest.raises(Forbidden):
        await take(outbox, eve, org, ada)


async def test_a_role_given_again_after_it_was_taken_is_newer(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.READER)
    await take(outbox, ada, org, eve)
    await grant(outbox, ada, org, eve, Role.WRITER)
    told = [one for one in await announced(outbox) if one["data"].get("member_uid")]
    versions = [
        int(one["sequence"]) for one in told if one["data"]["member_uid"] != ada.account_uid
    ]
    assert versions == sorted(set(versions))
    assert (await fresh(outbox, eve)).roles == {org.account_uid: Role.WRITER}
