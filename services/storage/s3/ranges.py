"""The Range header: RFC 9110 §14, one range of bytes, as S3 answers it."""

import re
from collections.abc import Mapping
from datetime import datetime

from services.storage.s3.conditions import read_conditions
from services.storage.s3.errors import S3Error

_RANGE = re.compile(r"bytes=[ \t]*([0-9]{0,19})-([0-9]{0,19})[ \t]*", re.IGNORECASE).fullmatch


def parse_range(value: str | None, size: int) -> tuple[int, int] | None:
    """Start and end (exclusive) of the bytes wanted of `size`; None for the whole object.

    Another unit, several ranges and what cannot be read are ignored, as S3 does.
    Raises InvalidRange (416) when not one byte of it exists.
    """
    match = _RANGE(value) if value else None
    if match is None or (not match[1] and not match[2]):
        return None
    first, last = match[1], match[2]
    if not first:
        start, end = max(size - int(last), 0), size
    else:
        start, end = int(first), int(last) + 1 if last else size
        if last and end <= start:
            return None
    if start >= size or (not first and not int(last)):
        raise S3Error("InvalidRange", RangeRequested=match[0], ActualObjectSize=size)
    return start, min(end, size)


def parse_copy_range(value: str, size: int) -> tuple[int, int]:
    """Start and end (exclusive) of an x-amz-copy-source-range, which must lie inside the source.

    Raises InvalidArgument.
    """
    match = _RANGE(value)
    if match is None or not match[1] or not match[2]:
        raise S3Error(
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first "
            "and last are the zero-based offsets of the first and last bytes to copy",
        )
    start, end = int(match[1]), int(match[2]) + 1
    if end <= start or end > size:
        raise S3Error(
            "InvalidArgument", f"Range specified is not valid for source object of size: {size}"
        )
    return start, end


def wanted_range(
    headers: Mapping[str, str], size: int, *, etag: str, modified: datetime
) -> tuple[int, int] | None:
    """`parse_range` of a request, minding If-Range: the whole object if it has changed."""
    value = headers.get("range")
    if value is None:
        return None
    if_range = headers.get("if-range")
    if if_range is not None and not _is_same(if_range, etag, modified):
        return None
    return parse_range(value, size)


def _is_same(if_range: str, etag: str, modified: datetime) -> bool:
    if if_range.startswith('"'):
        return if_range.strip('"') == etag.strip('"')
    conditions = read_conditions({"if-unmodified-since": if_range})
    # RFC 9110 §13.1.5: a date must be exactly the one that was given, a weak tag never matches.
    return bool(conditions and conditions.if_unmodified_since == modified.replace(microsecond=0))


def content_range(start: int, end: int, size: int) -> str:
    """The Content-Range of the bytes from `start` to `end` (exclusive)."""
    return f"bytes {start}-{end - 1}/{size}"
