"""docs/openapi.json: the API at /api/v1, as the web service tells of itself."""

from typing import Any

from services.web.api.app import create_api
from services.web.api.document import openapi_of


def openapi() -> dict[str, Any]:
    """The whole document."""
    return openapi_of(create_api())
