"""The ASGI application: address, who asks, may they, the operation, its answer or S3's error."""

import secrets
import time
from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any, NamedTuple

from services.storage.operations.failing_over import demand_primary
from services.storage.s3.addressing import Level, Target, read_target
from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request, read_headers
from services.storage.views import (
    acls,
    archives,
    attributes,
    avatars,
    buckets,
    cors,
    deleting,
    forms,
    lifecycle,
    listing,
    managing,
    multipart,
    reading,
    sts,
    tagging,
    versioning,
    writing,
)
from services.storage.views.bodies import drain
from services.storage.views.callers import find_caller
from services.storage.views.exchange import SEND_FILE, Exchange, Held, Receive, Send
from services.storage.views.forwarding import take_forwarded_host
from services.storage.views.refusals import refuse
from services.storage.views.rights import allowed_repository, seen_account
from shared import telemetry
from shared.http1 import ClientGoneError
from shared.log import correlated, logger
from shared.policy import Action

log = logger("door")

View = Callable[[Exchange], Awaitable[None]]
SEE, READ, LIST = Action.REPOSITORY_READ, Action.DATA_READ, Action.DATA_LIST
WRITE, DELETE, MANAGE = Action.DATA_WRITE, Action.DATA_DELETE, Action.REPOSITORY_EDIT
READING = frozenset({SEE, READ, LIST})
WRITING = frozenset({WRITE, DELETE})


class Route(NamedTuple):
    """What answers an operation, and what one must be allowed to do to the repository for it.

    Without an action the view asks for itself, once it has read more of the request.
    """

    view: View
    action: Action | None = READ


ROUTES: dict[str, Route] = {
    "GetObject": Route(reading.get_object),
    "HeadObject": Route(reading.get_object),
    "GetObjectAttributes": Route(attributes.attributes),
    "GetObjectAcl": Route(acls.get_of_object),
    "GetObjectTagging": Route(tagging.get),
    "PutObjectTagging": Route(tagging.put, WRITE),
    "DeleteObjectTagging": Route(tagging.delete, WRITE),
    "PutObject": Route(writing.put, WRITE),
    "CopyObject": Route(writing.copy, WRITE),
    "DeleteObject": Route(writing.delete, DELETE),
    "PutObjectAcl": Route(acls.put_of_object, WRITE),
    "DeleteObjects": Route(deleting.delete_objects, DELETE),
    "PostObject": Route(forms.post, None),
    "CreateMultipartUpload": Route(multipart.create, WRITE),
    "UploadPart": Route(multipart.put_part, WRITE),
    "UploadPartCopy": Route(multipart.copy_to_part, WRITE),
    "CompleteMultipartUpload": Route(multipart.complete, WRITE),
    "AbortMultipartUpload": Route(multipart.abort, WRITE),
    "ListParts": Route(multipart.parts, WRITE),
    "ListMultipartUploads": Route(listing.list_uploads, WRITE),
    "ListObjectsV2": Route(listing.list_v2, LIST),
    "ListObjects": Route(listing.list_v1, LIST),
    "ListObjectVersions": Route(versioning.list_object_versions, LIST),
    "ListBuckets": Route(buckets.buckets, None),
    "HeadBucket": Route(buckets.head, SEE),
    "GetBucketLocation": Route(buckets.location, SEE),
    "GetBucketCors": Route(cors.get, SEE),
    "PutBucketCors": Route(cors.put, MANAGE),
    "DeleteBucketCors": Route(cors.delete, MANAGE),
    "GetBucketVersioning": Route(versioning.get, SEE),
    "PutBucketVersioning": Route(versioning.put, MANAGE),
    "GetBucketLifecycleConfiguration": Route(lifecycle.get, SEE),
    "PutBucketLifecycleConfiguration": Route(lifecycle.put, MANAGE),
    "DeleteBucketLifecycle": Route(lifecycle.delete, MANAGE),
    "DeleteUnset": Route(buckets.gone, MANAGE),
    **dict.fromkeys(buckets.UNSET, Route(buckets.unset, SEE)),
    "GetBucketAcl": Route(acls.get, SEE),
    "GetBucketPolicy": Route(buckets.policy, SEE),
    "PutBucketAcl": Route(acls.put, WRITE),
    "CreateBucket": Route(managing.create, None),
    "DeleteBucket": Route(managing.drop, SEE),
    "DeleteRoot": Route(buckets.drop_root, DELETE),
    "WriteWithoutKey": Route(buckets.refuse_without_key, None),
    "GetArchive": Route(archives.get_archive, SEE),
    "RepositoryPage": Route(buckets.page, SEE),
}
METHODS = frozenset({"GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"})


