"""Of ACLs what a repository can hold is read, and all else refused."""

import pytest

from services.storage.s3.acls import acl_in, parse_acl
from services.storage.s3.errors import S3Error
from services.storage.s3.xml import Owner, access_control

OWNER = Owner("01OWNER", "noaa")
NOT_HELD = ("AccessControlListNotSupported", 400)
EVERYONE = "<Grantee><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee>"
OWN = "<Grant><Grantee><ID>01OWNER</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>"


def policy(*grants: str) -> bytes:
    listed = f"<AccessControlList>{''.join(grants)}</AccessControlList>"
    return f"<AccessControlPolicy>{listed}</AccessControlPolicy>".encode()


def refused(body: bytes) -> tuple[str, int]:
    with pytest.raises(S3Error) as caught:
        parse_acl(body, OWNER.id)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize("is_public", [True, False])
def test_what_is_told_can_be_set(is_public: bool) -> None:
    assert parse_acl(access_control(OWNER, is_public=is_public), OWNER.id) is is_public


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("private", False),
        ("public-read", True),
        ("bucket-owner-full-control", None),
        ("bucket-owner-read", None),
    ],
)
def test_canned_ones_that_are_held(name: str, public: bool | None) -> None:
    assert acl_in({"x-amz-acl": name, "x-amz-date": "now"}) is public
    assert acl_in({"x-amz-date": "now"}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x-amz-acl": "public-read-write"},
        {"x-amz-acl": "authenticated-read"},
        {"x-amz-acl": "aws-exec-read"},
        {"x-amz-grant-read": 'id="01OTHER"'},
        {"x-amz-acl": "private", "x-amz-grant-write": 'id="01OTHER"'},
    ],
)
def test_what_cannot_be_held_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(S3Error, match="nobody writes without a signature") as caught:
        acl_in(headers)
    assert (caught.value.code, caught.value.status) == NOT_HELD


def test_a_name_that_is_none_of_s3s() -> None:
    with pytest.raises(S3Error, match=r"^InvalidArgument"):
        acl_in({"x-amz-acl": "Private"})


@pytest.mark.parametrize(
    "grants",
    [
        (),
        (OWN.replace("01OWNER", "01OTHER"),),
        (OWN, OWN.replace("01OWNER", "01OTHER")),
        (OWN, f"<Grant>{EVERYONE}<Permission>WRITE</Permission></Grant>"),
        (f"<Grant>{EVERYONE}<Permission>READ</Permission></Grant>",),
    ],
)
def test_grants_that_cannot_be_held_are_refused(grants: tuple[str, ...]) -> None:
    assert refused(policy(*grants)) == NOT_HELD


@pytest.mark.parametrize(
    "body",
    [
        b"<AccessControl/>",
        policy("<Grant><Permission>READ</Permission></Grant>"),
        policy(f"<Grant>{EVERYONE}</Grant>"),
        policy(*[OWN] * 101),
        policy(OWN.replace("<Grant>", "<Grant><Permission>READ</Permission>")),
    ],
)
def test_what_is_no_acl(body: bytes) -> None:
    assert refused(body) == ("MalformedXML", 400)
