"""Trusts: whose identity tokens act for an account, at the data door's `/.sts`."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Request
from pydantic import BaseModel, Field, StrictInt

from services.web.api.idempotency import IdempotencyKey
from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import AccountName, Paging, ask, find_account
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import CreateTrust, ListTrusts, Reason, RemoveTrust, Trust
from shared.contracts.accounts.trusts import LONGEST_SECONDS, SHORTEST_SECONDS
from shared.contracts.base import KeyAction

router = routing("trusts")
TRUSTS = "/accounts/{account_id}/trusts"
Uid = Annotated[str, Path(max_length=64, description="The trust's own id")]


class NewTrust(Body):
    """Tokens of `issuer` for `audience` about a `subject` (`*` stands for anything) are taken.

    Without actions and places their keys may do what the account may.
    """

    issuer: Annotated[str, Field(min_length=1, max_length=255)]
    audience: Annotated[str, Field(min_length=1, max_length=255)]
    subject: Annotated[str, Field(min_length=1, max_length=512)]
    name: Annotated[str, Field(max_length=128)] = ""
    duration_seconds: Annotated[StrictInt, Field(ge=SHORTEST_SECONDS, le=LONGEST_SECONDS)] = 3600
    actions: Annotated[list[KeyAction], Field(max_length=5)] = Field(default_factory=list)
    places: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=1200)]], Field(max_length=20)
    ] = Field(default_factory=list)
    reason: Reason = ""


class TrustView(BaseModel):
    """A trust; `role_arn` is what clients of AWS STS send as RoleArn."""

    trust_uid: str
    role_arn: str
    name: str
    issuer: str
    audience: str
    subject: str
    duration_seconds: int
    actions: list[KeyAction]
    places: list[str]
    created_at: datetime

    @classmethod
    def of(cls, trust: Trust) -> "TrustView":
        """As its account's owners see it; no actions are all."""
        actions = sorted(trust.scope.actions) if trust.scope else []
        told = trust.model_dump(include=set(cls.model_fields))
        return cls(**told, role_arn=trust.role_arn, actions=actions)


class TrustList(BaseModel):
    """Some trusts, newest first, and where to go on."""

    trusts: list[TrustView]
    cursor: str | None = None


@router.get(TRUSTS, summary="Whose tokens act for an account")
async def list_trusts(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    paging: Paging,
) -> TrustList:
    """For the account's owners; newest first."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = ListTrusts(actor=visitor.actor, account_uid=uid, **paging.asked)
    page = await ask(request, wanted)
    return TrustList(
        trusts=[TrustView.of(one) for one in paging.told(page).trusts], cursor=page.cursor
    )


@router.post(TRUSTS, status_code=201, summary="Trust an issuer's tokens")
async def create_trust(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    wanted: NewTrust,
    key: IdempotencyKey,
) -> TrustView:
    """From then on POST {data door}/.sts gives a short-lived key for such a token."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    asked = {**wanted.model_dump(), "idempotency_key": key}
    create = CreateTrust(actor=visitor.actor, account_uid=uid, **asked)
    return TrustView.of(await ask(request, create))


@router.delete(TRUSTS + "/{trust_uid}", status_code=204, summary="Trust them no more")
async def remove_trust(
    request: Request,
    visitor: SignedIn,
    account_id: AccountName,
    trust_uid: Uid,
    reason: WhyQuery = "",
) -> None:
    """Keys that were given end within a second."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = RemoveTrust(actor=visitor.actor, account_uid=uid, trust_uid=trust_uid, reason=reason)
    await ask(request, wanted)
