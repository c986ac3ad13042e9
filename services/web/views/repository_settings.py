"""What a repository says of itself and who sees it, changed by form; and its deletion."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.checking import Filled, check, refused
from services.web.forms.repositories import DeleteForm, SettingsForm, license_choices, values_of
from services.web.resources import resources_of, visitor_of
from services.web.views.cards import summaries_of
from services.web.views.citing import file_metadata
from services.web.views.names import find_repository, may_of, named
from services.web.views.page import page
from services.web.views.sending import Fields, needed_account, once, see, sent_form
from shared.contracts.repositories import DeleteRepository, EditRepository, Repository
from shared.errors import Conflict, Forbidden, Invalid, NotFound


async def settings(request: Request) -> Response:
    """What a repository says of itself, to be changed; and its deletion."""
    repository = await _editable(request)
    if request.query_params.get("from") == "citation":
        return await _show_settings(request, repository, await _from_file(request, repository))
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


async def _edit(request: Request, repository: Repository, fields: Fields) -> Response:
    form, filled = check(SettingsForm, fields)
    if form is None:
        return await _show_settings(request, repository, filled)
    visitor = await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    wanted = EditRepository(actor=visitor.actor, **names, **form.changes())
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
        known = SettingsForm.model_fields
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


async def _from_file(request: Request, repository: Repository) -> Filled:
    """The form with what CITATION.cff says in place of what is there, to be looked at and saved."""
    try:
        said = await file_metadata(request, repository)
    except NotFound:
        return Filled(values_of(repository), message="There is no CITATION.cff in this repository.")
    except Invalid as problem:
        return Filled(values_of(repository), message=problem.detail)
    return Filled(values_of(repository.model_copy(update=said)))


async def _editable(request: Request, fields: Fields | None = None) -> Repository:
    await needed_account(request, fields)
    repository = await find_repository(request, named(request))
    if not may_of((await visitor_of(request)).principal, repository).edit:
        raise Forbidden("Only its owners and maintainers change a repository.")
    return repository


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
        licenses=license_choices(),
        saved=bool(request.query_params.get("saved")),
    )
