"""The OpenAPI document of the API, as programs fetch it."""

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import resources_of


async def describe_api(request: Request) -> Response:
    """The document; it changes with a release only."""
    content = orjson.dumps(resources_of(request).api_schema())
    return Response(content, media_type="application/json")
