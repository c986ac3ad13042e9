"""Repositories made by form."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import directory_page
from services.web.forms.checking import Filled, check, refused
from services.web.forms.repositories import (
    NewRepositoryForm,
    license_choices,
)
from services.web.resources import resources_of, visitor_afresh, visitor_of
from services.web.views.names import may_account
from services.web.views.organizations import organizations_of
from services.web.views.page import page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import Account
from shared.contracts.repositories import (
    CreateRepository,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound


async def new(request: Request) -> Response:
    """The form of a new repository, for the account the address names or one's own."""
    account = await needed_account(request)
    asked = request.query_params.get("account_id", account.account_id)
    if asked != account.account_id:
        await visitor_afresh(request)
    values = {"account_id": asked, "visibility": "public"}
    # Which bucket it is to show, as the page of its account's connections leads here.
    values["connection_uid"] = request.query_params.get("connection_uid", "")[:64]
    return await _show_new(request, account, Filled(values))


async def send_new(request: Request) -> Response:
    """The repository is made."""
    fields = await sent_form(request)
    account = await needed_account(request, fields)
    return await once(request, fields, lambda: _create(request, account, fields))


async def _create(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(NewRepositoryForm, fields)
    if form is None:
        return await _show_new(request, account, filled)
    visitor = await visitor_of(request)
    wanted = CreateRepository(actor=visitor.actor, **form.model_dump())
    try:
        made = await resources_of(request).bus.request(wanted)
    except Conflict:
        filled.errors["repository_id"] = (
            f"{form.account_id} has, or had until lately, a repository of this name. "
            "Choose another."
        )
        return await _show_new(request, account, filled)
    except (Invalid, Forbidden, NotFound) as problem:
        known = NewRepositoryForm.model_fields
        return await _show_new(request, account, refused(filled, problem, known))
    return see(directory_page(made.account_id, made.repository_id))


async def _show_new(request: Request, account: Account, form: Filled) -> Response:
    return await page(
        request,
        "repositories/new.html",
        form=form,
        owners=await _owners(request, account),
        licenses=license_choices(),
    )


async def _owners(request: Request, account: Account) -> list[tuple[str, str]]:
    """The visitor, and the organizations in whose name repositories may be made."""
    principal = (await visitor_of(request)).principal
    organizations = [one for one, _ in await organizations_of(request)]
    able = [one for one in organizations if may_account(principal, one).create]
    return [(one.account_id, one.account_id) for one in (account, *able)]
