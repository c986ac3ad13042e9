"""Access to restricted repositories: asked for, approved, declined, withdrawn."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Request
from pydantic import BaseModel, Field

from services.web.api.idempotency import IdempotencyKey
from services.web.api.models import Body
from services.web.api.queries import Paging, RepositoryPath, ask
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.resources import resources_of
from services.web.security.even import Even
from shared.contracts.accounts import (
    AccessRequest,
    AccessRequestPage,
    ApproveAccessRequest,
    AskAccess,
    AskState,
    DeclineAccessRequest,
    ListAccessRequests,
    ListOwnAccessRequests,
    Reason,
    Role,
    WithdrawAccessRequest,
)
from shared.contracts.base import Moment

router = routing("access requests")
Uid = Annotated[str, Path(max_length=64, description="The request's own id")]
OF_REPOSITORY = "/repositories/{account_id}/{repository_id}/access-requests"
ONE = "/access-requests/{request_uid}"


class AccessRequestView(BaseModel):
    """What was asked for, by whom, and what became of it."""

    request_uid: str
    account_id: str
    repository_id: str
    asker_id: str
    message: str
    state: AskState
    created_at: datetime
    expires_at: datetime
    role: Role | None
    role_until: datetime | None
    note: str

    @classmethod
    def of(cls, asked: AccessRequest) -> "AccessRequestView":
        """Without uids that lead nowhere here."""
        return cls(**asked.model_dump(include=set(cls.model_fields)))


class AccessRequestList(BaseModel):
    """Some requests, newest first, and where to go on."""

    access_requests: list[AccessRequestView]
    cursor: str | None = None

    @classmethod
    def of(cls, page: AccessRequestPage) -> "AccessRequestList":
        """As those see it whom it concerns."""
        shown = [AccessRequestView.of(one) for one in page.access_requests]
        return cls(access_requests=shown, cursor=page.cursor)


class NewAccessRequest(Body):
    """What to tell those who may answer."""

    message: Annotated[str, Field(max_length=10_000)] = ""


class Asked(BaseModel):
    """That it was asked, and nothing about what there is."""

    status: Literal["asked"] = "asked"


class Approval(Body):
    """The role that who asked is to get, for good or until then."""

    role: Role = Role.READER
    until: Moment | None = None
    reason: Reason = ""


class Refusal(Body):
    """`note` is told to who asked, `reason` to the audit trail."""

    note: Annotated[str, Field(max_length=500)] = ""
    reason: Reason = ""


@router.post(OF_REPOSITORY, status_code=202, summary="Ask for access")
async def ask_access(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    wanted: NewAccessRequest,
    key: IdempotencyKey,
) -> Asked:
    """The same answer whether or not there is such a repository that could be asked for."""
    even = Even(resources_of(request).settings.web.even_seconds)
    asked = {**wanted.model_dump(), "idempotency_key": key}
    try:
        await ask(request, AskAccess(actor=visitor.actor, repository=name, **asked))
    finally:
        await even.settle()
    return Asked()


@router.get(OF_REPOSITORY, summary="Who asks for access")
async def list_access_requests(
    request: Request,
    visitor: SignedIn,
    name: RepositoryPath,
    paging: Paging,
) -> AccessRequestList:
    """What waits for an answer, newest first; for the repository's owners and maintainers."""
    wanted = ListAccessRequests(actor=visitor.actor, repository=name, **paging.asked)
    return AccessRequestList.of(paging.told(await ask(request, wanted)))


@router.get("/access-requests", summary="What you asked for")
async def list_own_access_requests(
    request: Request, visitor: SignedIn, paging: Paging
) -> AccessRequestList:
    """Newest first, whatever became of it. Not for keys with limits."""
    wanted = ListOwnAccessRequests(actor=visitor.actor, **paging.asked)
    return AccessRequestList.of(paging.told(await ask(request, wanted)))


@router.delete(ONE, status_code=204, summary="Withdraw a request of your own")
async def withdraw_access_request(request: Request, visitor: SignedIn, request_uid: Uid) -> None:
    """409 where it is answered already."""
    await ask(request, WithdrawAccessRequest(actor=visitor.actor, request_uid=request_uid))


@router.post(f"{ONE}/approve", summary="Approve a request for access")
async def approve_access_request(
    request: Request, visitor: SignedIn, request_uid: Uid, wanted: Approval
) -> AccessRequestView:
    """Nobody gives a role above their own; 409 where it is answered or withdrawn."""
    approve = ApproveAccessRequest(
        actor=visitor.actor, request_uid=request_uid, **wanted.model_dump()
    )
    return AccessRequestView.of(await ask(request, approve))


@router.post(f"{ONE}/decline", summary="Decline a request for access")
async def decline_access_request(
    request: Request, visitor: SignedIn, request_uid: Uid, wanted: Refusal
) -> AccessRequestView:
    """409 where it is answered or withdrawn."""
    decline = DeclineAccessRequest(
        actor=visitor.actor, request_uid=request_uid, **wanted.model_dump()
    )
    return AccessRequestView.of(await ask(request, decline))
