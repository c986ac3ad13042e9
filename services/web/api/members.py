"""Who holds which role on an organization or a repository."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from services.web.api.editions import Edition, tag
from services.web.api.models import AccountView, Body
from services.web.api.queries import (
    AccountName,
    Paging,
    RepositoryPath,
    ask,
    data_door_of,
    find_account,
)
from services.web.api.routing import routing
from services.web.api.visitors import Calling, SignedIn
from services.web.session.visitor import Visitor
from shared.contracts.accounts import (
    GetMember,
    GrantRole,
    ListMembers,
    Member,
    MemberPage,
    Reason,
    RevokeRole,
    Role,
)
from shared.contracts.base import Moment
from shared.errors import NotFound

router = routing("members")
WhyQuery = Annotated[str, Query(max_length=500, description="Why, for the audit trail")]
MEMBERS = "/accounts/{account_id}/members"
OF_REPOSITORY = "/repositories/{account_id}/{repository_id}/members"


class MemberView(BaseModel):
    """Who holds a role there."""

    account: AccountView
    role: Role
    until: datetime | None = None

    @classmethod
    def of(cls, member: Member, data_door: str) -> "MemberView":
        """As anyone who may see it sees it."""
        account = AccountView.of(member.account, data_door)
        return cls(account=account, role=member.role, until=member.until)


class MemberList(BaseModel):
    """Some members, and where to go on."""

    members: list[MemberView]
    cursor: str | None = None

    @classmethod
    def of(cls, page: MemberPage, data_door: str) -> "MemberList":
        """As anyone who may see the list sees it."""
        members = [MemberView.of(one, data_door) for one in page.members]
        return cls(members=members, cursor=page.cursor)


class Grant(Body):
    """The role a member is to hold, and until when: without `until` as before, null for good."""

    role: Role
    until: Moment | None = None
    reason: Reason = ""

    @property
    def asked(self) -> dict[str, Any]:
        """As requests have it."""
        for_good = "until" in self.model_fields_set and self.until is None
        return {**self.model_dump(), "for_good": for_good}


async def _uid(request: Request, visitor: Visitor, account_id: str) -> str:
    try:
        return (await find_account(request, visitor, account_id)).account_uid
    except NotFound:
        # Of two names in the path it says which one.
        raise NotFound(f"There is no account {account_id!r:.100}.") from None


async def _in_organization(
    request: Request, visitor: Calling, account_id: AccountName, member_id: str
) -> dict[str, Any]:
    organization = await find_account(request, visitor, account_id)
    uid = await _uid(request, visitor, member_id)
    return {"organization_uid": organization.account_uid, "member_uid": uid}


async def _on_repository(
    request: Request, visitor: Calling, name: RepositoryPath, member_id: str
) -> dict[str, Any]:
    return {"repository": name, "member_uid": await _uid(request, visitor, member_id)}


InOrganization = Annotated[dict[str, Any], Depends(_in_organization)]
OnRepository = Annotated[dict[str, Any], Depends(_on_repository)]
"""Whose role it is, and where, as requests on the bus have it."""


@router.get(MEMBERS, summary="An organization's members")
async def list_members(
    request: Request,
    visitor: Calling,
    account_id: AccountName,
    paging: Paging,
) -> MemberList:
    """With their roles."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = ListMembers(actor=visitor.actor, organization_uid=uid, **paging.asked)
    return MemberList.of(paging.told(await ask(request, wanted)), data_door_of(request))


@router.get(MEMBERS + "/{member_id}", summary="One member of an organization")
async def get_member(
    request: Request, response: Response, visitor: Calling, place: InOrganization
) -> MemberView:
    """With the role; 404 for who has none."""
    return await _got(request, response, visitor, place)


@router.put(MEMBERS + "/{member_id}", status_code=204, summary="Give a member a role")
async def grant_role(
    request: Request, visitor: SignedIn, place: InOrganization, grant: Grant, edition: Edition
) -> None:
    """Nobody gives or changes a role above their own; 409 for the last owner."""
    asked = {**place, **grant.asked, "version": edition.version}
    await edition.done(ask(request, GrantRole(actor=visitor.actor, **asked)))


@router.delete(MEMBERS + "/{member_id}", status_code=204, summary="Take a role away, or leave")
async def revoke_role(
    request: Request,
    visitor: SignedIn,
    place: InOrganization,
    edition: Edition,
    reason: WhyQuery = "",
) -> None:
    """Everyone may leave but the last owner, who is answered 409."""
    asked = {**place, "reason": reason, "version": edition.version}
    await edition.done(ask(request, RevokeRole(actor=visitor.actor, **asked)))


@router.get(OF_REPOSITORY, summary="Who has a role on one repository")
async def list_repository_members(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    paging: Paging,
) -> MemberList:
    """For its maintainers; the members of its organization are not repeated here."""
    wanted = ListMembers(actor=visitor.actor, repository=name, **paging.asked)
    return MemberList.of(paging.told(await ask(request, wanted)), data_door_of(request))


@router.get(OF_REPOSITORY + "/{member_id}", summary="One role on a repository")
async def get_repository_member(
    request: Request, response: Response, visitor: SignedIn, place: OnRepository
) -> MemberView:
    """For its maintainers; 404 for who has none on it alone."""
    return await _got(request, response, visitor, place)


@router.put(OF_REPOSITORY + "/{member_id}", status_code=204, summary="Give a role on a repository")
async def grant_repository_role(
    request: Request, visitor: SignedIn, place: OnRepository, grant: Grant, edition: Edition
) -> None:
    """Nobody gives or changes a role above their own."""
    asked = {**place, **grant.asked, "version": edition.version}
    await edition.done(ask(request, GrantRole(actor=visitor.actor, **asked)))


@router.delete(
    OF_REPOSITORY + "/{member_id}", status_code=204, summary="Take a role on a repository away"
)
async def revoke_repository_role(
    request: Request,
    visitor: SignedIn,
    place: OnRepository,
    edition: Edition,
    reason: WhyQuery = "",
) -> None:
    """Everyone may leave."""
    asked = {**place, "reason": reason, "version": edition.version}
    await edition.done(ask(request, RevokeRole(actor=visitor.actor, **asked)))


async def _got(
    request: Request, response: Response, visitor: Visitor, place: dict[str, Any]
) -> MemberView:
    found = await ask(request, GetMember(actor=visitor.actor, **place))
    tag(response, found)
    return MemberView.of(found, data_door_of(request))
