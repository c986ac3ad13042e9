"""If-Match and its kin: RFC 9110 §13, in the order of precedence of §13.2.2, with S3's answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from services.storage.s3.errors import S3Error

COPY_SOURCE = "x-amz-copy-source-"
NAMES = ("if-match", "if-none-match", "if-modified-since", "if-unmodified-since")
NAMES_OF = {prefix: tuple(prefix + name for name in NAMES) for prefix in ("", COPY_SOURCE)}


@dataclass(slots=True)
class Conditions:
    """The conditions of one request; None where it has none. Entity tags are without quotes."""

    if_match: tuple[str, ...] | None = None
    if_none_match: tuple[str, ...] | None = None
    if_modified_since: datetime | None = None
    if_unmodified_since: datetime | None = None


def read_conditions(headers: Mapping[str, str], *, prefix: str = "") -> Conditions | None:
    """The conditions in the headers, None without any; `prefix` may be COPY_SOURCE.

    A date that cannot be read is no condition (RFC 9110 §13.1.3).
    """
    names = NAMES_OF[prefix]
    if headers.keys().isdisjoint(names):
        return None
    match, none_match, modified, unmodified = map(headers.get, names)
    return Conditions(_tags(match), _tags(none_match), _date(modified), _date(unmodified))


def check_read(conditions: Conditions, etag: str, modified: datetime) -> None:
    """For GET and HEAD of a thing that exists. Raises PreconditionFailed and NotModified."""
    _check_match(conditions, etag, modified)
    if conditions.if_none_match is not None:
        if _is_in(conditions.if_none_match, etag, weak=True):
            raise S3Error("NotModified")
    elif _is_unchanged(conditions.if_modified_since, modified):
        raise S3Error("NotModified")


def check_copy(conditions: Conditions, etag: str, modified: datetime) -> None:
    """For the source of a copy, where every condition that fails is PreconditionFailed."""
    try:
        check_read(conditions, etag, modified)
    except S3Error as error:
        raise S3Error("PreconditionFailed") from error


def check_write(conditions: Conditions, etag: str | None, modified: datetime | None) -> None:
    """For PUT, DELETE and completing an upload; `etag` is None where there is nothing yet.

    Raises PreconditionFailed, and NoSuchKey for If-Match on nothing (as S3 does).
    """
    if etag is None or modified is None:
        if conditions.if_match is not None:
            raise S3Error("NoSuchKey")
        return
    _check_match(conditions, etag, modified)
    if conditions.if_none_match is not None and _is_in(conditions.if_none_match, etag, weak=True):
        raise S3Error("PreconditionFailed", Condition="If-None-Match")


def _check_match(conditions: Conditions, etag: str, modified: datetime) -> None:
    if conditions.if_match is not None:
        if not _is_in(conditions.if_match, etag, weak=False):
            raise S3Error("PreconditionFailed", Condition="If-Match")
    elif conditions.if_unmodified_since is not None and not _is_unchanged(
        conditions.if_unmodified_since, modified
    ):
        raise S3Error("PreconditionFailed", Condition="If-Unmodified-Since")


def _is_in(tags: tuple[str, ...], etag: str, *, weak: bool) -> bool:
    etag = etag.strip('"')
    return "*" in tags or etag in tags or (weak and f"W/{etag}" in tags)


def _is_unchanged(since: datetime | None, modified: datetime) -> bool:
    # HTTP dates have no fractions of a second.
    return since is not None and modified.replace(microsecond=0) <= since


def _tags(value: str | None) -> tuple[str, ...] | None:
    """S3 takes entity tags with and without quotes; a weak one keeps its W/."""
    if value is None:
        return None
    return tuple(tag.strip().replace('"', "") for tag in value.split(","))


def _date(value: str | None) -> datetime | None:
    try:
        date = parsedate_to_datetime(value) if value else None
    except (ValueError, OverflowError):
        return None
    return date if date is None or date.tzinfo else date.replace(tzinfo=UTC)
