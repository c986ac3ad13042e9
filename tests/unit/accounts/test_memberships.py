"""Roles on organizations: nobody above their own, and never without an owner."""

import asyncio
from datetime import timedelta
from functools import partial
from itertools import chain

import pytest

from services.accounts.operations import memberships
from services.accounts.store.memberships import count_owners
from shared.contracts.accounts import Account, GrantRole, ListMembers, Role
from shared.contracts.base import Done, now
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL
from tests.announced import announced, announced_types
from tests.people import (
    SERVICE_PRINCIPAL,
    actor_of,
    fresh,
    grant,
    no_repository,
    organization,
    overwritten,
    person,
    principal_of,
)

grant_role = partial(memberships.grant_role, find_repository=no_repository)
list_members = partial(memberships.list_members, find_repository=no_repository)


async def holder(outbox: Outbox, org: Account, owner: Account, role: Role) -> Account:
    """Someone who holds this role, named after it."""
    account = await person(outbox, f"some-{role}")
    await grant(outbox, owner, org, account, role)
    return account


async def test_a_role_given_is_in_the_account_and_announced(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.WRITER)
    changed = await fresh(outbox, eve)
    assert changed.roles == {org.account_uid: Role.WRITER}
    assert changed.version > eve.version
    *_, updated, granted = sorted(await announced(outbox), key=lambda one: int(one["sequence"]))
    by_type = {one["type"]: one for one in (updated, granted)}
    assert by_type["coop.accounts.account_updated.v1"]["data"]["account"]["roles"] == changed.roles
    told = by_type["coop.accounts.membership_granted.v1"]
    assert told["data"] == {
        "account_id": "noaa",
        "repository_id": "-",
        "organization_uid": org.account_uid,
        "repository_uid": "",
        "reason": "",
        "member_uid": eve.account_uid,
        "role": "writer",
        "until": None,
    }
    assert told["actor"] == ada.account_uid


async def test_the_same_role_again_changes_nothing(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.READER)
    before = await announced_types(outbox)
    await grant(outbox, ada, org, eve, Role.READER)
    assert await announced_types(outbox) == before


@pytest.mark.parametrize(
    ("own", "allowed"),
    [
        (Role.OWNER, set(Role)),
        (Role.MAINTAINER, {Role.MAINTAINER, Role.WRITER, Role.READER}),
        (Role.WRITER, set()),
        (Role.READER, set()),
    ],
)
async def test_nobody_gives_a_role_above_their_own(
    outbox: Outbox, own: Role, allowed: set[Role]
) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    grantor = await holder(outbox, org, ada, own)
    for role in Role:
        if role in allowed:
            newcomer = await person(outbox, f"new-{role}")
            await grant(outbox, grantor, org, newcomer, role)
            assert (await fresh(outbox, newcomer)).roles == {org.account_uid: role}
        else:
            with pytest.raises(Forbidden):
                await grant(outbox, grantor, org, eve, role)
    assert (await fresh(outbox, eve)).roles == {}


