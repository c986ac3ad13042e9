"""An export of somebody's data as a download."""

from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from services.web.render.archives import zipped
from shared.bus import Bus
from shared.contracts.accounts import Export, GetExport, GetExportDocument
from shared.contracts.base import Actor
from shared.errors import NotFound


async def export_archive(bus: Bus, actor: Actor) -> Response:
    """The archive of who asks, made while it is sent. NotFound where none is ready."""
    export = await bus.request(GetExport(actor=actor))
    if export.ready_at is None:
        raise NotFound("The export is not ready yet.")
    name = f"{export.account_id}-{export.created_at:%Y-%m-%d}.zip"
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "private, no-store",
    }
    archive = zipped(_documents(bus, actor, export))
    return StreamingResponse(archive, media_type="application/zip", headers=headers)


async def _documents(bus: Bus, actor: Actor, export: Export) -> AsyncIterator[tuple[str, str]]:
    for name in export.documents:
        wanted = GetExportDocument(actor=actor, export_uid=export.export_uid, name=name)
        document = await bus.request(wanted)
        yield document.name, document.content
