"""The URL space of the data door: which operation on which thing a request means.

    /                            the service: ListBuckets
    /{account}[/]                the account as a bucket; its keys are `repository/key`
    /{account}/{repository}[/]   the repository as a bucket, of the endpoint /{account}
    /{account}--{repository}     the repository as a bucket of the whole server
    /{account}/{repository}/{key}, /{account}--{repository}/{key}   an object
    /{account}/{repository}/?archive=zip   all of it as one file (views/archives.py)

The path is decoded once and never normalised: `//`, `..`, control characters and a trailing slash
are part of the key. Ids are not judged here: look them up.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote, unquote_to_bytes

from services.storage.s3.errors import S3Error
from services.storage.s3.request import Request
from services.storage.s3.subresources import check_version, find_operation

MAX_KEY_BYTES = 1024
ALIAS = "--"

_BAD_ESCAPE = re.compile(rb"%(?![0-9a-fA-F]{2})").search


class Level(StrEnum):
    """What a request is about."""

    SERVICE = "service"
    ACCOUNT = "account"
    REPOSITORY = "repository"
    OBJECT = "object"


class Form(StrEnum):
    """Which of the three ways in was taken: what the client calls the bucket."""

    ACCOUNT = "account"
    ENDPOINT = "endpoint"
    ALIAS = "alias"


@dataclass(slots=True)
class Target:
    """`operation` is S3's name for what is asked. `key` is the key within the repository.

    `version_id` is empty for what the key has now.
    """

    operation: str
    level: Level
    form: Form = Form.ACCOUNT
    account_id: str = ""
    repository_id: str = ""
    key: str = ""
    version_id: str = ""

    @property
    def bucket(self) -> str:
        """The bucket as the client named it."""
        if self.form is Form.ALIAS:
            return f"{self.account_id}{ALIAS}{self.repository_id}"
        return self.repository_id if self.form is Form.ENDPOINT else self.account_id

    @property
    def shown_key(self) -> str:
        """The key as the client named it."""
        if self.form is Form.ACCOUNT:
            return f"{self.repository_id}/{self.key}"
        return self.key


def read_target(request: Request) -> Target:
    """What a request is about.

    Raises InvalidURI (a bad escape, not UTF-8), KeyTooLongError, NotImplemented and
    MethodNotAllowed; NoSuchKey for `HEAD /{account}/{repository}`, AccessDenied for its DELETE.
    """
    bucket, slash, rest = request.raw_path.removeprefix(b"/").partition(b"/")
    name = decode_path(bucket)
    if ALIAS in name:
        account_id, _, repository_id = name.partition(ALIAS)
        target = Target("", Level.REPOSITORY, Form.ALIAS, account_id, repository_id)
        return _bucket_or_object(request, target, decode_path(rest))
    if not name and not slash:
        return _service(request)
    if not rest:
        target = Target("", Level.ACCOUNT, Form.ACCOUNT, name)
        return _bucket_or_object(request, target, "")
    repository_id, slash_after, key = decode_path(rest).partition("/")
    if key:
        target = Target("", Level.OBJECT, Form.ACCOUNT, name, repository_id)
        return _bucket_or_object(request, target, key)
    target = Target("", Level.REPOSITORY, Form.ENDPOINT, name, repository_id)
    return _endpoint_bucket(request, target, is_root=bool(slash_after))


def decode_path(raw: bytes) -> str:
    """Decode percent escapes once. Raises InvalidURI (a bad escape, not UTF-8)."""
    try:
        if b"%" not in raw:
            return raw.decode()
        if _BAD_ESCAPE(raw):
            raise S3Error("InvalidURI")
        return unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise S3Error("InvalidURI", "The path of the request is not UTF-8.") from None


def check_key(key: str) -> str:
    """The key itself. Raises KeyTooLongError over 1,024 bytes of UTF-8."""
    size = len(key) if key.isascii() else len(key.encode())
    if size > MAX_KEY_BYTES:
        raise S3Error("KeyTooLongError", Size=size, MaxSizeAllowed=MAX_KEY_BYTES)
    return key


def copy_sources(value: str, target: Target) -> list[Target]:
    """The objects that an x-amz-copy-source header may mean, likeliest first.

    `value` is `[/]bucket/key`, encoded as in a query, as `read_headers` gives it: to S3 a `+` is a
    space here, and s5cmd sends it so. A client of the endpoint /{account} leaves the account out,
    and only what exists tells the two apart.
    Raises InvalidArgument, NoSuchVersion, InvalidURI, KeyTooLongError.
    """
    path, _, version = value.removeprefix("/").partition("?versionId=")
    if version:
        check_version(version)
    bucket, _, key = decode_path(path.replace("+", " ").encode("latin-1")).partition("/")
    if not bucket or not key:
        raise S3Error("InvalidArgument", "Copy Source must mention the source bucket and key")
    operation, level = "GetObject", Level.OBJECT
    if ALIAS in bucket:
        account_id, _, repository_id = bucket.partition(ALIAS)
        place = (account_id, repository_id, check_key(key))
        return [Target(operation, level, Form.ALIAS, *place, version)]
    sources = []
    repository_id, _, rest = key.partition("/")
    if rest:
        place = (bucket, repository_id, rest)
        sources.append(Target(operation, level, Form.ACCOUNT, *place, version))
    if not sources or len(key.encode()) <= MAX_KEY_BYTES:
        check_key(key)
        place = (target.account_id, bucket, key)
        sources.append(Target(operation, level, Form.ENDPOINT, *place, version))
    check_key(sources[0].key)
    return sources


def object_path(account_id: str, repository_id: str, key: str) -> str:
    """The path of an object's URL, encoded as SigV4 wants it; `read_target` reads it back."""
    return f"/{account_id}/{repository_id}/{quote(key, safe='/-_.~')}"


