"""Where programs find the doors: a client needs one address to know them all."""

from fastapi import Request

from services.web.api.models import Endpoints
from services.web.api.routing import routing
from services.web.resources import resources_of

router = routing("endpoints")


@router.get("/endpoints", summary="Where the doors are")
async def get_endpoints(request: Request) -> Endpoints:
    """The addresses of the pages and of the data door, as the world reaches them."""
    edge = resources_of(request)
    return Endpoints(web=edge.public_url, s3=edge.data_door)
