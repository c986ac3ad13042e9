"""Headers of objects: those a client sends to be kept, those it gets back."""

import re
from collections.abc import Mapping
from email.utils import formatdate
from functools import lru_cache

from services.storage.models import ObjectRecord
from services.storage.operations.committing import NewObject
from services.storage.s3.checksums import ALGORITHMS, check_algorithm
from services.storage.s3.conditions import read_conditions
from services.storage.s3.errors import S3Error
from services.storage.s3.tagging import parse_tagging_header
from services.storage.views.exchange import Header

DEFAULT_TYPE = "binary/octet-stream"
META = "x-amz-meta-"
KEPT = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "expires",
)
MAX_META_BYTES = 2 * 1024
MAX_KEPT_BYTES = 8 * 1024
# Each promises something that would not be kept: better refused than broken.
REFUSED = (
    "x-amz-server-side-encryption",
    "x-amz-object-lock",
    "x-amz-write-offset-bytes",
    "x-amz-website-redirect-location",
)
# Types that no browser runs; everything else is shown in a sandbox, whatever it turns out to be.
INERT = ("image/", "video/", "audio/", "font/", "application/pdf")
SANDBOX = (b"content-security-policy", b"sandbox")
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
TOKEN = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]+").fullmatch


def new_object(
    key: str, headers: Mapping[str, str], uid: str, *, kept: tuple[str, ...] = ()
) -> NewObject:
    """What the headers of a request, or the fields of a form, say the object is to be."""
    refuse_promises(headers)
    return NewObject(
        key,
        content_type_of(headers),
        uid,
        metadata_of(headers),
        kept_headers(headers),
        read_conditions(headers),
        kept,
        parse_tagging_header(headers.get("x-amz-tagging", "")),
    )


def refuse_promises(headers: Mapping[str, str]) -> None:
    """Raises NotImplemented for what we would have to promise and do not keep."""
    for name in headers:
        if name.startswith(REFUSED):
            raise S3Error("NotImplemented", Header=name)


def content_type_of(headers: Mapping[str, str]) -> str:
    """As it was sent."""
    return clean(headers.get("content-type", "") or DEFAULT_TYPE)


def metadata_of(headers: Mapping[str, str]) -> dict[str, str]:
    """The x-amz-meta- headers without that prefix. Raises MetadataTooLarge over 2 KiB."""
    metadata = {
        clean_name(name.removeprefix(META)): clean(value)
        for name, value in headers.items()
        if name.startswith(META)
    }
    size = sum(len(name) + len(value) for name, value in metadata.items())
    if size > MAX_META_BYTES:
        raise S3Error("MetadataTooLarge", Size=size, MaxSizeAllowed=MAX_META_BYTES)
    return metadata


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that come back as they were sent; aws-chunked is of the way, not of the thing."""
    kept = {name: clean(headers[name]) for name in KEPT if headers.get(name)}
    if "content-encoding" in kept:
        encodings = [one.strip() for one in kept["content-encoding"].split(",")]
        if "aws-chunked" in encodings:
            others = (one for one in encodings if one and one != "aws-chunked")
            kept["content-encoding"] = ", ".join(others)
        if not kept["content-encoding"]:
            del kept["content-encoding"]
    size = sum(map(len, kept.values()))
    if size > MAX_KEPT_BYTES:
        raise S3Error("MetadataTooLarge", Size=size, MaxSizeAllowed=MAX_KEPT_BYTES)
    return kept


def clean(value: str) -> str:
    """A value that can be a header again; forms and queries may hold what headers cannot."""
    if any(character < " " or character == "\x7f" for character in value):
        raise S3Error("InvalidArgument", "A header value cannot hold control characters.")
    return value


def clean_name(name: str) -> str:
    """What can be the rest of a header's name again (RFC 9110 §5.6.2)."""
    if not TOKEN(name):
        raise S3Error("InvalidArgument", f"{META} must be followed by the characters of a name.")
    return name


def object_headers(record: ObjectRecord) -> list[Header]:
    """What every answer about an object says."""
    headers = [
        (b"content-type", raw(record.content_type)),
        (b"etag", b'"%b"' % record.etag.encode()),
        (b"last-modified", http_date(record.modified_ms // 1000)),
        (b"accept-ranges", b"bytes"),
        NO_SNIFFING,
    ]
    if not is_inert(record.content_type):
        headers.append(SANDBOX)
    if record.headers:
        headers += [(name.encode(), raw(value)) for name, value in record.headers.items()]
    if record.metadata:
        headers += [(raw(META + name), raw(value)) for name, value in record.metadata.items()]
    if record.tags:
        headers.append((b"x-amz-tagging-count", b"%d" % len(record.tags)))
    return headers


@lru_cache(maxsize=1024)
def is_inert(content_type: str) -> bool:
    """Whether no browser runs what is in it."""
    kind = content_type.strip().lower()
    # Of several types, divided by commas, browsers take the last.
    return kind.startswith(INERT) and not any(word in kind for word in ("svg", "xml", ","))


@lru_cache(maxsize=4096)
def http_date(seconds: int) -> bytes:
    """RFC 9110 §5.6.7."""
    return formatdate(seconds, usegmt=True).encode()


def raw(value: str) -> bytes:
    """As it came in: each character one byte; what came by a form or a query is UTF-8."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode()


def told_checksums(checksums: Mapping[str, str]) -> list[tuple[str, str]]:
    """By S3's names: the one that the client chose, else the one that is always kept."""
    chosen = [name for name in checksums if name != "crc64nvme"] or list(checksums)
    return [(name.upper(), checksums[name]) for name in chosen]


def checksum_type(value: str) -> str:
    """Whether it is a checksum of the whole, or of the checksums of its parts."""
    return "COMPOSITE" if "-" in value else "FULL_OBJECT"


def checksum_headers(checksums: Mapping[str, str]) -> list[Header]:
    """x-amz-checksum- headers, and of what kind they are."""
    headers = []
    for name, value in told_checksums(checksums):
        headers.append((f"x-amz-checksum-{name.lower()}".encode(), value.encode()))
        headers.append((b"x-amz-checksum-type", checksum_type(value).encode()))
    return headers


def wanted_algorithm(headers: Mapping[str, str]) -> str:
    """The x-amz-checksum-algorithm of an upload or a copy; empty without one."""
    name = headers.get("x-amz-checksum-algorithm", "")
    return check_algorithm(name) if name else ""


def declared_checksums(headers: Mapping[str, str]) -> dict[str, str]:
    """The x-amz-checksum- headers by lower-case name, of a request whose body they are not of."""
    names = {name.lower(): headers.get(f"x-amz-checksum-{name.lower()}") for name in ALGORITHMS}
    return {name: value for name, value in names.items() if value is not None}
