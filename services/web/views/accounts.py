"""An account's page and its settings."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import AccountForm
from services.web.forms.checking import Filled, check, refused
from services.web.render.notices import FIELD
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.cards import cards_of
from services.web.views.figures import account_figures
from services.web.views.names import (
    MayAccount,
    find_account,
    may_account,
    may_of,
    place_of_request,
)
from services.web.views.organizations import Organization, organizations_of
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import Account, EditAccount, ListMembers, Member
from shared.contracts.repositories import (
    ListRepositories,
    ListTransfers,
    RepositoryPage,
    TransferPage,
)
from shared.errors import Conflict, Invalid

PAGE = 30
MEMBERS = 100
OFFERS = 3


async def show(request: Request) -> Response:
    """Who it is, its repositories with facts, its members."""
    account_id = place_of_request(request).account_id
    account, found = await asyncio.gather(
        find_account(request, account_id), _repositories(request, account_id)
    )
    principal = (await visitor_of(request)).principal
    may = may_account(principal, account)
    cards, members, organizations, figures, offers = await asyncio.gather(
        cards_of(request, found.repositories),
        _members(request, account),
        _own_organizations(request, account),
        account_figures(request, account) if may.audit else _nothing(),
        _offers(request, account) if may.create else _nothing(),
    )
    return await page(
        request,
        "accounts/show.html",
        account=account,
        cards=cards,
        activates={
            one.repository_uid for one in found.repositories if may_of(principal, one).activate
        },
        members=members,
        organizations=organizations,
        owner=account.account_id if may.create else "",
        figures=figures,
        offers=offers,
        may=may,
        undoing=_undoing(request, account, may),
        next_page=next_page(found.cursor),
    )


def _undoing(request: Request, account: Account, may: MayAccount) -> str:
    """Where a repository is had back, right after it was deleted."""
    is_deleted = request.query_params.get(FIELD) == "repository-deleted"
    return about(account.account_id, "repositories") if is_deleted and may.create else ""


async def settings(request: Request) -> Response:
    """What the account says of itself, to be changed."""
    account = await editable(request)
    return await show_settings(request, account, Filled(values_of(account)))


def values_of(account: Account) -> dict[str, str]:
    """What stands in the form's fields."""
    values = account.model_dump(include=set(AccountForm.model_fields))
    return {
        **values,
        "websites": "\n".join(account.websites),
        "contact_public": "yes" if account.contact_public else "no",
    }


async def send_settings(request: Request) -> Response:
    """The change."""
    fields = await sent_form(request)
    account = await editable(request, fields)
    return await once(request, fields, lambda: _edit(request, account, fields))


async def _edit(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(AccountForm, fields)
    if form is None:
        return await show_settings(request, account, filled)
    visitor = await visitor_of(request)
    wanted = EditAccount(actor=visitor.actor, account_uid=account.account_uid, **form.model_dump())
    try:
        await resources_of(request).bus.request(wanted)
    except (Invalid, Conflict) as problem:
        known = AccountForm.model_fields
        return await show_settings(request, account, refused(filled, problem, known))
    return see(f"/{account.account_id}", "saved")


async def show_settings(
    request: Request, account: Account, form: Filled, *, status: int = 400
) -> Response:
    """The page of all forms; `status` where something is wrong with one of them."""
    may = may_account((await visitor_of(request)).principal, account)
    return await page(
        request,
        "accounts/settings.html",
        status=status if form.is_refused else 200,
        account=account,
        form=form,
        may=may,
        avatar_bytes=resources_of(request).settings.storage.avatar_bytes,
    )


async def editable(request: Request, fields: Fields | None = None) -> Account:
    """The account that the address is about, for those who may change it."""
    refusal = "Only its owners and maintainers change an account."
    return await allowed_account(request, lambda may: may.edit, refusal, fields)


async def _repositories(request: Request, account_id: str) -> RepositoryPage:
    visitor = await visitor_of(request)
    return await resources_of(request).bus.request(
        ListRepositories(
            actor=visitor.actor,
            account_id=account_id,
            limit=PAGE,
            cursor=asked_cursor(request),
        )
    )


async def _offers(request: Request, account: Account) -> TransferPage:
    """Some repositories that others want to hand over to it."""
    visitor = await visitor_of(request)
    wanted = ListTransfers(actor=visitor.actor, account_id=account.account_id, limit=OFFERS)
    return await resources_of(request).bus.request(wanted)


async def _nothing() -> None:
    """There is nothing to ask for."""


async def _own_organizations(request: Request, account: Account) -> list[Organization] | None:
    """Those of the visitor, on their own page; nobody is shown another's."""
    visitor = await visitor_of(request)
    if visitor.account is None or visitor.account.account_uid != account.account_uid:
        return None
    return await organizations_of(request)


async def _members(request: Request, account: Account) -> list[Member] | None:
    if account.kind != "organization":
        return None
    visitor = await visitor_of(request)
    wanted = ListMembers(actor=visitor.actor, organization_uid=account.account_uid, limit=MEMBERS)
    return (await resources_of(request).bus.request(wanted)).members
