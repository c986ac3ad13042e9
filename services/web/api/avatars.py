"""Pictures of accounts."""

from fastapi import Request

from services.web.api.editions import Edition
from services.web.api.models import AccountView
from services.web.api.queries import AccountName, data_door_of, find_account
from services.web.api.routing import routing
from services.web.api.visitors import SignedIn
from services.web.avatars import name_avatar, put_avatar
from services.web.forms.reading import read_body
from services.web.resources import resources_of

TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif")
PICTURE = {"schema": {"type": "string", "format": "binary"}}
BODY = {"requestBody": {"required": True, "content": dict.fromkeys(TYPES, PICTURE)}}
PLACE = "/accounts/{account_id}/avatar"

router = routing("accounts")


@router.put(PLACE, summary="Set an account's picture", openapi_extra=BODY)
async def set_avatar(
    request: Request, visitor: SignedIn, account_id: AccountName, edition: Edition
) -> AccountView:
    """The body is the picture. Its middle is kept as a square, and nothing else of it."""
    edge = resources_of(request)
    account = await find_account(request, visitor, account_id)
    content = await read_body(request, edge.settings.storage.avatar_bytes)
    change = put_avatar(edge, visitor, account, content, version=edition.version)
    return AccountView.of(await edition.done(change), data_door_of(request))


@router.delete(PLACE, status_code=204, summary="Remove an account's picture")
async def remove_avatar(
    request: Request, visitor: SignedIn, account_id: AccountName, edition: Edition
) -> None:
    """Its initials are shown instead."""
    edge = resources_of(request)
    account = await find_account(request, visitor, account_id)
    await edition.done(name_avatar(edge, visitor, account, "", version=edition.version))
