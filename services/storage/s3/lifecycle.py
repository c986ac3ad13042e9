"""How long a bucket keeps earlier versions, in the XML of S3's lifecycle rules.

Amazon S3 API reference, "PutBucketLifecycleConfiguration". One rule for the whole bucket is all
that a repository has; whatever else S3 knows is refused by its name.
"""

from typing import NamedTuple

from services.storage.s3.elements import Pairs, Shape, once, read_document
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import document

MAX_BYTES, MAX_RULES = 64 * 1024, 1000
SHAPE = Shape(("LifecycleConfiguration", "Rule"), MAX_BYTES, MAX_RULES, max_fields=64, depth=4)
ACTION = "NoncurrentVersionExpiration"
DAYS, NEWER = f"{ACTION}/NoncurrentDays", f"{ACTION}/NewerNoncurrentVersions"
KNOWN = {"ID", "Prefix", "Filter", "Filter/Prefix", "Status", ACTION, DAYS, NEWER}
FILTERS = {"And", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "Tag"}
NOT_DONE = {"AbortIncompleteMultipartUpload", "Expiration", "NoncurrentVersionTransition"}
NOT_DONE |= {"Transition", *(f"Filter/{name}" for name in FILTERS)}
MAX_DAYS, MAX_NEWER = 36_500, 1000
MAX_ID = 255


class Expiry(NamedTuple):
    """So many days after something took its place a version goes, but for the `newest` of a key."""

    days: int
    newest: int = 0


def parse_lifecycle(body: bytes) -> Expiry:
    """Raises NotImplemented, MalformedXML, InvalidRequest, InvalidArgument."""
    rules = read_document(body, SHAPE).records
    for name, _ in (pair for rule in rules for pair in rule):
        _check_name(name)
    if not rules:
        raise S3Error("MalformedXML")
    if len(rules) > 1:
        raise _not_done("Rule", "more than one")
    return _expiry(rules[0])


def lifecycle_document(expiry: Expiry) -> bytes:
    """LifecycleConfiguration, with an ID of our own: that of the client is not kept."""
    newer = f"<NewerNoncurrentVersions>{expiry.newest}</NewerNoncurrentVersions>"
    return document(
        "LifecycleConfiguration",
        "<Rule><ID>retention</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>",
        f"<{ACTION}><NoncurrentDays>{expiry.days}</NoncurrentDays>",
        newer if expiry.newest else "",
        f"</{ACTION}></Rule>",
    )


def _check_name(name: str) -> None:
    first, _, rest = name.partition("/")
    shown = f"{first}/{rest.partition('/')[0]}" if first == "Filter" and rest else first
    if shown in NOT_DONE:
        raise _not_done(shown)
    if name not in KNOWN:
        raise S3Error("MalformedXML")


def _expiry(rule: Pairs) -> Expiry:
    fields = once(rule)
    if fields.get("Status") not in {"Enabled", "Disabled"} or not {"Filter", "Prefix"} & {*fields}:
        raise S3Error("MalformedXML")
    if len(fields.get("ID", "")) > MAX_ID:
        raise S3Error("InvalidArgument", f"ID length should not exceed allowed limit of {MAX_ID}")
    if fields["Status"] == "Disabled":
        raise _not_done("Status", "Disabled")
    for name in ("Prefix", "Filter/Prefix"):
        if fields.get(name):
            raise _not_done(name, "for a part of a bucket")
    if ACTION not in fields:
        raise S3Error("InvalidRequest", "At least one action needs to be specified in a rule.")
    if DAYS not in fields:
        raise S3Error("MalformedXML")
    return Expiry(_number(fields, DAYS, MAX_DAYS), _number(fields, NEWER, MAX_NEWER))


def _number(fields: dict[str, str], name: str, most: int) -> int:
    """A positive number, or 0 where nothing is said."""
    if name not in fields:
        return 0
    text = fields[name].strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= most):
        raise S3Error("InvalidArgument", f"{name} must be a whole number between 1 and {most}.")
    return int(text)


def _not_done(name: str, what: str = "") -> S3Error:
    said = f"{name} ({what})" if what else name
    return S3Error(
        "NotImplemented",
        f"A lifecycle rule here is about the earlier versions of a whole bucket: {said} is not "
        "implemented.",
        Header=name,
    )
