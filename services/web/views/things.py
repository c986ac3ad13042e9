"""What is at an address made of names: an account, a repository, a directory, a file."""

from starlette.requests import Request
from starlette.responses import Response

from services.web.views import accounts, objects, repositories, shares
from services.web.views.names import place_of_request
from shared.contracts.repositories import SHARE_FIELD


async def show(request: Request) -> Response:
    """The page of whatever the path names, read from the raw path."""
    place = place_of_request(request)
    if SHARE_FIELD in request.query_params and place.repository_id:
        return await shares.enter(request, place)
    if not place.repository_id:
        return await accounts.show(request)
    if place.key and (not place.is_directory or request.query_params.get("key")):
        return await objects.show(request, place)
    return await repositories.show(request)
