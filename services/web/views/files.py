"""What is done to files: one is fetched or removed, all are fetched."""

from urllib.parse import unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response

from services.web.addresses import Place, data_url, directory_page
from services.web.forms.checking import check
from services.web.forms.repositories import DeleteFileForm
from services.web.resources import resources_of, visitor_of
from services.web.views.names import demand, find_repository, is_open, may_of, named
from services.web.views.objects import last_name, names_of, prefix_of, way_down
from services.web.views.page import page
from services.web.views.repositories import listed
from services.web.views.sending import needed_account, once, see, sent_form
from shared.contracts.repositories import Repository
from shared.contracts.storage import DeleteObject, PresignGetArchive, PresignGetObject
from shared.errors import Invalid, NotFound


async def download(request: Request) -> Response:
    """Onwards to the bytes: at their public address, or by a URL that carries permission."""
    place = keyed(request)
    repository = await find_repository(request, place)
    edge = resources_of(request)
    version_id = request.query_params.get("version_id", "")
    if is_open(repository) and not version_id:
        return see(data_url(edge.data_door, place.account_id, place.repository_id, place.key))
    visitor = await visitor_of(request)
    wanted = PresignGetObject(actor=visitor.actor, **names_of(place), version_id=version_id)
    return see((await edge.bus.request(wanted)).url)


async def archive(request: Request) -> Response:
    """Onwards to all files under a prefix as one .zip, likewise."""
    place, prefix = named(request), request.query_params.get("prefix", "")
    repository = await find_repository(request, place)
    edge, names = resources_of(request), (place.account_id, place.repository_id)
    if is_open(repository):
        query = urlencode({"archive": "zip", "prefix": prefix})
        return see(f"{data_url(edge.data_door, *names)}?{query}")
    visitor = await visitor_of(request)
    wanted = PresignGetArchive(
        actor=visitor.actor, account_id=names[0], repository_id=names[1], prefix=prefix
    )
    return see((await edge.bus.request(wanted)).url)


async def delete(request: Request) -> Response:
    """Asks whether the file is really to go."""
    place = keyed(request)
    repository = await writable(request, place)
    principal, prefix = (await visitor_of(request)).principal, prefix_of(place.key)
    return await page(
        request,
        "objects/delete.html",
        repository=repository,
        key=place.key,
        trail=way_down(principal, repository, prefix),
        name=last_name(place.key),
    )


async def send_delete(request: Request) -> Response:
    """The file goes."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    form, _ = check(DeleteFileForm, fields)
    if form is None:
        raise Invalid("No file was named.")
    names = named(request)
    try:
        key = unquote(form.key, errors="strict")
    except UnicodeDecodeError:
        raise Invalid("The name of the file is not UTF-8.") from None
    place = Place(names.account_id, names.repository_id, key)
    await writable(request, place)
    return await once(request, fields, lambda: _remove(request, place))


async def _remove(request: Request, place: Place) -> Response:
    """Back to the directory, or to the top where the last file of the directory went."""
    prefix = prefix_of(place.key)
    directory = await listed(request, Place(place.account_id, place.repository_id, prefix))
    visitor = await visitor_of(request)
    wanted = DeleteObject(actor=visitor.actor, **names_of(place))
    await resources_of(request).bus.request(wanted)
    stays = directory is not None and directory.files > 1
    there = directory_page(place.account_id, place.repository_id, prefix if stays else "")
    return see(there, "file-deleted")


async def writable(request: Request, place: Place) -> Repository:
    """The repository, if the visitor may write to it. NotFound, Forbidden."""
    await needed_account(request)
    repository = await find_repository(request, place)
    refusal = "Only those who may upload here may do that."
    await demand(request, lambda who: may_of(who, repository).write, refusal)
    return repository


def keyed(request: Request) -> Place:
    """The file that the query names. NotFound."""
    names = named(request)
    key = request.query_params.get("key", "")
    if not key:
        raise NotFound
    return Place(names.account_id, names.repository_id, key)
