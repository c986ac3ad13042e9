"""Who has which role on an organization or one repository, and who is invited there."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about, is_slug
from services.web.forms.checking import Filled, check, refused
from services.web.forms.members import GrantForm, InvitationForm, InviteForm, RevokeRoleForm
from services.web.resources import resources_of, visitor_of
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
)
from shared.contracts.repositories import Repository
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
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
    do = DOING.get(fields.get("do", ""))
    if do is None:
        raise Invalid("This form says nothing that can be done.")
    place = await _place(request)
    return await once(request, fields, lambda: _do(request, place, do, fields))


async def _do(request: Request, place: Place, do: "Doing", fields: Fields) -> Response:
    filled = Filled({name: value for name, value in fields.items() if name != "csrf_token"})
    try:
        errors = await do(request, place, fields)
    except REFUSED as problem:
        errors = refused(filled, problem, ("invitee", "email", "role"))
    if errors is not None:
        if "email" in errors.errors:
            errors.errors["invitee"] = errors.errors.pop("email")
        return await _show(request, place, errors)
    is_own = fields.get("member_uid") == (await needed_account(request)).account_uid
    if is_own and fields["do"] == "revoke":
        return see(f"/{place.name}", "left")
    return see(place.address, DONE[fields["do"]])


async def _grant(request: Request, place: Place, fields: Fields) -> Filled | None:
    form, filled = check(GrantForm, fields)
    if form is None:
        return filled
    await _ask(request, GrantRole, {**place.asked, **form.model_dump()})
    return None


async def _revoke(request: Request, place: Place, fields: Fields) -> Filled | None:
    form, filled = check(RevokeRoleForm, fields)
    if form is None:
        return filled
    await _ask(request, RevokeRole, {**place.asked, **form.model_dump()})
    return None


async def _invite(request: Request, place: Place, fields: Fields) -> Filled | None:
    form, filled = check(InviteForm, fields)
    if form is None:
        return filled
    whom = {"email": form.invitee}
    if "@" not in form.invitee:
        found = await _account_named(request, form.invitee)
        if found is None:
            filled.errors["invitee"] = "There is no account of this name."
            return filled
        whom = {"invitee_uid": found.account_uid}
    await _ask(request, InviteMember, {**place.asked, **whom, "role": form.role})
    return None


async def _resend(request: Request, place: Place, fields: Fields) -> Filled | None:  # noqa: ARG001
    form, filled = check(InvitationForm, fields)
    if form is None:
        return filled
    await _ask(request, ResendInvitation, form.model_dump())
    return None


async def _withdraw(request: Request, place: Place, fields: Fields) -> Filled | None:  # noqa: ARG001
    form, filled = check(InvitationForm, fields)
    if form is None:
        return filled
    await _ask(request, RevokeInvitation, form.model_dump())
    return None


Doing = Callable[[Request, Place, Fields], Awaitable[Filled | None]]
DOING: Mapping[str, Doing] = {
    "grant": _grant,
    "revoke": _revoke,
    "invite": _invite,
    "resend": _resend,
    "withdraw": _withdraw,
}
DONE: Mapping[str, str] = {
    "grant": "saved",
    "revoke": "member-removed",
    "invite": "member-invited",
    "resend": "member-invited",
    "withdraw": "invitation-withdrawn",
}


async def _ask(request: Request, wanted: type[Any], values: Mapping[str, Any]) -> None:
    actor = (await visitor_of(request)).actor
    await resources_of(request).bus.request(wanted(actor=actor, **values))


async def _account_named(request: Request, account_id: str) -> Account | None:
    if not is_slug(account_id):
        return None
    actor = (await visitor_of(request)).actor
    try:
        wanted = GetAccount(actor=actor, account_id=account_id)
        return await resources_of(request).bus.request(wanted)
    except NotFound:
        return None


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
    wanted = GetAccount(actor=(await visitor_of(request)).actor, account_uid=own.account_uid)
    return account_principal(await resources_of(request).bus.request(wanted))


def grantable(principal: Principal, resource: Resource) -> list[Role]:
    """The roles that this visitor may give there, strongest first."""
    return [role for role in Role if may_grant(principal, resource, role, None)]


async def _members(request: Request, place: Place) -> MemberPage:
    visitor, cursor = await visitor_of(request), asked_cursor(request)
    wanted = ListMembers(actor=visitor.actor, **place.asked, limit=PAGE, cursor=cursor)
    return await resources_of(request).bus.request(wanted)


async def _invitations(request: Request, place: Place, *, wanted: bool) -> InvitationPage:
    if not wanted:
        return InvitationPage(invitations=[])
    visitor, cursor = await visitor_of(request), asked_cursor(request, "invitations")
    asked = ListInvitations(actor=visitor.actor, **place.asked, limit=PAGE, cursor=cursor)
    return await resources_of(request).bus.request(asked)