def _service(request: Request) -> Target:
    if request.method == "OPTIONS":
        return Target("Preflight", Level.SERVICE)
    if request.method != "GET":
        raise S3Error("MethodNotAllowed", Method=request.method)
    return Target("ListBuckets", Level.SERVICE)


def _bucket_or_object(request: Request, target: Target, key: str) -> Target:
    if key:
        target.key = check_key(key)
        target.level = Level.OBJECT
    target.operation = _operation(request, on_object=bool(key))
    if key and b"versionId" in request.query_string:
        target.version_id = request.query.get("versionId", "")
    return target


def _operation(request: Request, *, on_object: bool) -> str:
    if request.method == "OPTIONS":
        return "Preflight"
    operation = find_operation(request.method, request.query, on_object=on_object)
    if operation in {"PutObject", "UploadPart"}:
        return _refine_put(request, operation)
    return operation


def _refine_put(request: Request, operation: str) -> str:
    query = request.query
    if ("partNumber" in query) != ("uploadId" in query):
        raise S3Error("InvalidArgument", "A part needs both partNumber and uploadId.")
    if "x-amz-copy-source" not in request.headers:
        return operation
    return "CopyObject" if operation == "PutObject" else "UploadPartCopy"


def _endpoint_bucket(request: Request, target: Target, *, is_root: bool) -> Target:
    """`/{account}/{repository}` may be a bucket, or a key without its repository's slash."""
    method, headers = request.method, request.headers
    if method == "HEAD" and not is_root:
        # Clients ask whether it is a file: it is a directory, and S3 has none.
        raise S3Error("NoSuchKey")
    is_key = "uploadId" in request.query or (method == "POST" and "uploads" in request.query)
    if is_key or (method == "PUT" and not request.query and _has_content(headers)):
        target.operation = "WriteWithoutKey"
        return target
    target.operation = _operation(request, on_object=False)
    if target.operation == "DeleteBucket":
        if not is_root:
            raise S3Error("AccessDenied", "A repository is not deleted over S3.")
        target.operation = "DeleteRoot"
    if target.operation == "ListObjects" and _is_browser(request):
        target.operation = "RepositoryPage"
    return target


def _has_content(headers: dict[str, str]) -> bool:
    if "transfer-encoding" in headers or "x-amz-copy-source" in headers:
        return True
    return headers.get("content-length", "0") != "0"


def _is_browser(request: Request) -> bool:
    return not request.query_string and (
        "authorization" not in request.headers and "text/html" in request.headers.get("accept", "")
    )
