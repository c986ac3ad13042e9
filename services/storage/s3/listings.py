"""The XML of S3's listings of keys, built as text: a page of 1,000 keys costs about a millisecond.

Shapes: Amazon S3 API reference, "Response Syntax" of each operation.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.storage.s3.escaping import Encoder, choose_encoder, escape, moment
from services.storage.s3.xml import Owner, document, owner_element


class Entry(NamedTuple):
    """One object of a listing; `etag` without quotes, `modified_ms` in epoch milliseconds."""

    key: str
    size: int
    etag: str
    modified_ms: int


class Upload(NamedTuple):
    """One multipart upload under way."""

    key: str
    upload_id: str
    initiated_ms: int


@dataclass(slots=True)
class Listing:
    """One page of keys, in the words of the request and with what was found."""

    bucket: str
    entries: Sequence[Entry]
    common_prefixes: Sequence[str] = ()
    prefix: str = ""
    delimiter: str = ""
    max_keys: int = 1000
    is_truncated: bool = False
    is_url_encoded: bool = False
    owner: Owner | None = None


def list_objects_v2(
    page: Listing, *, start_after: str = "", token: str | None = None, next_token: str | None = None
) -> bytes:
    """ListBucketResult, version 2; `owner` only where fetch-owner was asked. Tokens are opaque."""
    encode, is_url = _encoder(page, start_after)
    count = len(page.entries) + len(page.common_prefixes)
    return document(
        "ListBucketResult",
        _head(page, encode, is_url=is_url),
        f"<KeyCount>{count}</KeyCount>",
        _optional("StartAfter", start_after, encode),
        "" if token is None else f"<ContinuationToken>{escape(token)}</ContinuationToken>",
        f"<NextContinuationToken>{escape(next_token)}</NextContinuationToken>"
        if next_token is not None
        else "",
        _contents(page, encode),
        _common_prefixes(page.common_prefixes, encode),
    )


def list_objects(page: Listing, *, marker: str = "", next_marker: str | None = None) -> bytes:
    """ListBucketResult, version 1; S3 sends NextMarker only where a delimiter was asked."""
    encode, is_url = _encoder(page, marker, next_marker or "")
    return document(
        "ListBucketResult",
        _head(page, encode, is_url=is_url),
        f"<Marker>{_encoded(marker, encode)}</Marker>",
        _optional("NextMarker", next_marker or "", encode),
        _contents(page, encode),
        _common_prefixes(page.common_prefixes, encode),
    )


class VersionEntry(NamedTuple):
    """One version of a key, or that it was deleted; else as Entry."""

    key: str
    size: int
    etag: str
    modified_ms: int
    version_id: str
    is_latest: bool
    is_marker: bool = False


@dataclass(slots=True)
class VersionListing:
    """One page of versions; `next_markers` (key, version id) where there are more."""

    bucket: str
    entries: Sequence[VersionEntry]
    common_prefixes: Sequence[str] = ()
    prefix: str = ""
    delimiter: str = ""
    max_keys: int = 1000
    is_url_encoded: bool = False
    key_marker: str = ""
    version_id_marker: str = ""
    next_markers: tuple[str, str] | None = None
    owner: Owner | None = None

    @property
    def is_truncated(self) -> bool:
        """Whether there are more."""
        return self.next_markers is not None


def list_object_versions(page: VersionListing) -> bytes:
    """ListVersionsResult."""
    next_key, next_id = page.next_markers or ("", "")
    encode, is_url = _encoder(page, page.key_marker, next_key)
    return document(
        "ListVersionsResult",
        _head(page, encode, is_url=is_url),
        f"<KeyMarker>{_encoded(page.key_marker, encode)}</KeyMarker>",
        f"<VersionIdMarker>{escape(page.version_id_marker)}</VersionIdMarker>",
        _optional("NextKeyMarker", next_key, encode),
        f"<NextVersionIdMarker>{next_id}</NextVersionIdMarker>" if next_id else "",
        *(_version(entry, encode, owner_element(page.owner)) for entry in page.entries),
        _common_prefixes(page.common_prefixes, encode),
    )


def _version(entry: VersionEntry, encode: Encoder | None, owner: str) -> str:
    told = (
        f"<Key>{_encoded(entry.key, encode)}</Key><VersionId>{entry.version_id}</VersionId>"
        f"<IsLatest>{_bool(entry.is_latest)}</IsLatest>"
        f"<LastModified>{moment(entry.modified_ms)}</LastModified>"
    )
    if entry.is_marker:
        return f"<DeleteMarker>{told}{owner}</DeleteMarker>"
    return (
        f"<Version>{told}<ETag>&quot;{entry.etag}&quot;</ETag><Size>{entry.size}</Size>"
        f"<StorageClass>STANDARD</StorageClass>{owner}</Version>"
    )


@dataclass(slots=True)
class UploadListing:
    """One page of the multipart uploads under way in a bucket."""

    bucket: str
    uploads: Sequence[Upload]
    common_prefixes: Sequence[str] = ()
    prefix: str = ""
    delimiter: str = ""
    max_uploads: int = 1000
    is_url_encoded: bool = False
    key_marker: str = ""
    upload_id_marker: str = ""
    next_markers: tuple[str, str] | None = None
    owner: Owner | None = None


def list_multipart_uploads(page: UploadListing) -> bytes:
    """ListMultipartUploadsResult; `next_markers` (key, upload id) when it is truncated."""
    next_key, next_id = page.next_markers or ("", "")
    names = [upload.key for upload in page.uploads]
    names += [page.prefix, page.delimiter, page.key_marker, next_key, *page.common_prefixes]
    encode, is_url = choose_encoder(names, is_url_wanted=page.is_url_encoded)
    owner = owner_element(page.owner) + owner_element(page.owner).replace("Owner>", "Initiator>")
    uploads = [
        f"<Upload><Key>{_encoded(upload.key, encode)}</Key><UploadId>{upload.upload_id}</UploadId>"
        f"{owner}<StorageClass>STANDARD</StorageClass>"
        f"<Initiated>{moment(upload.initiated_ms)}</Initiated></Upload>"
        for upload in page.uploads
    ]
    return document(
        "ListMultipartUploadsResult",
        f"<Bucket>{escape(page.bucket)}</Bucket>",
        f"<KeyMarker>{_encoded(page.key_marker, encode)}</KeyMarker>",
        f"<UploadIdMarker>{escape(page.upload_id_marker)}</UploadIdMarker>",
        f"<NextKeyMarker>{_encoded(next_key, encode)}</NextKeyMarker>",
        f"<NextUploadIdMarker>{escape(next_id)}</NextUploadIdMarker>",
        f"<Prefix>{_encoded(page.prefix, encode)}</Prefix>",
        _optional("Delimiter", page.delimiter, encode),
        f"<MaxUploads>{page.max_uploads}</MaxUploads>",
        "<EncodingType>url</EncodingType>" if is_url else "",
        f"<IsTruncated>{_bool(page.next_markers is not None)}</IsTruncated>",
        "".join(uploads),
        _common_prefixes(page.common_prefixes, encode),
    )


def _encoder(page: Listing | VersionListing, *markers: str) -> tuple[Encoder | None, bool]:
    names = [entry.key for entry in page.entries]
    names += [page.prefix, page.delimiter, *markers, *page.common_prefixes]
    return choose_encoder(names, is_url_wanted=page.is_url_encoded)


def _head(page: Listing | VersionListing, encode: Encoder | None, *, is_url: bool) -> str:
    return (
        f"<Name>{escape(page.bucket)}</Name><Prefix>{_encoded(page.prefix, encode)}</Prefix>"
        f"{_optional('Delimiter', page.delimiter, encode)}<MaxKeys>{page.max_keys}</MaxKeys>"
        f"{'<EncodingType>url</EncodingType>' if is_url else ''}"
        f"<IsTruncated>{_bool(page.is_truncated)}</IsTruncated>"
    )


def _keys(page: Listing, encode: Encoder | None) -> Iterable[str]:
    keys = [entry.key for entry in page.entries]
    return map(encode, keys) if encode else keys


def _contents(page: Listing, encode: Encoder | None) -> str:
    end = f"{owner_element(page.owner)}<StorageClass>STANDARD</StorageClass></Contents>"
    return "".join(
        [
            f"<Contents><Key>{key}</Key><LastModified>{moment(modified_ms)}</LastModified>"
            f"<ETag>&quot;{etag}&quot;</ETag><Size>{size}</Size>{end}"
            for key, (_, size, etag, modified_ms) in zip(
                _keys(page, encode), page.entries, strict=True
            )
        ]
    )


def _common_prefixes(prefixes: Iterable[str], encode: Encoder | None) -> str:
    return "".join(
        f"<CommonPrefixes><Prefix>{_encoded(prefix, encode)}</Prefix></CommonPrefixes>"
        for prefix in prefixes
    )


def _encoded(name: str, encode: Encoder | None) -> str:
    return encode(name) if encode else name


def _optional(element: str, name: str, encode: Encoder | None) -> str:
    return f"<{element}>{_encoded(name, encode)}</{element}>" if name else ""


def _bool(value: bool) -> str:
    return "true" if value else "false"
