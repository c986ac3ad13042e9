"""Invitations: used once, by whom they are for, for 14 days, and never above one's own role."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.accounts.operations import accepting, invitations
from services.accounts.operations.memberships import revoke_role
from services.accounts.operations.offering import LIFETIME
from services.accounts.store.invitations import find_invitation, written_invitation
from shared.contracts.accounts import (
    AcceptInvitation,
    Account,
    DeclineInvitation,
    GetInvitation,
    Invitation,
    InvitationState,
    InviteMember,
    ListInvitations,
    ListOwnInvitations,
    RepositoryName,
    ResendInvitation,
    RevokeInvitation,
    RevokeRole,
    Role,
)
from shared.contracts.base import KeyAction, Scope, now
from shared.contracts.repositories import Visibility
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from shared.outbox import Outbox, next_version
from shared.policy import account_principal
from tests.announced import announced
from tests.people import (
    actor_of,
    finder,
    fresh,
    grant,
    no_repository,
    organization,
    overwritten,
    person,
    principal_of,
    repository_of,
)

EMAIL = "eve@example.org"
list_invitations = partial(invitations.list_invitations, find_repository=no_repository)


async def invite(outbox: Outbox, by: Account, org: Account, **whom: Any) -> Invitation:
    wanted = InviteMember(
        actor=actor_of(by),
        organization_uid=org.account_uid,
        **{"role": Role.WRITER, **whom},
    )
    principal = await principal_of(outbox, by)
    return await invitations.invite_member(outbox, principal, wanted, find_repository=no_repository)


async def accept(
    outbox: Outbox, who: Account, offered: Invitation, emails: Sequence[str] = ()
) -> Invitation:
    wanted = AcceptInvitation(
        actor=actor_of(who), invitation_uid=offered.invitation_uid, emails=list(emails)
    )
    return await accepting.accept_invitation(
        outbox, await principal_of(outbox, who), wanted, find_repository=no_repository
    )


async def decline(outbox: Outbox, who: Account, offered: Invitation) -> Invitation:
    wanted = DeclineInvitation(actor=actor_of(who), invitation_uid=offered.invitation_uid)
    return await accepting.decline_invitation(outbox, await principal_of(outbox, who), wanted)


async def revoke(outbox: Outbox, who: Account, offered: Invitation) -> Invitation:
    wanted = RevokeInvitation(actor=actor_of(who), invitation_uid=offered.invitation_uid)
    return await invitations.revoke_invitation(
        outbox, await principal_of(outbox, who), wanted, find_repository=no_repository
    )


async def resend(outbox: Outbox, who: Account, offered: Invitation) -> Invitation:
    wanted = ResendInvitation(actor=actor_of(who), invitation_uid=offered.invitation_uid)
    return await invitations.resend_invitation(
        outbox, await principal_of(outbox, who), wanted, find_repository=no_repository
    )


async def aged(outbox: Outbox, invitation_uid: str, by: timedelta) -> None:
    """The invitation as it is once so much time has passed."""
    before = await find_invitation(outbox, invitation_uid)
    assert before is not None
    changes = {"sent_at": before.sent_at - by, "expires_at": before.expires_at - by}
    after = before.model_copy(update={**changes, "version": next_version(before.version)})
    await outbox.commit(*written_invitation(after, before=before))


async def waiting(outbox: Outbox, who: Account, emails: Sequence[str] = ()) -> list[str]:
    wanted = ListOwnInvitations(actor=actor_of(who), emails=list(emails))
    page = await accepting.list_own_invitations(outbox, await principal_of(outbox, who), wanted)
    return [one.invitation_uid for one in page.invitations]


async def two(outbox: Outbox) -> tuple[Account, Account, Account]:
    """An owner, a stranger, an organization."""
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    return ada, eve, await organization(outbox, "noaa", ada)


async def test_accepted_it_is_a_role_and_waits_no_more(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    assert (await fresh(outbox, eve)).roles == {}
    assert await waiting(outbox, eve) == [offered.invitation_uid]
    assert (await accept(outbox, eve, offered)).state is InvitationState.ACCEPTED
    assert (await fresh(outbox, eve)).roles == {org.account_uid: Role.WRITER}
    assert await waiting(outbox, eve) == []


async def test_it_is_used_once_also_by_two_at_once(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    outcomes = await asyncio.gather(
        *(accept(outbox, eve, offered) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, Invitation) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 3
    with pytest.raises(Conflict, match="used already"):
        await accept(outbox, eve, offered)


async def test_a_role_lost_since_does_not_come_back_by_the_old_invitation(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    await accept(outbox, eve, offered)
    taken = RevokeRole(
        actor=actor_of(ada), organization_uid=org.account_uid, member_uid=eve.account_uid
    )
    ask = await principal_of(outbox, ada)
    await revoke_role(outbox, ask, taken, find_repository=no_repository)
    with pytest.raises(Conflict):
        await accept(outbox, eve, offered)
    assert (await fresh(outbox, eve)).roles == {}


async def test_what_waits_is_told_in_pages_for_account_and_address_together(
    outbox: Outbox,
) -> None:
    ada, eve, _ = await two(outbox)
    offered = []
    for name in ("usgs", "esa", "dlr"):
        org = await organization(outbox, name, ada)
        offered += [await invite(outbox, ada, org, invitee_uid=eve.account_uid)]
        offered += [await invite(outbox, ada, org, email=EMAIL)]
    await aged(outbox, offered[3].invitation_uid, LIFETIME)
    told, cursor = [], None
    while True:
        wanted = ListOwnInvitations(actor=actor_of(eve), emails=[EMAIL], limit=2, cursor=cursor)
        page = await accepting.list_own_invitations(outbox, await principal_of(outbox, eve), wanted)
        told.append([one.invitation_uid for one in page.invitations])
        cursor = page.cursor
        if cursor is None:
            break
    newest_first = [one.invitation_uid for one in reversed(offered) if one is not offered[3]]
    assert told == [newest_first[:2], newest_first[2:4], newest_first[4:]]


async def test_it_does_not_exist_for_others(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    kim = await person(outbox, "kim")
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    by_mail = await invite(outbox, ada, org, email="someone@example.org")
    for one in (offered, by_mail):
        for answer in (accept, decline, revoke, resend):
            with pytest.raises(NotFound):
                await answer(outbox, kim, one)
        with pytest.raises(NotFound):
            await accepting.get_invitation(
                outbox,
                await principal_of(outbox, kim),
                GetInvitation(invitation_uid=one.invitation_uid),
                find_repository=no_repository,
            )
    with pytest.raises(NotFound):
        await accept(outbox, eve, by_mail)


async def test_a_key_with_limits_does_not_see_it(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    limited = account_principal(eve, Scope(actions=frozenset([KeyAction.READ])))
    with pytest.raises(Forbidden):
        await accepting.list_own_invitations(outbox, limited, ListOwnInvitations())
    wanted = GetInvitation(invitation_uid=offered.invitation_uid)
    with pytest.raises(NotFound):
        await accepting.get_invitation(outbox, limited, wanted, find_repository=no_repository)


async def test_an_address_is_for_who_has_proved_to_have_it(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, email=" Eve@Example.ORG ")
    assert offered.email == EMAIL
    assert await waiting(outbox, eve) == []
    assert await waiting(outbox, eve, ["EVE@example.org"]) == [offered.invitation_uid]
    with pytest.raises(NotFound):
        await accept(outbox, eve, offered, ["adam@example.org"])
    await accept(outbox, eve, offered, [EMAIL])
    assert (await fresh(outbox, eve)).roles == {org.account_uid: Role.WRITER}


async def test_no_event_tells_an_address(outbox: Outbox) -> None:
    ada, _, org = await two(outbox)
    await invite(outbox, ada, org, email=EMAIL)
    assert EMAIL not in str(await announced(outbox))


@pytest.mark.parametrize("settle", [decline, revoke])
async def test_declined_or_taken_back_it_is_over(outbox: Outbox, settle: Any) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    await settle(outbox, eve if settle is decline else ada, offered)
    for answer in (accept, decline):
        with pytest.raises(Conflict):
            await answer(outbox, eve, offered)
    with pytest.raises(Conflict):
        await resend(outbox, ada, offered)
    assert await waiting(outbox, eve) == []
    assert (await fresh(outbox, eve)).roles == {}


async def test_after_14_days_it_is_over_until_it_is_sent_again(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    assert offered.expires_at - offered.created_at == LIFETIME == timedelta(days=14)
    await aged(outbox, offered.invitation_uid, LIFETIME)
    with pytest.raises(Conflict, match="expired"):
        await accept(outbox, eve, offered)
    (listed,) = (
        await list_invitations(
            outbox,
            await principal_of(outbox, ada),
            ListInvitations(organization_uid=org.account_uid),
        )
    ).invitations
    assert listed.state is InvitationState.EXPIRED
    again = await resend(outbox, ada, offered)
    assert again.expires_at > now() + timedelta(days=13)
    await accept(outbox, eve, offered)
    assert (await fresh(outbox, eve)).roles == {org.account_uid: Role.WRITER}


async def test_it_is_not_sent_again_within_a_minute(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    with pytest.raises(TooManyRequests):
        await resend(outbox, ada, offered)


async def test_one_invitation_at_a_time(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    with pytest.raises(Conflict, match="invited already"):
        await invite(outbox, ada, org, invitee_uid=eve.account_uid)
    await decline(outbox, eve, offered)
    await accept(outbox, eve, await invite(outbox, ada, org, invitee_uid=eve.account_uid))
    with pytest.raises(Conflict, match="has a role here already"):
        await invite(outbox, ada, org, invitee_uid=eve.account_uid)


async def test_who_lost_the_right_to_invite_has_invited_nobody(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    kim = await person(outbox, "kim")
    await grant(outbox, ada, org, kim, Role.MAINTAINER)
    offered = await invite(outbox, kim, org, invitee_uid=eve.account_uid)
    await grant(outbox, ada, org, kim, Role.READER)
    with pytest.raises(Conflict, match="may not give"):
        await accept(outbox, eve, offered)
    assert (await fresh(outbox, eve)).roles == {}


async def test_nobody_invites_above_their_own_role(outbox: Outbox) -> None:
    ada, eve, org = await two(outbox)
    kim = await person(outbox, "kim")
    await grant(outbox, ada, org, kim, Role.MAINTAINER)
    with pytest.raises(Forbidden):
        await invite(outbox, kim, org, invitee_uid=eve.account_uid, role=Role.OWNER)
    await grant(outbox, ada, org, kim, Role.WRITER)
    with pytest.raises(Forbidden):
        await invite(outbox, kim, org, invitee_uid=eve.account_uid, role=Role.READER)
    offered = await invite(outbox, ada, org, invitee_uid=eve.account_uid, role=Role.OWNER)
    with pytest.raises(NotFound):
        await revoke(outbox, kim, offered)


@pytest.mark.parametrize(
    "email", ["", "eve", "eve@", "@example.org", "e ve@example.org", "eve@example", "eve@é.org"]
)
async def test_what_is_no_address_is_refused(outbox: Outbox, email: str) -> None:
    ada, _, org = await two(outbox)
    with pytest.raises(Invalid):
        await invite(outbox, ada, org, email=email)


async def test_only_people_are_invited(outbox: Outbox) -> None:
    ada, _, org = await two(outbox)
    other = await organization(outbox, "usgs", ada)
    gone = await overwritten(outbox, await person(outbox, "gone"), disabled=True)
    with pytest.raises(Invalid):
        await invite(outbox, ada, org, invitee_uid=other.account_uid)
    with pytest.raises(NotFound):
        await invite(outbox, ada, org, invitee_uid=gone.account_uid)


async def test_to_a_restricted_repository_it_shows_what_it_is_for(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    mask = repository_of(ada, "mask", visibility=Visibility.RESTRICTED)
    found = finder(mask)
    wanted = InviteMember(
        actor=actor_of(ada),
        repository=RepositoryName(account_id="ada", repository_id="mask"),
        invitee_uid=eve.account_uid,
        role=Role.READER,
    )
    offered = await invitations.invite_member(
        outbox, await principal_of(outbox, ada), wanted, find_repository=found
    )
    assert offered.place == "ada/mask"
    assert await waiting(outbox, eve) == [offered.invitation_uid]
    said = AcceptInvitation(actor=actor_of(eve), invitation_uid=offered.invitation_uid)
    await accepting.accept_invitation(
        outbox, await principal_of(outbox, eve), said, find_repository=found
    )
    assert (await fresh(outbox, eve)).roles == {mask.repository_uid: Role.READER}
