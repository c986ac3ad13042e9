"""ACLs, as far as a repository can hold what they say: everyone reads it, or its own people alone.

Amazon S3 API reference, "Access control list (ACL) overview". Whatever else one may grant is
refused and never taken for granted: rights of persons are given on the web.
"""

from collections.abc import Mapping

from services.storage.s3.elements import Pairs, Shape, once, read_document
from services.storage.s3.errors import S3Error

MAX_BYTES, MAX_GRANTS = 64 * 1024, 100
SHAPE = Shape(("AccessControlPolicy", "AccessControlList", "Grant"), MAX_BYTES, MAX_GRANTS, depth=2)
HEADER, GRANTS = "x-amz-acl", "x-amz-grant-"
EVERYONE = "http://acs.amazonaws.com/groups/global/AllUsers"
# Whether everyone reads it; None says nothing of others, and whose it is has every right anyway.
CANNED: dict[str, bool | None] = {
    "private": False,
    "public-read": True,
    "bucket-owner-read": None,
    "bucket-owner-full-control": None,
}
NOT_HELD = {"public-read-write", "authenticated-read", "aws-exec-read", "log-delivery-write"}
ADVICE = (
    "This ACL cannot be held here. A repository is read by everyone (public-read) or by its own "
    "people (private), with all that is in it; nobody writes without a signature, and rights of "
    "persons are given on the web."
)


def canned_acl(name: str) -> bool | None:
    """Whether everyone is to read. Raises InvalidArgument, AccessControlListNotSupported."""
    if name in NOT_HELD:
        raise not_held()
    if name not in CANNED:
        raise S3Error("InvalidArgument", "The canned ACL is not one of S3's.")
    return CANNED[name]


def acl_in(headers: Mapping[str, str]) -> bool | None:
    """What the headers of a request ask for, None for nothing.

    Raises InvalidArgument, AccessControlListNotSupported.
    """
    if any(name.startswith(GRANTS) for name in headers):
        raise not_held()
    return canned_acl(headers[HEADER]) if HEADER in headers else None


def parse_acl(body: bytes, owner: str) -> bool:
    """Whether everyone is to read, by a document that leaves the owner every right.

    Raises MalformedXML, AccessControlListNotSupported.
    """
    grants = {_grant(fields) for fields in read_document(body, SHAPE).records}
    own, public = (owner, "FULL_CONTROL"), (EVERYONE, "READ")
    if own not in grants or not grants <= {own, public}:
        raise not_held()
    return public in grants


def not_held() -> S3Error:
    """The refusal, which says what is held instead."""
    return S3Error("AccessControlListNotSupported", ADVICE)


def _grant(pairs: Pairs) -> tuple[str, str]:
    fields = once(pairs)
    whom = fields.get("Grantee/ID") or fields.get("Grantee/URI", "")
    if not whom or not fields.get("Permission"):
        raise S3Error("MalformedXML")
    return whom.strip(), fields["Permission"].strip()
