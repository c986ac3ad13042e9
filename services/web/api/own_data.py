"""One's own data, for programs: an export is asked for, watched, downloaded."""

from datetime import datetime

from fastapi import Request
from pydantic import BaseModel
from starlette.responses import Response

from services.web.api.idempotency import IdempotencyKey
from services.web.api.queries import ask
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.render.exports import export_archive
from services.web.resources import resources_of
from shared.contracts.accounts import Export, GetExport, StartExport

router = routing("your data", prefix="/account")
ZIP = "application/zip"


class ExportView(BaseModel):
    """How far an export is: ready once `ready_at` is there, gone after `expires_at`."""

    sections_done: int
    sections: int
    created_at: datetime
    ready_at: datetime | None
    expires_at: datetime

    @classmethod
    def of(cls, export: Export) -> "ExportView":
        """Without the names of its documents, which are in the archive."""
        return cls(**export.model_dump(include=set(cls.model_fields)))


@router.post("/export", status_code=202, summary="Export your data")
async def start_export(request: Request, visitor: SignedIn, key: IdempotencyKey) -> ExportView:
    """Made in the background; a mail comes when it is ready. While one is made, that is told."""
    return ExportView.of(await ask(request, StartExport(actor=visitor.actor, idempotency_key=key)))


@router.get("/export", summary="How far your export is")
async def get_export(request: Request, visitor: SignedIn) -> ExportView:
    """404 where none was asked for, or its time is up."""
    return ExportView.of(await ask(request, GetExport(actor=visitor.actor)))


@router.get(
    "/export.zip",
    summary="Download your export",
    response_class=Response,
    responses={200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def download_export(request: Request, visitor: SignedIn) -> Response:
    """JSON documents in a zip archive; 404 until it is ready. Not for keys with limits."""
    return await export_archive(resources_of(request).bus, visitor.actor)
