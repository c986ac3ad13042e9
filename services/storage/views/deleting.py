"""DeleteObjects: up to a thousand keys at once, each allowed and done by itself."""

import asyncio

from services.storage.operations.objects import delete_object
from services.storage.s3.addressing import Form, Target, check_key
from services.storage.s3.bodies import MAX_DELETE_BYTES, ObjectToDelete, parse_delete
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error, from_problem
from services.storage.s3.xml import DeleteFailure, delete_result
from services.storage.views.bodies import read_whole
from services.storage.views.exchange import Exchange
from services.storage.views.rights import allowed_repository, demand_within
from shared.contracts.repositories import Repository
from shared.errors import Problem
from shared.policy import Action

AT_ONCE = 32


async def delete_objects(exchange: Exchange) -> None:
    """POST ?delete on a repository, or on an account with keys that begin with a repository."""
    wanted = parse_delete(await read_whole(exchange, MAX_DELETE_BYTES))
    places = asyncio.Semaphore(AT_ONCE)

    async def delete_one(one: ObjectToDelete) -> DeleteFailure | None:
        async with places:
            return await delete(exchange, one)

    # Of a key that is named twice, the second finds nothing: in order, not side by side.
    firsts = {one.key: one for one in reversed(wanted.objects)}
    outcomes = dict(
        zip(firsts, await asyncio.gather(*map(delete_one, firsts.values())), strict=True)
    )
    failures = [failure for one in wanted.objects if (failure := outcomes[one.key])]
    deleted = [one.key for one in wanted.objects if outcomes[one.key] is None]
    await exchange.answer_xml(delete_result([] if wanted.is_quiet else deleted, failures))


async def delete(exchange: Exchange, one: ObjectToDelete) -> DeleteFailure | None:
    """Delete one key; why it could not be, None when it is gone."""
    try:
        repository, key = await place_of(exchange, one)
        await delete_object(
            exchange.held.resources,
            repository,
            key,
            actor=exchange.caller.uid,
            conditions=None if one.etag is None else Conditions(if_match=(one.etag,)),
        )
    except S3Error as error:
        return DeleteFailure(one.key, error.code, error.message)
    except Problem as problem:
        told = from_problem(problem)
        return DeleteFailure(one.key, told.code, told.message)
    return None


async def place_of(exchange: Exchange, one: ObjectToDelete) -> tuple[Repository, str]:
    """The repository and the key within it, if who asks may write there."""
    if one.version_id not in {"", "null"}:
        raise S3Error("NoSuchVersion")
    if exchange.repository is not None:
        await demand_within(exchange, exchange.repository, Action.DATA_DELETE, one.key)
        return exchange.repository, check_key(one.key)
    repository_id, _, key = one.key.partition("/")
    account_id = exchange.target.account_id
    target = Target("", exchange.target.level, Form.ACCOUNT, account_id, repository_id)
    repository = await allowed_repository(exchange, target, Action.DATA_DELETE, key)
    if not key:
        raise S3Error("InvalidRequest", "The object key is missing.")
    return repository, check_key(key)
