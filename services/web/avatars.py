"""Pictures of accounts: sent on to the data door, in the name of who sent them, and named."""

import httpx

from services.web.data_door import NOT_STORED
from services.web.resources import Resources
from services.web.session.visitor import Visitor
from shared.contracts.accounts import Account, EditAccount
from shared.contracts.storage import AvatarTaken, PresignPutAvatar
from shared.errors import Problem, Unavailable

# Reading a picture takes a while, and so may those that came before.
SECONDS = 30.0


async def put_avatar(
    edge: Resources,
    visitor: Visitor,
    account: Account,
    content: bytes,
    *,
    version: int | None = None,
) -> Account:
    """The account with a new picture. Invalid, TooLarge, Forbidden, Conflict, Unavailable."""
    wanted = PresignPutAvatar(actor=visitor.actor, account_uid=account.account_uid)
    name = await _send(edge, (await edge.bus.request(wanted)).url, content)
    return await name_avatar(edge, visitor, account, name, version=version)


async def name_avatar(
    edge: Resources, visitor: Visitor, account: Account, name: str, *, version: int | None = None
) -> Account:
    """The account with the picture of this name, or with none."""
    uid = account.account_uid
    return await edge.bus.request(
        EditAccount(actor=visitor.actor, account_uid=uid, avatar=name, version=version)
    )


async def _send(edge: Resources, url: str, content: bytes) -> str:
    answer = await edge.bytes_door.put(url, content, seconds=SECONDS)
    if answer.status_code == httpx.codes.OK:
        return AvatarTaken.model_validate_json(answer.content).avatar
    if answer.headers.get("content-type") != "application/problem+json":
        raise Unavailable(NOT_STORED)
    raise Problem.from_dict(answer.json())
