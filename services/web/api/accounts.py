"""Accounts, their members and their access keys."""

from fastapi import Request, Response

from services.web.api.editions import Edition, tag
from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import (
    AccountChange,
    AccountView,
    CreatedKey,
    KeyList,
    KeyView,
    NewKey,
    NewOrganization,
    OwnAccount,
)
from services.web.api.queries import AccountName, Paging, ask, data_door_of, find_account
from services.web.api.routing import routing
from services.web.api.visitors import Calling, SignedIn
from services.web.session.visitor import Visitor
from shared.contracts.accounts import (
    Account,
    CreateAccessKey,
    CreateAccount,
    EditAccount,
    ListAccessKeys,
    RevokeAccessKey,
)
from shared.errors import NotFound

LONGEST_KEY_ID = 64

router = routing("accounts")


@router.get("/account", summary="Your own account")
async def own_account(request: Request, response: Response, visitor: SignedIn) -> OwnAccount:
    """Whose access key or session this is."""
    account = _of(visitor)
    tag(response, account)
    return OwnAccount.of(account, data_door_of(request))


@router.post("/accounts", status_code=201, summary="Create an organization")
async def create_organization(
    request: Request,
    response: Response,
    visitor: SignedIn,
    wanted: NewOrganization,
    key: IdempotencyKey,
) -> AccountView:
    """You become its owner."""
    asked = {**wanted.model_dump(), "idempotency_key": key}
    made = await ask(request, CreateAccount(actor=visitor.actor, kind="organization", **asked))
    tag(response, made)
    return AccountView.of(made, data_door_of(request))


@router.get("/accounts/{account_id}", summary="An account")
async def get_account(
    request: Request, response: Response, visitor: Calling, account_id: AccountName
) -> AccountView:
    """An individual or an organization."""
    account = await find_account(request, visitor, account_id)
    tag(response, account)
    return AccountView.of(account, data_door_of(request))


@router.patch("/accounts/{account_id}", summary="Change an account")
async def edit_account(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    change: AccountChange,
    edition: Edition,
) -> AccountView:
    """What is given is changed."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    given = {**change.model_dump(), "version": edition.version}
    wanted = EditAccount(actor=visitor.actor, account_uid=uid, **given)
    return AccountView.of(await edition.done(ask(request, wanted)), data_door_of(request))


@router.get("/accounts/{account_id}/access-keys", summary="An account's access keys")
async def list_access_keys(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> KeyList:
    """Newest first, without secrets."""
    account = await find_account(request, visitor, account_id)
    page = await ask(
        request,
        ListAccessKeys(actor=visitor.actor, account_uid=account.account_uid, **paging.asked),
    )
    keys = [KeyView.of(one) for one in paging.told(page).access_keys]
    return KeyList(access_keys=keys, cursor=page.cursor)


@router.post("/accounts/{account_id}/access-keys", status_code=201, summary="Create an access key")
async def create_access_key(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewKey,
    key: IdempotencyKey,
) -> CreatedKey:
    """The secret is told this once, and again to who sends the same Idempotency-Key."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    asked = {**wanted.model_dump(), "idempotency_key": key}
    made = await ask(request, CreateAccessKey(actor=visitor.actor, account_uid=uid, **asked))
    return CreatedKey(
        access_key_id=made.access_key_id,
        secret_access_key=made.secret_access_key.get_secret_value(),
        name=made.name,
        created_at=made.created_at,
    )


@router.delete(
    "/accounts/{account_id}/access-keys/{access_key_id}",
    status_code=204,
    summary="Revoke an access key",
)
async def revoke_access_key(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    access_key_id: str,
    reason: WhyQuery = "",
) -> None:
    """It stops working everywhere within a second."""
    account = await find_account(request, visitor, account_id)
    if len(access_key_id) > LONGEST_KEY_ID:
        raise NotFound
    wanted = RevokeAccessKey(
        actor=visitor.actor,
        access_key_id=access_key_id,
        account_uid=account.account_uid,
        reason=reason,
    )
    await ask(request, wanted)


def _of(visitor: Visitor) -> Account:
    if visitor.account is None:
        raise NotFound
    return visitor.account
