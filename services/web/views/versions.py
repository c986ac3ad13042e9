"""What a file was: listed, brought back."""

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, object_page
from services.web.forms.checking import check
from services.web.forms.repositories import VersionForm
from services.web.resources import resources_of, visitor_of
from services.web.views.files import keyed, writable
from services.web.views.names import named
from services.web.views.objects import (
    find_versions,
    last_name,
    names_of,
    prefix_of,
    versions_page,
    way_down,
)
from services.web.views.page import page
from services.web.views.sending import Fields, once, see, sent_form
from shared.contracts.storage import RestoreVersion
from shared.errors import Invalid, NotFound


async def versions(request: Request) -> Response:
    """All of them, also of a file that is deleted."""
    place, cursor = keyed(request), request.query_params.get("cursor")
    repository = await writable(request, place)
    found = await find_versions(request, repository, place.key, cursor)
    if not found.versions:
        raise NotFound
    here, more = versions_page(place), urlencode({"cursor": found.cursor or ""})
    principal = (await visitor_of(request)).principal
    return await page(
        request,
        "objects/versions.html",
        repository=repository,
        key=place.key,
        name=last_name(place.key),
        trail=way_down(principal, repository, prefix_of(place.key)),
        versions=found.versions,
        next_page=f"{here}&{more}" if found.cursor else "",
    )


async def send_restore(request: Request) -> Response:
    """A version is what the file is again."""
    fields = await sent_form(request)
    place, version_id = await _named(request, fields)
    return await once(request, fields, lambda: _restore(request, place, version_id))


async def _restore(request: Request, place: Place, version_id: str) -> Response:
    visitor = await visitor_of(request)
    wanted = RestoreVersion(actor=visitor.actor, **names_of(place), version_id=version_id)
    await resources_of(request).bus.request(wanted)
    there = object_page(place.account_id, place.repository_id, place.key)
    return see(there, "version-restored")


async def _named(request: Request, fields: Fields) -> tuple[Place, str]:
    """The file and the version that a form is about, if the visitor may change it."""
    form, _ = check(VersionForm, fields)
    if form is None:
        raise Invalid("No version was named.")
    names = named(request)
    place = Place(names.account_id, names.repository_id, form.key)
    await writable(request, place)
    return place, form.version_id
