"""What a repository says of itself and who sees it, changed by form."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.checking import Filled, check, refused
from services.web.forms.repositories import SettingsForm, license_choices, values_of
from services.web.resources import resources_of, visitor_of
from services.web.views.allowed import allowed_repository
from services.web.views.cards import summaries_of
from services.web.views.citing import file_metadata
from services.web.views.names import may_of
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.repositories import EditRepository, GetTransfer, Repository, Transfer
from shared.contracts.storage import GetRelisting, RelistingState
from shared.errors import Conflict, Invalid, NotFound


async def settings(request: Request) -> Response:
    """What a repository says of itself, to be changed; and what else is done to the whole."""
    repository = await settled(request)
    if request.query_params.get("from") == "citation":
        return await show_settings(request, repository, await _from_file(request, repository))
    return await show_settings(request, repository)


async def send_settings(request: Request) -> Response:
    """The change."""
    fields = await sent_form(request)
    repository = await settled(request, fields)
    return await once(request, fields, lambda: _edit(request, repository, fields))


async def _edit(request: Request, repository: Repository, fields: Fields) -> Response:
    form, filled = check(SettingsForm, fields)
    if form is None:
        return await show_settings(request, repository, filled)
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
        return await show_settings(request, repository, filled)
    except Invalid as problem:
        known = SettingsForm.model_fields
        return await show_settings(request, repository, refused(filled, problem, known))
    return see(about(*names.values(), "settings"), "saved")


async def _from_file(request: Request, repository: Repository) -> Filled:
    """The form with what CITATION.cff says in place of what is there, to be looked at and saved."""
    try:
        said = await file_metadata(request, repository)
    except NotFound:
        return Filled(values_of(repository), message="There is no CITATION.cff in this repository.")
    except Invalid as problem:
        return Filled(values_of(repository), message=problem.detail)
    return Filled(values_of(repository.model_copy(update=said)))


async def settled(request: Request, fields: Fields | None = None) -> Repository:
    """The repository whose settings have something to offer to the visitor."""
    refusal = "Only its owners and maintainers change a repository."
    return await allowed_repository(request, lambda may: may.settle, refusal, fields)


async def show_settings(
    request: Request, repository: Repository, form: Filled | None = None, **others: Filled
) -> Response:
    """The page, with what is in the form about the repository and in the others on it."""
    form = form or Filled(values_of(repository))
    uid = repository.repository_uid
    visitor = await visitor_of(request)
    may, shows = may_of(visitor.principal, repository), bool(repository.connection_uid)
    return await page(
        request,
        "repositories/settings.html",
        forms=list(others.values()),
        repository=repository,
        summary=(await summaries_of(request, [uid])).get(uid),
        may=may,
        form=form,
        others=others,
        transfer=await _transfer(request, repository) if may.move and not shows else None,
        relisting=await _relisting(request, repository) if may.edit else None,
        licenses=license_choices(),
    )


async def _relisting(request: Request, repository: Repository) -> RelistingState | None:
    """How the listing of the bucket stands that it shows; None where its bytes are ours."""
    if not repository.connection_uid:
        return None
    visitor = await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    return await resources_of(request).bus.request(GetRelisting(actor=visitor.actor, **names))


async def _transfer(request: Request, repository: Repository) -> Transfer | None:
    visitor = await visitor_of(request)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    try:
        return await resources_of(request).bus.request(GetTransfer(actor=visitor.actor, **names))
    except NotFound:
        return None
