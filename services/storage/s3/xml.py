"""The XML answers of S3 that are not listings of keys (those are in `listings`), as bytes.

Shapes: Amazon S3 API reference, "Response Syntax" of each operation. Request bodies are read in
`bodies`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.storage.s3.errors import S3Error
from services.storage.s3.escaping import escape, moment

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'


@dataclass(frozen=True, slots=True)
class Owner:
    """Whom S3 would call the owner."""

    id: str
    display_name: str


class Bucket(NamedTuple):
    """One line of ListBuckets."""

    name: str
    created_ms: int


class Part(NamedTuple):
    """One uploaded part; `etag` without quotes, `checksums` by S3's names (CRC32, ...)."""

    number: int
    size: int
    etag: str
    modified_ms: int
    checksums: tuple[tuple[str, str], ...] = ()


class DeletedKey(NamedTuple):
    """A key of DeleteObjects, the version asked for, and the id of the marker left or taken."""

    key: str
    version_id: str = ""
    marker_id: str = ""


class DeleteFailure(NamedTuple):
    """A key that DeleteObjects could not delete."""

    key: str
    code: str
    message: str
    version_id: str = ""


@dataclass(slots=True)
class PartListing:
    """One page of the parts of an upload."""

    bucket: str
    key: str
    upload_id: str
    parts: Sequence[Part]
    marker: int = 0
    max_parts: int = 1000
    is_truncated: bool = False
    owner: Owner | None = None


def document(root: str, *parts: str) -> bytes:
    """A document of S3's namespace; the parts are XML already."""
    return "".join((HEAD, f"<{root} {NAMESPACE}>", *parts, f"</{root}>")).encode()


def owner_element(owner: Owner | None) -> str:
    """The Owner element, nothing without an owner."""
    if owner is None:
        return ""
    name = escape(owner.display_name)
    return f"<Owner><ID>{escape(owner.id)}</ID><DisplayName>{name}</DisplayName></Owner>"


def error(problem: S3Error, *, resource: str = "", request_id: str = "") -> bytes:
    """The Error document."""
    details = "".join(
        f"<{name}>{escape(str(value))}</{name}>" for name, value in problem.details.items()
    )
    return (
        f"{HEAD}<Error><Code>{problem.code}</Code><Message>{escape(problem.message)}</Message>"
        f"{details}<Resource>{escape(resource)}</Resource>"
        f"<RequestId>{escape(request_id)}</RequestId></Error>"
    ).encode()


def list_buckets(
    buckets: Iterable[Bucket], owner: Owner, *, prefix: str = "", next_token: str = ""
) -> bytes:
    """ListAllMyBucketsResult; `next_token` where there are more."""
    lines = [
        f"<Bucket><Name>{escape(bucket.name)}</Name>"
        f"<CreationDate>{moment(bucket.created_ms)}</CreationDate></Bucket>"
        for bucket in buckets
    ]
    return document(
        "ListAllMyBucketsResult",
        owner_element(owner),
        f"<Buckets>{''.join(lines)}</Buckets>",
        f"<ContinuationToken>{next_token}</ContinuationToken>" if next_token else "",
        f"<Prefix>{escape(prefix)}</Prefix>" if prefix else "",
    )


def bucket_location(region: str) -> bytes:
    """LocationConstraint; S3 leaves it empty for us-east-1."""
    return document("LocationConstraint", "" if region == "us-east-1" else escape(region))


def access_control(owner: Owner, *, is_public: bool) -> bytes:
    """AccessControlPolicy: the owner may do everything, and everyone may read what is public."""
    schema = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    grants = (
        f'<Grant><Grantee {schema} xsi:type="CanonicalUser"><ID>{escape(owner.id)}</ID>'
        f"<DisplayName>{escape(owner.display_name)}</DisplayName></Grantee>"
        "<Permission>FULL_CONTROL</Permission></Grant>"
    )
    if is_public:
        grants += (
            f'<Grant><Grantee {schema} xsi:type="Group">'
            "<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
            "<Permission>READ</Permission></Grant>"
        )
    return document(
        "AccessControlPolicy",
        owner_element(owner),
        f"<AccessControlList>{grants}</AccessControlList>",
    )


