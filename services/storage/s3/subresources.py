"""Which operation a method and a query mean, on a bucket and on an object: one table each.

A write whose query is not understood is refused: `PUT ?acl` must never become a PutObject.
"""

import re
from collections.abc import Mapping

from services.storage.s3.errors import S3Error

# The first name of the query that is found decides; None is the plain method. S3 knows no archive.
_BUCKET: dict[str, dict[str | None, str]] = {
    "GET": {
        "location": "GetBucketLocation",
        "versioning": "GetBucketVersioning",
        "versions": "ListObjectVersions",
        "uploads": "ListMultipartUploads",
        "acl": "GetBucketAcl",
        "policy": "GetBucketPolicy",
        "cors": "GetBucketCors",
        "lifecycle": "GetBucketLifecycleConfiguration",
        "accelerate": "GetBucketAccelerateConfiguration",
        "logging": "GetBucketLogging",
        "notification": "GetBucketNotificationConfiguration",
        "requestPayment": "GetBucketRequestPayment",
        "archive": "GetArchive",
        "list-type": "ListObjectsV2",
        None: "ListObjects",
    },
    "HEAD": {"archive": "GetArchive", None: "HeadBucket"},
    "PUT": {
        "acl": "PutBucketAcl",
        "cors": "PutBucketCors",
        "lifecycle": "PutBucketLifecycleConfiguration",
        "versioning": "PutBucketVersioning",
        None: "CreateBucket",
    },
    "POST": {"delete": "DeleteObjects", None: "PostObject"},
    "DELETE": {
        "cors": "DeleteBucketCors",
        "lifecycle": "DeleteBucketLifecycle",
        **dict.fromkeys(("encryption", "policy", "tagging", "website"), "DeleteUnset"),
        None: "DeleteBucket",
    },
}
_OBJECT: dict[str, dict[str | None, str]] = {
    "GET": {
        "uploadId": "ListParts",
        "acl": "GetObjectAcl",
        "attributes": "GetObjectAttributes",
        "tagging": "GetObjectTagging",
        None: "GetObject",
    },
    "HEAD": {None: "HeadObject"},
    "PUT": {
        "uploadId": "UploadPart",
        "acl": "PutObjectAcl",
        "tagging": "PutObjectTagging",
        None: "PutObject",
    },
    "POST": {"uploads": "CreateMultipartUpload", "uploadId": "CompleteMultipartUpload"},
    "DELETE": {
        "uploadId": "AbortMultipartUpload",
        "tagging": "DeleteObjectTagging",
        None: "DeleteObject",
    },
}
# What a bucket here never has, and how S3 says so.
_ABSENT = {
    "encryption": "ServerSideEncryptionConfigurationNotFoundError",
    "object-lock": "ObjectLockConfigurationNotFoundError",
    "ownershipControls": "OwnershipControlsNotFoundError",
    "policyStatus": "NoSuchBucketPolicy",
    "publicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "replication": "ReplicationConfigurationNotFoundError",
    "tagging": "NoSuchTagSet",
    "website": "NoSuchWebsiteConfiguration",
}
_SUBRESOURCES = frozenset(
    {
        "accelerate",
        "acl",
        "analytics",
        "annotation",
        "annotations",
        "append",
        "attributes",
        "cors",
        "delete",
        "encryption",
        "intelligent-tiering",
        "inventory",
        "legal-hold",
        "lifecycle",
        "location",
        "logging",
        "metadataConfiguration",
        "metadataInventoryTable",
        "metadataJournalTable",
        "metadataTable",
        "metrics",
        "notification",
        "object-lock",
        "ownershipControls",
        "policy",
        "policyStatus",
        "publicAccessBlock",
        "renameObject",
        "replication",
        "requestPayment",
        "restore",
        "retention",
        "select",
        "select-type",
        "session",
        "tagging",
        "torrent",
        "uploads",
        "versioning",
        "versions",
        "website",
    }
)
# The last two name for whom one of our own addresses was signed (operations/presigning.py), and
# the share link that somebody came with.
# A signature of version 2 is refused where signatures are read, with advice.
_PLAIN = frozenset(
    {"x-id", "versionId", "partNumber", "uploadId", "x-coop-actor", "share"}
    | {"AWSAccessKeyId", "Signature", "Expires"}
)
VERSION_ID = re.compile(r"[0-9a-f]{16}").fullmatch


def find_operation(method: str, query: Mapping[str, str], *, on_object: bool) -> str:
    """S3's name of the operation.

    Raises MethodNotAllowed, NotImplemented, and for the configuration that buckets do not have
    here its own NoSuch... code.
    """
    operations = (_OBJECT if on_object else _BUCKET).get(method)
    if operations is None:
        raise S3Error("MethodNotAllowed", Method=method)
    name = _deciding_name(operations, query) if query else None
    if name not in operations:
        raise S3Error("MethodNotAllowed", Method=method)
    if query:
        _refuse_unknown(method, query, name, on_object=on_object)
    return operations[name]


def _deciding_name(operations: Mapping[str | None, str], query: Mapping[str, str]) -> str | None:
    return next((name for name in operations if name is not None and name in query), None)


def _refuse_unknown(
    method: str, query: Mapping[str, str], name: str | None, *, on_object: bool
) -> None:
    for other in query:
        if other == name or other in _PLAIN:
            continue
        if other in _SUBRESOURCES:
            if method == "GET" and not on_object and other in _ABSENT:
                raise S3Error(_ABSENT[other])
            raise S3Error("NotImplemented", Header=other)
        # A copy source moved into the query of a presigned URL would be a PutObject of nothing.
        is_signature = other.lower().startswith("x-amz-") and other != "x-amz-copy-source"
        if method not in {"GET", "HEAD"} and not is_signature:
            raise S3Error("NotImplemented", Header=other)
    _check_values(method, query, name, on_object=on_object)


def _check_values(
    method: str, query: Mapping[str, str], name: str | None, *, on_object: bool
) -> None:
    if not on_object:
        if query.get("list-type", "2") != "2":
            raise S3Error("InvalidArgument", "Invalid List Type specified in Request")
        return
    if "versionId" in query:
        version = check_version(query["versionId"])
        is_new = method in {"PUT", "POST"} and name not in {"acl", "tagging"}
        if is_new and version != "null":
            raise S3Error("InvalidArgument", "This operation does not accept a version-id.")


def check_version(version: str) -> str:
    """The id itself. Raises InvalidArgument where it is empty, NoSuchVersion for none of ours."""
    if not version:
        raise S3Error("InvalidArgument", "Version id cannot be the empty string")
    if version != "null" and not VERSION_ID(version):
        raise S3Error("NoSuchVersion", VersionId=version[:128])
    return version
