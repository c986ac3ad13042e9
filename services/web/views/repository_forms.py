"""Repositories made, changed and deleted by form."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about, directory_page
from services.web.forms.checking import Filled, check, refused
from services.web.forms.repositories import (
    LICENSES,
    DeleteForm,
    NewRepositoryForm,
    RepositoryForm,
    licenses_with,
    values_of,
)
from services.web.resources import resources_of, visitor_of
from services.web.views.cards import summaries_of
from services.web.views.names import find_repository, may_account, may_of, named
from services.web.views.page import page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.accounts import Account, GetAccount
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    Repository,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound

MOST_OWNERS = 100


async def new(request: Request) -> Response:
    """The form of a new repository, for the account the address names or one's own."""
    account = await needed_account(request)
    asked = request.query_params.get("account_id", account.account_id)
    values = {"account_id": asked, "visibility": "public"}
    return await _show_new(request, account, Filled(values))


async def send_new(request: Request) -> Response:
    """The repository is made."""
    fields = await sent_form(request)
    account = await needed_account(request, fields)
    return await once(request, fields, lambda: _create(request, account, fields))


async def settings(request: Request) -> Response:
    """What a repository says of itself, to be changed; and its deletion."""
    repository = await _editable(request)
    return await _show_settings(request, repository, Filled(values_of(repository)))


async def send_settings(request: Request) -> Response:
    """The change."""
    fields = await sent_form(request)
    repository = await _editable(request, fields)
    return await once(request, fields, lambda: _edit(request, repository, fields))


async def send_delete(request: Request) -> Response:
    """The repository is gone, if its name was typed."""
    fields = await sent_form(request)
    repository = await _editable(request, fields)
    return await once(request, fields, lambda: _delete(request, repository, fields))


async def _create(request: Request, account: Account, fields: Fields) -> Response:
    form, filled = check(NewRepositoryForm, fields)
    if form is None:
        return await _show_new(request, account, filled)
    visitor = await visitor_of(request)
    wanted = CreateRepository(actor=visitor.actor, **form.model_dump(exclude={"version"}))
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


async def _edit(request: Request, repository: Repository, fields: Fields) -> Response:
    form, filled = check(RepositoryForm, fields)
    if form is None:
        return await _show_settings(request, repository, filled)
    visitor = await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    wanted = EditRepository(actor=visitor.actor, **names, **form.model_dump())
    try:
        await resources_of(request).bus.request(wanted)
    except Conflict:
        filled.message = (
            "Somebody changed this repository while you were at it. Your changes are in the form "
            "below; save again to put them in place of theirs."
        )
        filled.values = {**filled.values, "version": str(repository.version)}
        return await _show_settings(request, repository, filled)
    except Invalid as problem:
        known = RepositoryForm.model_fields
        return await _show_settings(request, repository, refused(filled, problem, known))
    return see(about(*names.values(), "settings") + "?saved=yes")


async def _delete(request: Request, repository: Repository, fields: Fields) -> Response:
    form, _ = check(DeleteForm, fields)
    name = f"{repository.account_id}/{repository.repository_id}"
    confirm = form.confirm if form else ""
    if confirm != name:
        removal = Filled({"confirm": confirm}, {"confirm": f"Type {name}, exactly so."})
        filled = Filled(values_of(repository))
        return await _show_settings(request, repository, filled, removal)
    visitor = await visitor_of(request)
    wanted = DeleteRepository(
        actor=visitor.actor,
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        confirm=confirm,
    )
    await resources_of(request).bus.request(wanted)
    return see(f"/{repository.account_id}")


async def _editable(request: Request, fields: Fields | None = None) -> Repository:
    await needed_account(request, fields)
    repository = await find_repository(request, named(request))
    if not may_of((await visitor_of(request)).principal, repository).edit:
        raise Forbidden("Only its owners and maintainers change a repository.")
    return repository


async def _show_new(request: Request, account: Account, form: Filled) -> Response:
    return await page(
        request,
        "repositories/new.html",
        status=400 if form.errors or form.message else 200,
        form=form,
        owners=await _owners(request, account),
        licenses=LICENSES,
    )


async def _show_settings(
    request: Request, repository: Repository, form: Filled, removal: Filled | None = None
) -> Response:
    removal = removal or Filled()
    uid = repository.repository_uid
    visitor = await visitor_of(request)
    return await page(
        request,
        "repositories/settings.html",
        status=400 if form.errors or form.message or removal.errors else 200,
        repository=repository,
        summary=(await summaries_of(request, [uid])).get(uid),
        may=may_of(visitor.principal, repository),
        form=form,
        removal=removal,
        licenses=licenses_with(form.values.get("license", "")),
        saved=bool(request.query_params.get("saved")),
    )


async def _owners(request: Request, account: Account) -> list[tuple[str, str]]:
    """The visitor, and the organizations in whose name repositories may be made."""
    visitor = await visitor_of(request)
    bus = resources_of(request).bus
    found = await asyncio.gather(
        *(
            bus.request(GetAccount(actor=visitor.actor, account_uid=uid))
            for uid in list(account.roles)[:MOST_OWNERS]
        ),
        return_exceptions=True,
    )
    organizations = [
        one
        for one in found
        if isinstance(one, Account) and may_account(visitor.principal, one).create
    ]
    organizations.sort(key=lambda one: one.account_id)
    return [(one.account_id, one.account_id) for one in (account, *organizations)]