def initiate_multipart_upload(bucket: str, key: str, upload_id: str) -> bytes:
    """InitiateMultipartUploadResult."""
    return document(
        "InitiateMultipartUploadResult",
        _named(bucket, key),
        f"<UploadId>{escape(upload_id)}</UploadId>",
    )


def complete_multipart_upload(
    bucket: str, key: str, *, location: str, etag: str, checksums: Iterable[tuple[str, str]] = ()
) -> bytes:
    """CompleteMultipartUploadResult; checksums by name (`CRC64NVME`, also `Type`)."""
    return document(
        "CompleteMultipartUploadResult",
        f"<Location>{escape(location)}</Location>",
        _named(bucket, key),
        f"<ETag>&quot;{etag}&quot;</ETag>",
        _checksums(checksums),
    )


def list_parts(page: PartListing) -> bytes:
    """ListPartsResult."""
    last = page.parts[-1].number if page.parts else page.marker
    parts = [
        f"<Part><PartNumber>{part.number}</PartNumber>"
        f"<LastModified>{moment(part.modified_ms)}</LastModified>"
        f"<ETag>&quot;{part.etag}&quot;</ETag><Size>{part.size}</Size>"
        f"{_checksums(part.checksums)}</Part>"
        for part in page.parts
    ]
    owner = owner_element(page.owner)
    return document(
        "ListPartsResult",
        _named(page.bucket, page.key),
        f"<UploadId>{escape(page.upload_id)}</UploadId>",
        owner.replace("Owner>", "Initiator>") + owner,
        "<StorageClass>STANDARD</StorageClass>",
        f"<PartNumberMarker>{page.marker}</PartNumberMarker>",
        f"<NextPartNumberMarker>{last}</NextPartNumberMarker>",
        f"<MaxParts>{page.max_parts}</MaxParts>",
        f"<IsTruncated>{str(page.is_truncated).lower()}</IsTruncated>",
        "".join(parts),
    )


def copy_result(
    element: str, *, etag: str, modified_ms: int, checksums: Iterable[tuple[str, str]] = ()
) -> bytes:
    """`element` is CopyObjectResult or CopyPartResult."""
    return document(
        element,
        f"<LastModified>{moment(modified_ms)}</LastModified><ETag>&quot;{etag}&quot;</ETag>",
        _checksums(checksums),
    )


def delete_result(deleted: Iterable[DeletedKey], failures: Iterable[DeleteFailure]) -> bytes:
    """DeleteResult; a quiet request wants no `deleted`."""
    lines = [
        f"<Deleted><Key>{escape(one.key)}</Key>{_version_id(one.version_id)}"
        f"{_marker(one.marker_id)}</Deleted>"
        for one in deleted
    ]
    lines += [
        f"<Error><Key>{escape(failure.key)}</Key>{_version_id(failure.version_id)}"
        f"<Code>{failure.code}</Code>"
        f"<Message>{escape(failure.message)}</Message></Error>"
        for failure in failures
    ]
    return document("DeleteResult", *lines)


def _version_id(version_id: str) -> str:
    return f"<VersionId>{escape(version_id)}</VersionId>" if version_id else ""


def _marker(version_id: str) -> str:
    if not version_id:
        return ""
    return (
        "<DeleteMarker>true</DeleteMarker>"
        f"<DeleteMarkerVersionId>{version_id}</DeleteMarkerVersionId>"
    )


def post_response(*, location: str, bucket: str, key: str, etag: str) -> bytes:
    """PostResponse: the answer to a form upload with success_action_status 201."""
    return (
        f"{HEAD}<PostResponse><Location>{escape(location)}</Location>{_named(bucket, key)}"
        f"<ETag>&quot;{etag}&quot;</ETag></PostResponse>"
    ).encode()


def _named(bucket: str, key: str) -> str:
    return f"<Bucket>{escape(bucket)}</Bucket><Key>{escape(key)}</Key>"


def _checksums(checksums: Iterable[tuple[str, str]]) -> str:
    return "".join(f"<Checksum{name}>{escape(value)}</Checksum{name}>" for name, value in checksums)
