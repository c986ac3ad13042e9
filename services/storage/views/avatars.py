"""`/-/avatars/{account uid}`: a picture is put there, and read below it as `{name}.webp`.

No S3 here, so errors are RFC 9457 problem details.
"""

import re
from http import HTTPStatus
from typing import Any

import orjson
from ulid import ULID

from services.storage.operations.avatars import read_avatar, take_avatar
from services.storage.operations.rights import demand_account
from services.storage.s3.conditions import check_read, read_conditions
from services.storage.s3.errors import S3Error
from services.storage.views.bodies import drain, read_whole
from services.storage.views.callers import find_caller
from services.storage.views.exchange import Exchange, Header
from services.storage.views.headers import NO_SNIFFING, SANDBOX
from services.storage.views.refusals import as_s3
from shared.contracts.storage import AvatarTaken
from shared.errors import BY_STATUS, NotFound, Problem, TooLarge
from shared.identifiers import UID
from shared.policy import Action

ROOT = b"/-/avatars/"
PLACE = re.compile(rf"{ROOT.decode()}({UID.pattern})(?:/({UID.pattern})\.webp)?")
JSON = (b"content-type", b"application/json")
PROBLEM = (b"content-type", b"application/problem+json")
# Never another picture under this name; but no cache of many people's may go on showing one whose
# account was shut.
FOR_GOOD = (b"cache-control", b"private, max-age=31536000, immutable")
NOT_KEPT = (b"cache-control", b"no-store")


async def answer(exchange: Exchange) -> None:
    """A picture, or the name of one that was taken; or the problem."""
    try:
        await _serve(exchange)
    except (S3Error, Problem) as reason:
        await _refuse(exchange, reason)


async def _serve(exchange: Exchange) -> None:
    found = PLACE.fullmatch(exchange.request.raw_path.decode("latin-1"))
    if found is None:
        raise NotFound
    account_uid, name = found.groups()
    methods = ("GET", "HEAD") if name else ("PUT",)
    if exchange.request.method not in methods:
        raise S3Error("MethodNotAllowed", Allow=", ".join(methods))
    if name:
        await _show(exchange, account_uid, name)
    else:
        await _take(exchange, account_uid)


async def _show(exchange: Exchange, account_uid: str, name: str) -> None:
    held = exchange.held
    projection = held.projection
    content = await read_avatar(
        held.resources.outbox,
        (account_uid, name),
        known=projection.account,
        afresh=projection.account_afresh,
    )
    headers: list[Header] = [(b"etag", b'"%b"' % name.encode()), FOR_GOOD, NO_SNIFFING, SANDBOX]
    if _is_known(exchange, name):
        await exchange.answer(304, headers)
        return
    await exchange.answer(200, [(b"content-type", b"image/webp"), *headers], content)


def _is_known(exchange: Exchange, name: str) -> bool:
    """Whether the caller has this picture. Raises PreconditionFailed where another is wanted."""
    conditions = read_conditions(exchange.request.headers)
    try:
        if conditions is not None:
            check_read(conditions, name, ULID.from_str(name).datetime)
    except S3Error as reason:
        if reason.code != "NotModified":
            raise
        return True
    return False


async def _take(exchange: Exchange, account_uid: str) -> None:
    exchange.caller = await find_caller(exchange)
    held, principal = exchange.held, exchange.caller.principal
    account = await held.projection.account(account_uid)
    refresh = held.projection.fresh_principal
    await demand_account(principal, Action.ACCOUNT_EDIT, account, refresh=refresh)
    content = await _read(exchange, held.avatar_bytes)
    name = await take_avatar(held.resources.outbox, held.redrawing, account_uid, content)
    said = AvatarTaken(avatar=name).model_dump_json().encode()
    await exchange.answer(200, [JSON, NOT_KEPT], said)


async def _read(exchange: Exchange, most: int) -> bytes:
    try:
        return await read_whole(exchange, most)
    except S3Error as error:
        if error.code == "MaxMessageLengthExceeded":
            raise TooLarge(f"A picture may have {most:,} bytes.") from error
        raise


async def _refuse(exchange: Exchange, reason: S3Error | Problem) -> None:
    said = as_s3(reason) if isinstance(reason, S3Error) else reason
    headers: list[Header] = [PROBLEM, NOT_KEPT]
    if isinstance(said, S3Error) and "Allow" in said.details:
        headers.append((b"allow", str(said.details["Allow"]).encode()))
    await drain(exchange)
    await exchange.answer(said.status, headers, orjson.dumps(_problem(said)))


def _problem(reason: S3Error | Problem) -> dict[str, Any]:
    """As RFC 9457 members; of no type of ours where S3 alone has the status (§4.2.1)."""
    if isinstance(reason, Problem):
        return reason.to_dict()
    if reason.status in BY_STATUS:
        return BY_STATUS[reason.status](reason.message).to_dict()
    title = HTTPStatus(reason.status).phrase
    return {"title": title, "status": reason.status, "detail": reason.message}
