"""The end of an account, for programs: asked for, looked at, cancelled."""

from datetime import datetime
from typing import Annotated

from fastapi import Request
from pydantic import BaseModel, Field

from services.web.api.members import WhyQuery
from services.web.api.models import Body
from services.web.api.queries import AccountName, ask, find_account
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from shared.contracts.accounts import (
    CancelDeletion,
    DeleteAccount,
    Deletion,
    DeletionState,
    GetDeletion,
    Reason,
)

router = routing("accounts")
DELETION = "/accounts/{account_id}/deletion"


class Ended(Body):
    """`confirm` is the account's name, typed."""

    confirm: Annotated[str, Field(max_length=100)]
    reason: Reason = ""


class DeletionView(BaseModel):
    """When an account is deleted; or why it was not, where something stood in the way."""

    state: DeletionState
    requested_at: datetime
    due_at: datetime
    hindrance: str

    @classmethod
    def of(cls, deletion: Deletion) -> "DeletionView":
        """Without uids that lead nowhere here."""
        return cls(**deletion.model_dump(include=set(cls.model_fields)))


@router.post(DELETION, status_code=202, summary="Delete an account")
async def delete_account(
    request: Request, visitor: SignedIn, account_id: AccountName, wanted: Ended
) -> DeletionView:
    """Done after some days, in which it can be cancelled. 409 tells what stands in the way."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    delete = DeleteAccount(
        actor=visitor.actor, account_uid=uid, confirm=wanted.confirm, reason=wanted.reason
    )
    return DeletionView.of(await ask(request, delete))


@router.get(DELETION, summary="Whether an account will be deleted")
async def get_deletion(
    request: Request, visitor: SignedIn, account_id: AccountName
) -> DeletionView:
    """404 where nobody asked for it."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    return DeletionView.of(await ask(request, GetDeletion(actor=visitor.actor, account_uid=uid)))


@router.delete(DELETION, summary="Keep an account")
async def cancel_deletion(
    request: Request, visitor: SignedIn, account_id: AccountName, reason: WhyQuery = ""
) -> DeletionView:
    """All is as it was; 409 where no deletion is scheduled."""
    uid = (await find_account(request, visitor, account_id)).account_uid
    wanted = CancelDeletion(actor=visitor.actor, account_uid=uid, reason=reason)
    return DeletionView.of(await ask(request, wanted))
