"""Who has which role on an organization or one repository, and who is invited there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about, is_slug
from services.web.forms.accounts import FormModel
from services.web.forms.checking import Filled, check, refused
from services.web.forms.members import GrantForm, InvitationForm, InviteForm, RevokeRoleForm
from services.web.resources import answer_to
from services.web.views.names import find_account, find_repository, named
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import (
    Account,
    GetAccount,
    GrantRole,
    InvitationPage,
    InviteMember,
    ListInvitations,
    ListMembers,
    MemberPage,
    RepositoryName,
    ResendInvitation,
    RevokeInvitation,
    RevokeRole,
    Role,
    RoleRequest,
)
from shared.contracts.base import Request as BusRequest
from shared.contracts.repositories import Repository
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from shared.fields import invalid
from shared.policy import (
    Principal,
    Resource,
    account_principal,
    account_resource,
    may_grant,
    repository_resource,
)

PAGE = 100
REFUSED = (Invalid, Conflict, Forbidden, NotFound, TooManyRequests)


@dataclass(frozen=True, slots=True)
class Place:
    """An organization, or one repository: where roles are held."""

    account: Account
    repository: Repository | None = None

    @property
    def name(self) -> str:
        """As people write it."""
        repository = self.repository
        account_id = self.account.account_id
        return f"{account_id}/{repository.repository_id}" if repository else account_id

    @property
    def address(self) -> str:
        """The page about its members."""
        return about(*self.name.split("/"), "members")

    @property
    def resource(self) -> Resource:
        """As far as rights go."""
        if self.repository is not None:
            return repository_resource(self.repository)
        return account_resource(self.account)

    @property
    def asked(self) -> dict[str, Any]:
        """How requests name it."""
        if self.repository is None:
            return {"organization_uid": self.account.account_uid}
        account_id, _, repository_id = self.name.partition("/")
        return {"repository": RepositoryName(account_id=account_id, repository_id=repository_id)}


async def members(request: Request) -> Response:
    """The page."""
    await needed_account(request)
    return await _show(request, await _place(request), Filled({"role": "reader"}))


async def send_members(request: Request) -> Response:
    """One of the forms of the page; `do` says which."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    doing = DOING.get(fields.get("do", ""))
    if doing is None:
        raise Invalid("This form says nothing that can be done.")
    place = await _place(request)
    return await once(request, fields, lambda: _do(request, place, doing, fields))


async def _do(request: Request, place: Place, doing: "Doing", fields: Fields) -> Response:
    form, filled = check(doing.form, fields)
    if form is not None:
        try:
            await answer_to(request, await _wanted(request, place, doing.wanted, form))
        except REFUSED as problem:
            refused(filled, problem, ("invitee", "email", "role"))
    if filled.is_refused:
        if "email" in filled.errors:
            filled.errors["invitee"] = filled.errors.pop("email")
        return await _show(request, place, filled)
    is_own = fields.get("member_uid") == (await needed_account(request)).account_uid
    if is_own and doing.wanted is RevokeRole:
        return see(f"/{place.name}", "left")
    return see(place.address, doing.done)


async def _wanted(
    request: Request, place: Place, wanted: type[BusRequest[Any]], form: FormModel
) -> BusRequest[Any]:
    values = await _invited(request, form) if isinstance(form, InviteForm) else form.model_dump()
    where = place.asked if issubclass(wanted, RoleRequest) else {}
    return wanted(**where, **values)


async def _invited(request: Request, form: InviteForm) -> dict[str, Any]:
    if "@" in form.invitee:
        return {"email": form.invitee, "role": form.role}
    unknown = invalid("invitee", "There is no account of this name.")
    if not is_slug(form.invitee):
        raise unknown
    try:
        account = await find_account(request, form.invitee)
    except NotFound:
        raise unknown from None
    return {"invitee_uid": account.account_uid, "role": form.role}


@dataclass(frozen=True, slots=True)
class Doing:
    """A form of the page, what it asks for, and what is told when that is done."""

    form: type[FormModel]
    wanted: type[BusRequest[Any]]
    done: str


DOING: Mapping[str, Doing] = {
    "grant": Doing(GrantForm, GrantRole, "saved"),
    "revoke": Doing(RevokeRoleForm, RevokeRole, "member-removed"),
    "invite": Doing(InviteForm, InviteMember, "member-invited"),
    "resend": Doing(InvitationForm, ResendInvitation, "member-invited"),
    "withdraw": Doing(InvitationForm, RevokeInvitation, "invitation-withdrawn"),
}


async def _place(request: Request) -> Place:
    """What the address names; an individual has no members, only their repositories have."""
    place = named(request)
    if place.repository_id:
        repository = await find_repository(request, place)
        return Place(await find_account(request, place.account_id), repository)
    account = await find_account(request, place.account_id)
    if account.kind != "organization":
        raise NotFound
    return Place(account)


async def _show(request: Request, place: Place, form: Filled) -> Response:
    roles = grantable(await _principal(request), place.resource)
    listed, offered = await asyncio.gather(
        _members(request, place), _invitations(request, place, wanted=bool(roles))
    )
    return await page(
        request,
        "accounts/members.html",
        place=place,
        members=listed.members,
        invitations=offered.invitations,
        roles=roles,
        form=form,
        next_page=next_page(listed.cursor),
        next_invitations=next_page(offered.cursor, "invitations"),
    )


async def _principal(request: Request) -> Principal:
    """What the visitor may do as of now: who just made an organization goes on to invite."""
    own = await needed_account(request)
    return account_principal(await answer_to(request, GetAccount(account_uid=own.account_uid)))


def grantable(principal: Principal, resource: Resource) -> list[Role]:
    """The roles that this visitor may give there, strongest first."""
    return [role for role in Role if may_grant(principal, resource, role, None)]


async def _members(request: Request, place: Place) -> MemberPage:
    cursor = asked_cursor(request)
    return await answer_to(request, ListMembers(**place.asked, limit=PAGE, cursor=cursor))


async def _invitations(request: Request, place: Place, *, wanted: bool) -> InvitationPage:
    if not wanted:
        return InvitationPage(invitations=[])
    cursor = asked_cursor(request, "invitations")
    return await answer_to(request, ListInvitations(**place.asked, limit=PAGE, cursor=cursor))
