"""One's own data: an export is asked for, its making watched, and downloaded."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.render.exports import export_archive
from services.web.resources import resources_of, visitor_of
from services.web.views.page import page
from services.web.views.sending import needed_account, once, see, sent_form
from shared.contracts.accounts import Export, GetExport, StartExport
from shared.errors import NotFound

PAGE = "/-/data"


async def own_data(request: Request) -> Response:
    """What there is to download, and how far it is."""
    await needed_account(request)
    return await page(request, "accounts/own_data.html", export=await _export(request))


async def send_export(request: Request) -> Response:
    """One is begun, or goes on."""
    fields = await sent_form(request)
    await needed_account(request, fields)
    return await once(request, fields, lambda: _start(request))


async def download_export(request: Request) -> Response:
    """The archive, while it is there."""
    await needed_account(request)
    return await export_archive(resources_of(request).bus, (await visitor_of(request)).actor)


async def _start(request: Request) -> Response:
    visitor = await visitor_of(request)
    await resources_of(request).bus.request(StartExport(actor=visitor.actor))
    return see(PAGE)


async def _export(request: Request) -> Export | None:
    visitor = await visitor_of(request)
    try:
        return await resources_of(request).bus.request(GetExport(actor=visitor.actor))
    except NotFound:
        return None
