"""For administrators: accounts found, shut, opened again; what may be stored."""

from typing import Annotated

from fastapi import Query, Request
from pydantic import BaseModel, Field, StrictInt

from services.web.api.editions import Edition
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
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import (
    DisableAccount,
    EnableAccount,
    Reason,
    SearchAccounts,
    SetAccountQuota,
)
from shared.contracts.base import Quota
from shared.contracts.repositories import Repository, SetRepositoryQuota

router = routing("administration", prefix="/admin")
Text = Annotated[str, Query(max_length=100, description="A part of the account's id or name")]
Shut = Annotated[bool | None, Query(description="Only those that are disabled, or are not")]


class AdminView(AccountView):
    """An account as administrators see it, with its flags."""

    disabled: bool
    admin: bool
    quota: Quota


class AdminList(BaseModel):
    """Some accounts in the order of their making; it may be short and yet have a cursor."""

    accounts: list[AdminView]
    cursor: str | None = None


class Why(Body):
    """Why it is done."""

    reason: Reason = ""


class NewQuota(Body):
    """Bytes and objects; what is null is as is usual."""

    size: Annotated[StrictInt, Field(ge=0, le=2**62)] | None = None
    objects: Annotated[StrictInt, Field(ge=0, le=2**62)] | None = None

    @property
    def quota(self) -> Quota:
        """As the bus has it."""
        return Quota(size=self.size, objects=self.objects)


class NewAccountQuota(NewQuota):
    """And why, for the account's audit trail."""

    reason: Reason = ""


@router.get("/accounts", summary="Find accounts")
async def search_accounts(
    request: Request,
    visitor: SignedIn,
    paging: Paging,
    text: Text = "",
    disabled: Shut = None,
) -> AdminList:
    """Among the next thousand, from the cursor on; 404 for anyone but administrators."""
    wanted = SearchAccounts(actor=visitor.actor, text=text, disabled=disabled, **paging.asked)
    page = await ask(request, wanted)
    found = [AdminView.of(one, data_door_of(request)) for one in paging.told(page).accounts]
    return AdminList(accounts=found, cursor=page.cursor)


@router.post("/accounts/{account_id}/disable", summary="Disable an account")
async def disable_account(
    request: Request, visitor: SignedIn, account_id: AccountName, why: Why
) -> AdminView:
    """Its keys and sessions stop within a second, and its repositories hide."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = DisableAccount(actor=visitor.actor, account_uid=uid, reason=why.reason)
    return AdminView.of(await ask(request, wanted), data_door_of(request))


@router.post("/accounts/{account_id}/enable", summary="Enable an account again")
async def enable_account(
    request: Request, visitor: SignedIn, account_id: AccountName, why: Why
) -> AdminView:
    """All is as it was."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = EnableAccount(actor=visitor.actor, account_uid=uid, reason=why.reason)
    return AdminView.of(await ask(request, wanted), data_door_of(request))


@router.put("/accounts/{account_id}/quota", summary="Set the quota of an account")
async def set_account_quota(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewAccountQuota,
    edition: Edition,
) -> AdminView:
    """What all its repositories may hold together; what they hold already stays."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    changes = {"quota": wanted.quota, "reason": wanted.reason, "version": edition.version}
    asked = SetAccountQuota(actor=visitor.actor, account_uid=uid, **changes)
    return AdminView.of(await edition.done(ask(request, asked)), data_door_of(request))


@router.put("/repositories/{account_id}/{repository_id}/quota", summary="Set a repository's quota")
async def set_repository_quota(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewQuota,
    edition: Edition,
) -> Repository:
    """What it may hold; what it holds already stays."""
    changes = {"quota": wanted.quota, "version": edition.version}
    asked = SetRepositoryQuota(actor=visitor.actor, **name.model_dump(), **changes)
    return await edition.done(ask(request, asked))
