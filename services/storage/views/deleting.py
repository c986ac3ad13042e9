"""DeleteObjects: up to a thousand keys at once, each allowed and done by itself."""

import asyncio

from services.storage.operations.failing_over import demand_primary
from services.storage.operations.objects import Deleted, delete_object
from services.storage.operations.removing import delete_version
from services.storage.s3.addressing import Form, Target, check_key
from services.storage.s3.bodies import MAX_DELETE_BYTES, ObjectToDelete, parse_delete
from services.storage.s3.conditions import Conditions
from services.storage.s3.errors import S3Error, from_problem
from services.storage.s3.subresources import check_version
from services.storage.s3.xml import DeletedKey, DeleteFailure, delete_result
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

    async def delete_one(one: ObjectToDelete) -> DeletedKey | DeleteFailure:
        async with places:
            return await delete(exchange, one)

    # Of a key that is named twice, the second finds nothing: in order, not side by side.
    firsts = {(one.key, one.version_id): one for one in reversed(wanted.objects)}
    outcomes = dict(
        zip(firsts, await asyncio.gather(*map(delete_one, firsts.values())), strict=True)
    )
    told = [outcomes[one.key, one.version_id] for one in wanted.objects]
    failures = [one for one in told if isinstance(one, DeleteFailure)]
    deleted = [one for one in told if isinstance(one, DeletedKey)]
    await exchange.answer_xml(delete_result([] if wanted.is_quiet else deleted, failures))


async def delete(exchange: Exchange, one: ObjectToDelete) -> DeletedKey | DeleteFailure:
    """Delete one key or version; what came of it, or why it could not be."""
    try:
        repository, key = await place_of(exchange, one)
        gone = await delete_what(
            exchange,
            repository,
            (key, one.version_id),
            None if one.etag is None else Conditions(if_match=(one.etag,)),
        )
    except S3Error as error:
        return DeleteFailure(one.key, error.code, error.message, one.version_id)
    except Problem as problem:
        told = from_problem(problem)
        return DeleteFailure(one.key, told.code, told.message, one.version_id)
    return DeletedKey(one.key, one.version_id, gone.version_id if gone.is_marker else "")


async def delete_what(
    exchange: Exchange,
    repository: Repository,
    what: tuple[str, str],
    conditions: Conditions | None,
) -> Deleted:
    """A key, or one version of it for good. Raises S3Error, Problem."""
    (key, version_id), resources, actor = what, exchange.held.resources, exchange.caller.uid
    if version_id:
        return await delete_version(resources, repository, key, version_id, actor=actor)
    return await delete_object(resources, repository, key, actor=actor, conditions=conditions)


async def place_of(exchange: Exchange, one: ObjectToDelete) -> tuple[Repository, str]:
    """The repository and the key within it, if who asks may write there."""
    if one.version_id:
        check_version(one.version_id)
    if exchange.repository is not None:
        await demand_within(exchange, exchange.repository, Action.DATA_DELETE, one.key)
        return exchange.repository, check_key(one.key)
    repository_id, _, key = one.key.partition("/")
    account_id = exchange.target.account_id
    target = Target("", exchange.target.level, Form.ACCOUNT, account_id, repository_id)
    repository = await allowed_repository(exchange, target, Action.DATA_DELETE, key)
    await demand_primary(exchange.held.resources, repository)
    if not key:
        raise S3Error("InvalidRequest", "The object key is missing.")
    return repository, check_key(key)