async def test_a_maintainer_makes_no_owner_not_even_of_oneself(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    maintainer = await holder(outbox, org, ada, Role.MAINTAINER)
    with pytest.raises(Forbidden, match="above their own"):
        await grant(outbox, maintainer, org, maintainer, Role.OWNER)


async def test_a_maintainer_lowers_no_owner(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    maintainer = await holder(outbox, org, ada, Role.MAINTAINER)
    await holder(outbox, org, ada, Role.OWNER)
    with pytest.raises(Forbidden, match="above their own"):
        await grant(outbox, maintainer, org, ada, Role.READER)


async def test_strangers_and_services_grant_nothing(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    wanted = GrantRole(
        organization_uid=org.account_uid, member_uid=eve.account_uid, role=Role.READER
    )
    for principal in (ANONYMOUS_PRINCIPAL, SERVICE_PRINCIPAL, await principal_of(outbox, eve)):
        with pytest.raises(Forbidden):
            await grant_role(outbox, principal, wanted)


async def test_the_last_owner_stays(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    with pytest.raises(Conflict, match="needs an owner"):
        await grant(outbox, ada, org, ada, Role.READER)
    assert (await fresh(outbox, ada)).roles == {org.account_uid: Role.OWNER}


async def test_an_owner_of_an_organization_has_no_end(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    second = await holder(outbox, org, ada, Role.READER)
    for member in (ada, second):
        wanted = GrantRole(
            actor=actor_of(ada),
            organization_uid=org.account_uid,
            member_uid=member.account_uid,
            role=Role.OWNER,
            until=now() + timedelta(days=1),
        )
        with pytest.raises(Invalid, match="must be a time to come, or none"):
            await grant_role(outbox, await principal_of(outbox, ada), wanted)
    assert await count_owners(outbox, org.account_uid) == 1


async def test_an_owner_may_step_down_once_there_is_another(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    second = await holder(outbox, org, ada, Role.OWNER)
    assert await count_owners(outbox, org.account_uid) == 2
    await grant(outbox, ada, org, ada, Role.READER)
    assert await count_owners(outbox, org.account_uid) == 1
    with pytest.raises(Conflict):
        await grant(outbox, second, org, second, Role.WRITER)


async def test_of_two_owners_who_step_down_at_once_one_stays(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    second = await holder(outbox, org, ada, Role.OWNER)
    outcomes = await asyncio.gather(
        grant(outbox, ada, org, ada, Role.READER),
        grant(outbox, second, org, second, Role.READER),
        return_exceptions=True,
    )
    assert [type(one) for one in outcomes if one] == [Conflict]
    assert await count_owners(outbox, org.account_uid) == 1


async def test_two_owners_who_lower_each_other_leave_one(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    second = await holder(outbox, org, ada, Role.OWNER)
    await asyncio.gather(
        grant(outbox, ada, org, second, Role.READER),
        grant(outbox, second, org, ada, Role.READER),
        return_exceptions=True,
    )
    roles = [(await fresh(outbox, one)).roles[org.account_uid] for one in (ada, second)]
    assert sorted(roles) == [Role.OWNER, Role.READER]


async def test_a_right_taken_away_meanwhile_grants_nothing(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    maintainer = await holder(outbox, org, ada, Role.MAINTAINER)
    entitled = await principal_of(outbox, maintainer)
    await grant(outbox, ada, org, maintainer, Role.READER)
    wanted = GrantRole(
        organization_uid=org.account_uid, member_uid=eve.account_uid, role=Role.WRITER
    )
    with pytest.raises(Conflict):
        await grant_role(outbox, entitled, wanted)
    assert (await fresh(outbox, eve)).roles == {}


async def test_an_admin_grants_where_they_are_no_member(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    admin = await overwritten(outbox, await person(outbox, "root-admin"), admin=True)
    await grant(outbox, admin, org, eve, Role.OWNER)
    assert await count_owners(outbox, org.account_uid) == 2


async def test_only_people_that_are_there_become_members_and_only_of_organizations(
    outbox: Outbox,
) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org, other = await organization(outbox, "noaa", ada), await organization(outbox, "usgs", ada)
    gone = await overwritten(outbox, await person(outbox, "gone"), disabled=True)
    with pytest.raises(NotFound):
        await grant(outbox, ada, org, gone, Role.READER)
    with pytest.raises(Invalid):
        await grant(outbox, ada, org, other, Role.READER)
    with pytest.raises(Invalid):
        await grant(outbox, ada, ada, eve, Role.READER)
    principal = await principal_of(outbox, ada)
    for organization_uid, member_uid in (("nothing", eve.account_uid), (org.account_uid, "none")):
        wanted = GrantRole(
            organization_uid=organization_uid, member_uid=member_uid, role=Role.READER
        )
        with pytest.raises(NotFound):
            await grant_role(outbox, principal, wanted)


async def test_roles_given_at_once_are_all_kept(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    orgs = [await organization(outbox, f"org-{number}", ada) for number in range(4)]
    await asyncio.gather(*(grant(outbox, ada, org, eve, Role.READER) for org in orgs))
    assert set((await fresh(outbox, eve)).roles) == {org.account_uid for org in orgs}


async def members_of(outbox: Outbox, org: Account, *, limit: int) -> list[list[str]]:
    """The names on each page of an organization's members, as anyone sees them."""
    pages, cursor = [], None
    while True:
        wanted = ListMembers(organization_uid=org.account_uid, limit=limit, cursor=cursor)
        page = await list_members(outbox, ANONYMOUS_PRINCIPAL, wanted)
        pages.append([member.account.account_id for member in page.members])
        cursor = page.cursor
        if cursor is None:
            return pages


async def test_members_fill_their_pages_though_some_are_hidden(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    for number in range(9):
        member = await person(outbox, f"member-{number}")
        await grant(outbox, ada, org, member, Role.READER)
        if number % 2:
            await overwritten(outbox, member, disabled=True)
    pages = await members_of(outbox, org, limit=2)
    assert [len(page) for page in pages] == [2, 2, 2]
    assert sorted(chain.from_iterable(pages)) == [
        "ada",
        *(f"member-{number}" for number in range(0, 9, 2)),
    ]


async def test_members_do_not_show_flags(outbox: Outbox) -> None:
    ada = await overwritten(outbox, await person(outbox, "ada"), admin=True)
    org = await organization(outbox, "noaa", ada)
    wanted = ListMembers(organization_uid=org.account_uid)
    (member,) = (await list_members(outbox, ANONYMOUS_PRINCIPAL, wanted)).members
    assert (member.account.admin, member.role) == (False, Role.OWNER)


@pytest.mark.parametrize("cursor", ["", "!", "AAAA==", "é", "a" * 4096])
async def test_a_cursor_of_others_is_refused(outbox: Outbox, cursor: str) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    with pytest.raises(Invalid, match="cursor"):
        await list_members(
            outbox,
            ANONYMOUS_PRINCIPAL,
            ListMembers(organization_uid=org.account_uid, cursor=cursor),
        )


async def test_a_disabled_organization_has_no_members_to_show(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    await overwritten(outbox, org, disabled=True)
    wanted = ListMembers(organization_uid=org.account_uid)
    for principal in (ANONYMOUS_PRINCIPAL, await principal_of(outbox, ada)):
        with pytest.raises(NotFound):
            await list_members(outbox, principal, wanted)


async def test_granting_answers_done(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    wanted = GrantRole(
        organization_uid=org.account_uid, member_uid=eve.account_uid, role=Role.READER
    )
    assert await grant_role(outbox, await principal_of(outbox, ada), wanted) == Done()
