"""Static files from memory, for ever: a changed file has another address."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import resources_of
from shared.errors import NotFound

FOR_EVER = "public, max-age=31536000, immutable"


async def static(request: Request) -> Response:
    """One file. Of another release only for a moment, while a new one is rolled out."""
    statics = resources_of(request).statics
    file = statics.files.get(request.path_params["path"])
    if file is None:
        raise NotFound
    is_current = request.path_params["release"] == statics.release
    headers = {
        "cache-control": FOR_EVER if is_current else "public, max-age=60",
        "vary": "accept-encoding",
    }
    if file.gzipped and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(file.gzipped, headers=headers, media_type=file.media_type)
    return Response(file.body, headers=headers, media_type=file.media_type)
