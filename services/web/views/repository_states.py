"""What is done to a whole repository by form: put aside, taken up, renamed, offered, deleted."""

from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import about
from services.web.forms.checking import Filled, check, refused
from services.web.forms.repositories import (
    ActivateForm,
    DeleteForm,
    RenameForm,
    RetentionForm,
    TransferForm,
    VersioningForm,
)
from services.web.resources import resources_of, visitor_of
from services.web.views.repository_settings import settled, show_settings
from services.web.views.sending import once, see, sent_form
from shared.contracts.base import Request as BusRequest
from shared.contracts.repositories import (
    ActivateRepository,
    DeactivateRepository,
    DeclineTransfer,
    DeleteRepository,
    OfferTransfer,
    RenameRepository,
    Repository,
    SetRetention,
    SetVersioning,
)
from shared.contracts.storage import RelistRepository
from shared.errors import Conflict, Invalid

# What the page that is shown afterwards says.
DONE: dict[type[BusRequest[Any]], str] = {
    SetVersioning: "versioning-set",
    SetRetention: "retention-set",
    RenameRepository: "repository-renamed",
    OfferTransfer: "repository-offered",
    DeactivateRepository: "repository-put-aside",
    ActivateRepository: "repository-taken-up",
    DeleteRepository: "repository-deleted",
}


async def send_versioning(request: Request) -> Response:
    """Earlier versions are kept, or no more."""
    return await _send(request, "keeping", VersioningForm, SetVersioning)


async def send_retention(request: Request) -> Response:
    """How long earlier versions stay."""
    fields = await sent_form(request)
    repository = await settled(request, fields)
    form, filled = check(RetentionForm, fields)
    if form is None:
        return await show_settings(request, repository, retaining=filled)
    wanted = SetRetention(
        actor=(await visitor_of(request)).actor,
        account_id=repository.account_id,
        repository_id=repository.repository_id,
        retention=form.retention,
        reason=form.reason,
    )

    async def ask() -> Response:
        await resources_of(request).bus.request(wanted)
        return _settings_of(repository, DONE[SetRetention])

    return await once(request, fields, ask)


async def send_rename(request: Request) -> Response:
    """Another name; on its page of settings under that name."""
    return await _send(request, "renaming", RenameForm, RenameRepository)


async def send_transfer(request: Request) -> Response:
    """Offered to another account."""
    return await _send(request, "offering", TransferForm, OfferTransfer)


async def send_deactivate(request: Request) -> Response:
    """Put aside, if its name was typed."""
    return await _send(request, "deactivation", DeleteForm, DeactivateRepository)


async def send_activate(request: Request) -> Response:
    """In use again."""
    return await _send(request, "activation", ActivateForm, ActivateRepository)


async def send_delete(request: Request) -> Response:
    """The repository is gone, if its name was typed."""
    return await _send(request, "removal", DeleteForm, DeleteRepository)


async def send_withdraw(request: Request) -> Response:
    """The offer is void."""
    fields = await sent_form(request)
    repository = await settled(request, fields)
    wanted = DeclineTransfer(
        actor=(await visitor_of(request)).actor,
        account_id=repository.account_id,
        repository_uid=repository.repository_uid,
    )
    await resources_of(request).bus.request(wanted)
    return _settings_of(repository, "offer-withdrawn")


async def send_relisting(request: Request) -> Response:
    """The bucket that it shows is listed again."""
    fields = await sent_form(request)
    repository = await settled(request, fields)
    names = {"account_id": repository.account_id, "repository_id": repository.repository_id}
    visitor = await visitor_of(request)
    await resources_of(request).bus.request(RelistRepository(actor=visitor.actor, **names))
    return _settings_of(repository, "relisting")


async def _send(
    request: Request, name: str, model: type[BaseModel], wanted: type[BusRequest[Any]]
) -> Response:
    """Check the form called `name`, ask for what it wants, go on to the settings or show them."""
    fields = await sent_form(request)
    repository = await settled(request, fields)
    form, filled = check(model, fields)
    if form is None:
        return await show_settings(request, repository, **{name: filled})
    return await once(
        request, fields, lambda: _ask(request, repository, (name, filled), form, wanted)
    )


async def _ask(
    request: Request,
    repository: Repository,
    named: tuple[str, Filled],
    form: BaseModel,
    wanted: type[BusRequest[Any]],
) -> Response:
    name, filled = named
    values: dict[str, Any] = {
        **form.model_dump(),
        "actor": (await visitor_of(request)).actor,
        "account_id": repository.account_id,
        "repository_id": repository.repository_id,
    }
    try:
        after = await resources_of(request).bus.request(wanted.model_validate(values))
    except Conflict as problem:
        filled.message = problem.detail
        return await show_settings(request, repository, **{name: filled})
    except Invalid as problem:
        known = wanted.model_fields
        return await show_settings(request, repository, **{name: refused(filled, problem, known)})
    if wanted is DeleteRepository:
        return see(f"/{repository.account_id}", DONE[wanted])
    return _settings_of(after if isinstance(after, Repository) else repository, DONE[wanted])


def _settings_of(repository: Repository, done: str) -> Response:
    return see(about(repository.account_id, repository.repository_id, "settings"), done)
