"""The end of an account: asked for with its name typed, cancelled while there is time."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.accounts import EndForm
from services.web.forms.checking import Filled, check, refused
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_account
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.accounts import (
    Account,
    CancelDeletion,
    DeleteAccount,
    Deletion,
    GetDeletion,
)
from shared.errors import Conflict, Invalid, NotFound


async def delete(request: Request) -> Response:
    """What will happen, or when it will."""
    return await _show(request, await _deletable(request), Filled())


async def send_delete(request: Request) -> Response:
    """It is scheduled, or what stands in the way is told."""
    fields = await sent_form(request)
    account = await _deletable(request, fields)
    return await once(request, fields, lambda: _schedule(request, account, fields))


async def send_cancel(request: Request) -> Response:
    """The account stays; also where that was so already."""
    fields = await sent_form(request)
    account = await _deletable(request, fields)
    visitor = await visitor_of(request)
    wanted = CancelDeletion(actor=visitor.actor, account_uid=account.account_uid)
    try:
        await resources_of(request).bus.request(wanted)
    except Conflict as problem:
        return await _show(request, account, Filled(message=problem.detail))
    return see(about(account.account_id, "delete"), "account-kept")


async def _schedule(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(EndForm, fields)
    if form is None:
        return await _show(request, account, filled)
    visitor = await visitor_of(request)
    wanted = DeleteAccount(
        actor=visitor.actor,
        account_uid=account.account_uid,
        confirm=form.confirm,
        reason=form.reason,
    )
    try:
        await resources_of(request).bus.request(wanted)
    except (Invalid, Conflict) as problem:
        return await _show(request, account, refused(filled, problem, EndForm.model_fields))
    return see(about(account.account_id, "delete"))


async def _show(request: Request, account: Account, form: Filled) -> Response:
    return await page(
        request,
        "accounts/delete.html",
        account=account,
        deletion=await _deletion(request, account),
        form=form,
    )


async def _deletion(request: Request, account: Account) -> Deletion | None:
    visitor = await visitor_of(request)
    wanted = GetDeletion(actor=visitor.actor, account_uid=account.account_uid)
    try:
        return await resources_of(request).bus.request(wanted)
    except NotFound:
        return None


async def _deletable(request: Request, fields: Fields | None = None) -> Account:
    refusal = "Only an account's owners delete it."
    return await allowed_account(request, lambda may: may.delete, refusal, fields)
