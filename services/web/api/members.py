"""Who holds which role on an organization or a repository."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.web.api.models import AccountView, Body
from services.web.api.queries import (
    AccountName,
    Paging,
    RepositoryPath,
    ask,
    find_account,
)
from services.web.api.visitors import Calling, SignedIn
from services.web.session.visitor import Visitor
from shared.contracts.accounts import (
    GrantRole,
    ListMembers,
    MemberPage,
    Reason,
    RevokeRole,
    Role,
)
from shared.errors import NotFound

router = APIRouter(tags=["members"])
WhyQuery = Annotated[str, Query(max_length=500, description="Why, for the audit trail")]
MEMBERS = "/accounts/{account_id}/members"
OF_REPOSITORY = "/repositories/{account_id}/{repository_id}/members"


class MemberView(BaseModel):
    """Who holds a role there."""

    account: AccountView
    role: Role
    until: datetime | None = None


class MemberList(BaseModel):
    """Some members, and where to go on."""

    members: list[MemberView]
    cursor: str | None = None

    @classmethod
    def of(cls, page: MemberPage) -> "MemberList":
        """As anyone who may see the list sees it."""
        members = [
            MemberView(account=AccountView.of(one.account), role=one.role, until=one.until)
            for one in page.members
        ]
        return cls(members=members, cursor=page.cursor)


class Grant(Body):
    """The role a member is to hold."""

    role: Role
    reason: Reason = ""


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
    return MemberList.of(paging.told(await ask(request, wanted)))


@router.put(MEMBERS + "/{member_id}", status_code=204, summary="Give a member a role")
async def grant_role(
    request: Request, visitor: SignedIn, account_id: AccountName, member_id: str, grant: Grant
) -> None:
    """Nobody gives or changes a role above their own; 409 for the last owner."""
    organization = await find_account(request, visitor, account_id)
    wanted = GrantRole(
        actor=visitor.actor,
        organization_uid=organization.account_uid,
        member_uid=await _uid(request, visitor, member_id),
        **grant.model_dump(),
    )
    await ask(request, wanted)


@router.delete(MEMBERS + "/{member_id}", status_code=204, summary="Take a role away, or leave")
async def revoke_role(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    member_id: str,
    reason: WhyQuery = "",
) -> None:
    """Everyone may leave but the last owner, who is answered 409."""
    organization = await find_account(request, visitor, account_id)
    wanted = RevokeRole(
        actor=visitor.actor,
        organization_uid=organization.account_uid,
        member_uid=await _uid(request, visitor, member_id),
        reason=reason,
    )
    await ask(request, wanted)


@router.get(OF_REPOSITORY, summary="Who has a role on one repository")
async def list_repository_members(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    paging: Paging,
) -> MemberList:
    """For its maintainers; the members of its organization are not repeated here."""
    wanted = ListMembers(actor=visitor.actor, repository=name, **paging.asked)
    return MemberList.of(paging.told(await ask(request, wanted)))


@router.put(OF_REPOSITORY + "/{member_id}", status_code=204, summary="Give a role on a repository")
async def grant_repository_role(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    member_id: str,
    grant: Grant,
) -> None:
    """Nobody gives or changes a role above their own."""
    wanted = GrantRole(
        actor=visitor.actor,
        repository=name,
        member_uid=await _uid(request, visitor, member_id),
        **grant.model_dump(),
    )
    await ask(request, wanted)


@router.delete(
    OF_REPOSITORY + "/{member_id}", status_code=204, summary="Take a role on a repository away"
)
async def revoke_repository_role(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    member_id: str,
    reason: WhyQuery = "",
) -> None:
    """Everyone may leave."""
    wanted = RevokeRole(
        actor=visitor.actor,
        repository=name,
        member_uid=await _uid(request, visitor, member_id),
        reason=reason,
    )
    await ask(request, wanted)


async def _uid(request: Request, visitor: Visitor, account_id: str) -> str:
    try:
        return (await find_account(request, visitor, account_id)).account_uid
    except NotFound:
        # Of two names in the path it says which one.
        raise NotFound(f"There is no account {account_id!r:.100}.") from None
