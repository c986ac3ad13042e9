"""What other programs of the platform tell the edge; nobody else finds this door."""

import hmac

import orjson
from starlette.requests import Request
from starlette.responses import Response

from services.web.resources import resources_of
from services.web.session.visitor import EDGE
from shared.contracts.accounts import FollowIdentity
from shared.errors import Invalid, NotFound
from shared.keyfile import HOOK_HEADER


async def kratos(request: Request) -> Response:
    """An identity changed: accounts is told which, and reads what it is now."""
    edge = resources_of(request)
    shown = request.headers.get(HOOK_HEADER, "")
    if not hmac.compare_digest(shown.encode(), edge.hook_secret.encode()):
        raise NotFound
    try:
        identity_id = str(orjson.loads(await request.body())["identity_id"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise Invalid("The body names an identity_id.") from None
    await edge.bus.request(FollowIdentity(actor=EDGE, identity_id=identity_id))
    return Response(status_code=204)
