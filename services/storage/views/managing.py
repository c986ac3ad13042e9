"""CreateBucket and DeleteBucket. Buckets are made and deleted where that is set, by their alias."""

from pydantic import ValidationError

from services.storage.s3.acls import acl_in
from services.storage.s3.addressing import Form, Level
from services.storage.s3.elements import Shape, read_document
from services.storage.s3.errors import S3Error, from_problem
from services.storage.store.objects import objects_page
from services.storage.store.versions import trails_from
from services.storage.views.acls import asked_acl, is_read_by_all
from services.storage.views.bodies import read_whole
from services.storage.views.changing import actor_of
from services.storage.views.exchange import Exchange
from services.storage.views.rights import allowed_repository, seen_account
from shared.contracts.base import Actor
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    Repository,
    State,
    Visibility,
)
from shared.errors import Conflict, NotFound, Problem
from shared.policy import Action, may, repository_resource

MAX_BYTES = 64 * 1024
LOCATION = Shape(("CreateBucketConfiguration", "Location"), MAX_BYTES, max_records=1)
# S3's alias for a bucket is a host's name, which has no more characters.
MAX_NAME = 63
# Where S3 lets who owns a bucket make it again; elsewhere it never did.
OLDEST_REGION = "us-east-1"


async def create(exchange: Exchange) -> None:
    """CreateBucket: tools also do it before their first write, on what is there."""
    try:
        await refuse_again(exchange)
    except S3Error as error:
        if error.code != "NoSuchBucket":
            raise
        if not exchange.held.manages_buckets:
            raise not_made_here(exchange) from None
        if not is_managed(exchange):
            raise
        await make(exchange)
    if exchange.request.raw_path.endswith(b"/"):
        # So folders are made, and that of the repository is there already.
        await exchange.answer(200)
        return
    await exchange.answer(200, [(b"location", f"/{exchange.target.bucket}".encode())])


async def refuse_again(exchange: Exchange) -> None:
    """Raises BucketAlreadyOwnedByYou or BucketAlreadyExists, and NoSuchBucket for what is none."""
    target = exchange.target
    if target.level is Level.ACCOUNT:
        account = await seen_account(exchange, target)
        repository, is_own = None, belongs_to(exchange, account.account_uid)
        code = "BucketAlreadyOwnedByYou"
    else:
        repository = await allowed_repository(exchange, target, Action.REPOSITORY_READ, "")
        resource = repository_resource(repository)
        is_own = may(exchange.caller.principal, Action.DATA_WRITE, resource, "")
        code = "BucketAlreadyOwnedByYou" if is_own else "BucketAlreadyExists"
    if exchange.request.raw_path.endswith(b"/"):
        return
    # Who wants it to be public now has to say so by itself: tools come here before each write.
    is_same = not asked_acl(exchange) or (repository is not None and is_read_by_all(repository))
    if not (is_own and is_same and exchange.held.region == OLDEST_REGION):
        raise S3Error(code, BucketName=target.bucket)


def belongs_to(exchange: Exchange, account_uid: str) -> bool:
    """Whether who asks is this account, or belongs to it."""
    principal = exchange.caller.principal
    return account_uid == principal.account_uid or account_uid in principal.roles


def not_made_here(exchange: Exchange) -> S3Error:
    """What to do instead; the same for a bucket that is hidden as for one that never was."""
    return S3Error(
        "AccessDenied",
        "Buckets are not made over S3 here. Make a repository on the web at "
        f"{exchange.held.web_url}/-/new or by `coop create account/repository`; its bucket is then "
        "account--repository. An operator may allow it by COOP_STORAGE__BUCKETS=manage.",
        BucketName=exchange.target.bucket[:128],
    )


def is_managed(exchange: Exchange) -> bool:
    """Whether this bucket is one that may be made and deleted here."""
    return exchange.held.manages_buckets and exchange.target.form is Form.ALIAS


async def make(exchange: Exchange) -> None:
    """A repository of that name. Raises S3Error."""
    wanted = await wanted_repository(exchange)
    projection = exchange.held.projection
    try:
        repository = await projection.bus.request(wanted)
    except NotFound:
        raise S3Error("AccessDenied") from None
    except Conflict:
        raise S3Error("BucketAlreadyExists", BucketName=exchange.target.bucket) from None
    except Problem as problem:
        raise from_problem(problem) from None
    await projection.keep(repository)


async def wanted_repository(exchange: Exchange) -> CreateRepository:
    """What the request asks for. Raises InvalidBucketName, InvalidArgument, MalformedXML."""
    target, headers = exchange.target, exchange.request.headers
    body = await read_whole(exchange, MAX_BYTES) if exchange.has_body_left else b""
    if body:
        # Any location is ours.
        read_document(body, LOCATION)
    if headers.get("x-amz-bucket-object-lock-enabled", "false").lower() == "true":
        raise S3Error("NotImplemented", Header="x-amz-bucket-object-lock-enabled")
    visibility = Visibility.PUBLIC if acl_in(headers) else Visibility.RESTRICTED
    try:
        wanted = CreateRepository(
            actor=actor_of(exchange),
            account_id=target.account_id,
            repository_id=target.repository_id,
            title=target.repository_id,
            visibility=visibility,
        )
    except ValidationError:
        raise S3Error("InvalidBucketName", BucketName=target.bucket[:128]) from None
    if len(target.bucket) > MAX_NAME:
        raise S3Error("InvalidBucketName", BucketName=target.bucket)
    return wanted


async def drop(exchange: Exchange) -> None:
    """DeleteBucket, of what is empty; elsewhere repositories are deleted on the web alone."""
    bucket = exchange.target.bucket
    if not is_managed(exchange):
        raise S3Error("AccessDenied", "A repository is not deleted over S3.", BucketName=bucket)
    repository, actor = exchange.place, actor_of(exchange)
    resource = repository_resource(repository)
    if not may(exchange.caller.principal, Action.REPOSITORY_DELETE, resource):
        raise S3Error("AccessDenied")
    outbox = exchange.held.resources.outbox
    uid = repository.repository_uid
    found, _ = await objects_page(outbox, uid, limit=1, cursor=None)
    kept, _ = await trails_from(outbox, uid, "", prefix="", limit=1)
    if found or kept:
        raise S3Error("BucketNotEmpty", BucketName=bucket)
    await unmake(exchange, repository, actor)
    await exchange.answer(204)


async def unmake(exchange: Exchange, repository: Repository, actor: Actor) -> None:
    """Delete it as its owner does: what came into it meanwhile can be had back with it."""
    projection = exchange.held.projection
    try:
        await projection.bus.request(
            DeleteRepository(
                actor=actor,
                account_id=repository.account_id,
                repository_id=repository.repository_id,
                confirm=repository.full_name,
            )
        )
    except Problem as problem:
        raise from_problem(problem, missing="NoSuchBucket") from None
    # Known here before its event is, which says the same with a later version.
    gone = {"state": State.DELETED, "version": repository.version + 1}
    await projection.keep(repository.changed(**gone))
