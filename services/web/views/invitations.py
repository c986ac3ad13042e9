"""What is offered to the visitor: to be accepted or declined."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.checking import Filled, check
from services.web.forms.members import AnswerForm
from services.web.resources import resources_of, visitor_of
from services.web.views.page import asked_cursor, next_page, page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import (
    AcceptInvitation,
    DeclineInvitation,
    ListOwnInvitations,
)
from shared.errors import Conflict, Invalid, NotFound

PAGE = 100
ANSWERS = {"accept": AcceptInvitation, "decline": DeclineInvitation}
NOT_YOURS = (
    "This invitation is not there any more, or it is for somebody else. One that came by mail is "
    "for the address it came to: sign in with that, and verify it."
)


async def invitations(request: Request) -> Response:
    """Those that wait for an answer."""
    await needed_account(request)
    return await _show(request, Filled())


async def send_invitations(request: Request) -> Response:
    """The answer; then to where it leads."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    return await once(request, fields, lambda: _answer(request, fields))


async def _answer(request: Request, fields: Fields) -> Response:
    form, _ = check(AnswerForm, fields)
    if form is None:
        raise Invalid("This form answers no invitation.")
    visitor = await visitor_of(request)
    wanted = ANSWERS[form.answer](
        actor=visitor.actor, invitation_uid=form.invitation_uid, emails=visitor.emails
    )
    try:
        settled = await resources_of(request).bus.request(wanted)
    except NotFound:
        return await _show(request, Filled(message=NOT_YOURS))
    except Conflict as problem:
        return await _show(request, Filled(message=problem.detail))
    if form.answer == "accept":
        return see(f"/{settled.place}")
    return see(about("invitations"), "invitation-declined")


async def _show(request: Request, form: Filled) -> Response:
    visitor = await visitor_of(request)
    asked = {"emails": visitor.emails, "limit": PAGE, "cursor": asked_cursor(request)}
    wanted = ListOwnInvitations(actor=visitor.actor, **asked)
    found = await resources_of(request).bus.request(wanted)
    return await page(
        request,
        "accounts/invitations.html",
        status=409 if form.is_refused else 200,
        invitations=found.invitations,
        form=form,
        next_page=next_page(found.cursor),
    )