class DataDoor:
    """Held open while the process serves."""

    def __init__(self, held: Held) -> None:
        self.held = held
        self._process = secrets.token_hex(4)
        self._numbers = count(1)
        self._answers = telemetry.doors["s3"]

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:  # noqa: ANN401
        """ASGI 3.0; anything but HTTP is not for us."""
        if scope["type"] != "http":
            return
        began = time.perf_counter()
        request = Request(scope["method"], scope["raw_path"], scope["query_string"], {})
        request_id = f"{self._process}{next(self._numbers):010x}"
        target = Target("", Level.SERVICE)
        sends_files = SEND_FILE in scope.get("extensions", ())
        exchange = Exchange(self.held, request, target, request_id, receive, send, sends_files)
        try:
            request.headers = read_headers(scope["headers"])
            if self.held.trusted_proxies:
                take_forwarded_host(request, scope["client"][0], self.held.trusted_proxies)
            cors.open_to_origins(exchange)
            await self._serve(exchange)
        except ClientGoneError:
            log.debug("the client left", request=request_id)
        except Exception as reason:  # noqa: BLE001 - whatever it is, the client gets an answer
            await self._refuse(exchange, reason)
        finally:
            self._answers.note(request.method, exchange.status, time.perf_counter() - began)

    async def _serve(self, exchange: Exchange) -> None:
        if exchange.request.method not in METHODS:
            raise S3Error("MethodNotAllowed", Method=exchange.request.method)
        if exchange.request.raw_path in sts.PATHS:
            await sts.answer(exchange)
            return
        if exchange.request.raw_path.startswith(avatars.ROOT):
            await avatars.answer(exchange)
            return
        exchange.target = target = read_target(exchange.request)
        if target.operation == "Preflight":
            await cors.preflight(exchange)
            return
        route = ROUTES[target.operation]
        if route.view is not forms.post:
            exchange.caller = await find_caller(exchange)
        if route.action is not None:
            await self._admit(exchange, route.action)
        if route.action in READING:
            await route.view(exchange)
            return
        # A change is followed from here through the bus to the index.
        with correlated(exchange.request_id):
            await route.view(exchange)

    async def _admit(self, exchange: Exchange, action: Action) -> None:
        if exchange.target.level is Level.ACCOUNT:
            await seen_account(exchange, exchange.target)
        else:
            target = exchange.target
            key = target.key or exchange.request.query.get("prefix", "")
            if target.operation == "DeleteObjects" and exchange.caller.principal.scope is not None:
                # Which keys it is about is in the body, and each is looked at by itself.
                action = SEE
            try:
                exchange.repository = await allowed_repository(exchange, target, action, key)
            except S3Error:
                await cors.keep_to_known_rules(exchange)
                raise
            await cors.keep_to_rules(exchange, exchange.repository)
            if action in WRITING:
                await demand_primary(self.held.resources, exchange.repository)

    async def _refuse(self, exchange: Exchange, reason: Exception) -> None:
        if exchange.status:
            # The answer has begun: only a broken connection can still tell that it is not whole.
            log.warning("an answer broke off", request=exchange.request_id, exc_info=reason)
            raise reason
        await drain(exchange)
        await refuse(exchange, reason)
