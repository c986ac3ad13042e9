from datetime import UTC, datetime

import pytest

from services.storage.s3.conditions import (
    COPY_SOURCE,
    Conditions,
    check_copy,
    check_read,
    check_write,
    read_conditions,
)
from services.storage.s3.errors import S3Error

ETAG = "5d41402abc4b2a76b9719d911017c592"
MODIFIED = datetime(2026, 11, 23, 12, 0, 0, 500_000, tzinfo=UTC)
BEFORE = "Mon, 23 Nov 2026 11:59:59 GMT"
SAME = "Mon, 23 Nov 2026 12:00:00 GMT"
AFTER = "Mon, 23 Nov 2026 12:00:01 GMT"


def conditions(**headers: str) -> Conditions:
    read = read_conditions({name.replace("_", "-"): value for name, value in headers.items()})
    assert read is not None
    return read


def test_most_requests_have_none() -> None:
    assert read_conditions({"host": "h"}) is None


# The table of RFC 9110 §13.2.2, for a GET of something that exists.
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"if_match": f'"{ETAG}"'}, None),
        ({"if_match": ETAG}, None),
        ({"if_match": "*"}, None),
        ({"if_match": f'"other", "{ETAG}"'}, None),
        ({"if_match": '"other"'}, "PreconditionFailed"),
        ({"if_match": f'W/"{ETAG}"'}, "PreconditionFailed"),
        ({"if_match": f'"{ETAG}"', "if_unmodified_since": BEFORE}, None),
        ({"if_match": '"other"', "if_unmodified_since": AFTER}, "PreconditionFailed"),
        ({"if_unmodified_since": BEFORE}, "PreconditionFailed"),
        ({"if_unmodified_since": SAME}, None),
        ({"if_unmodified_since": "yesterday"}, None),
        ({"if_none_match": f'"{ETAG}"'}, "NotModified"),
        ({"if_none_match": ETAG}, "NotModified"),
        ({"if_none_match": f'W/"{ETAG}"'}, "NotModified"),
        ({"if_none_match": "*"}, "NotModified"),
        ({"if_none_match": f'"a","{ETAG}"'}, "NotModified"),
        ({"if_none_match": '"other"'}, None),
        ({"if_none_match": '"other"', "if_modified_since": AFTER}, None),
        ({"if_none_match": f'"{ETAG}"', "if_modified_since": BEFORE}, "NotModified"),
        ({"if_modified_since": BEFORE}, None),
        ({"if_modified_since": SAME}, "NotModified"),
        ({"if_modified_since": AFTER}, "NotModified"),
        ({"if_modified_since": "Mon, 99 Nov 2026 12:00:00 GMT"}, None),
        ({"if_match": '"other"', "if_none_match": f'"{ETAG}"'}, "PreconditionFailed"),
        ({"if_match": f'"{ETAG}"', "if_none_match": f'"{ETAG}"'}, "NotModified"),
        ({"if_unmodified_since": AFTER, "if_modified_since": AFTER}, "NotModified"),
    ],
    ids=str,
)
def test_reads(headers: dict[str, str], code: str | None) -> None:
    read = conditions(**headers)
    if code is None:
        check_read(read, ETAG, MODIFIED)
        check_read(read, f'"{ETAG}"', MODIFIED)
        return
    with pytest.raises(S3Error) as caught:
        check_read(read, ETAG, MODIFIED)
    assert caught.value.code == code
    assert caught.value.status == {"PreconditionFailed": 412, "NotModified": 304}[code]


def test_the_source_of_a_copy_is_never_not_modified() -> None:
    headers = {"x-amz-copy-source-if-none-match": ETAG, "if-match": "other"}
    read = read_conditions(headers, prefix=COPY_SOURCE)
    assert read is not None
    with pytest.raises(S3Error, match="PreconditionFailed"):
        check_copy(read, ETAG, MODIFIED)
    check_copy(read, "other", MODIFIED)


@pytest.mark.parametrize(
    ("headers", "etag", "code"),
    [
        ({"if_none_match": "*"}, None, None),
        ({"if_none_match": "*"}, ETAG, "PreconditionFailed"),
        ({"if_none_match": f'"{ETAG}"'}, ETAG, "PreconditionFailed"),
        ({"if_none_match": '"other"'}, ETAG, None),
        ({"if_match": f'"{ETAG}"'}, ETAG, None),
        ({"if_match": '"other"'}, ETAG, "PreconditionFailed"),
        ({"if_match": f'"{ETAG}"'}, None, "NoSuchKey"),
        ({"if_match": "*"}, None, "NoSuchKey"),
        ({"if_match": "*"}, ETAG, None),
        ({"if_unmodified_since": BEFORE}, ETAG, "PreconditionFailed"),
        ({"if_modified_since": AFTER}, ETAG, None),
    ],
    ids=str,
)
def test_writes(headers: dict[str, str], etag: str | None, code: str | None) -> None:
    read, modified = conditions(**headers), MODIFIED if etag else None
    if code is None:
        check_write(read, etag, modified)
        return
    with pytest.raises(S3Error, match=f"^{code}: "):
        check_write(read, etag, modified)


@pytest.mark.parametrize(
    "date", ["yesterday", "Thu, 01 Jan 99999999999999999999 00:00:00 GMT", "Mon, 32 Foo", "\xff"]
)
def test_a_date_that_cannot_be_read_is_no_condition(date: str) -> None:
    check_read(conditions(if_modified_since=date), ETAG, MODIFIED)
    check_read(conditions(if_unmodified_since=date), ETAG, MODIFIED)
