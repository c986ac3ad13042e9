from base64 import b64encode
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from botocore.auth import S3SigV4PostAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from services.storage.s3.errors import S3Error
from services.storage.s3.post_policy import (
    FormUpload,
    Policy,
    check_form,
    check_length,
    fill_filename,
    make_form,
    parse_policy,
    read_form_claim,
    verify_form,
)
from services.storage.s3.presign import Signer
from tests.signed_requests import ACCESS_KEY_ID, SECRET, botocore_clock

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
UPLOAD = FormUpload("acct", "repo/dir/", max_bytes=1000, redirect="http://localhost:8080/done")


def form() -> dict[str, str]:
    fields = make_form(Signer(ACCESS_KEY_ID, SECRET), UPLOAD, now=NOW)
    return {**fields, "key": fill_filename(fields["key"], "map.tif")}


def accept(fields: dict[str, str], *, bucket: str = "acct", now: datetime = NOW) -> Policy:
    claim = read_form_claim(fields)
    assert claim is not None
    assert claim.access_key_id == ACCESS_KEY_ID
    policy = verify_form(claim, SECRET, now=now)
    check_form(policy, fields, bucket=bucket)
    return policy


def refusal(fields: dict[str, str], *, bucket: str = "acct", now: datetime = NOW) -> S3Error:
    with pytest.raises(S3Error) as caught:
        accept(fields, bucket=bucket, now=now)
    return caught.value


def encode(document: object) -> str:
    return b64encode(orjson.dumps(document)).decode()


def test_a_form_is_accepted() -> None:
    policy = accept(form())
    assert policy.expires == NOW + timedelta(minutes=15)
    check_length(policy, 1000)
    with pytest.raises(S3Error, match=r"^EntityTooLarge: ") as caught:
        check_length(policy, 1001)
    assert caught.value.details == {"ProposedSize": 1001, "MaxSizeAllowed": 1000}


def test_a_form_of_botocore_is_accepted() -> None:
    fields = {"key": "repo/a"}
    conditions: list[object] = [
        {"bucket": "acct"},
        ["eq", "$key", "repo/a"],
        ["content-length-range", 1, 5],
    ]
    request = AWSRequest("POST", "http://localhost:9000/acct")
    request.context["s3-presign-post-fields"] = fields
    policy = {"expiration": "2026-11-23T12:10:00Z", "conditions": conditions}
    request.context["s3-presign-post-policy"] = policy
    with botocore_clock(NOW):
        S3SigV4PostAuth(Credentials(ACCESS_KEY_ID, SECRET), "s3", "us-east-1").add_auth(request)
    accepted = accept(fields)
    with pytest.raises(S3Error, match=r"^EntityTooSmall: "):
        check_length(accepted, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": "repo/other"}, "Policy Condition failed"),
        ({"success_action_redirect": "http://elsewhere/"}, "Policy Condition failed"),
        ({"success_action_redirect": ""}, "Policy Condition failed"),
        ({"acl": "public-read"}, "Extra input fields: acl"),
        ({"x-amz-meta-a": "b"}, "Extra input fields: x-amz-meta-a"),
    ],
)
def test_fields_that_were_not_signed(changes: dict[str, str], message: str) -> None:
    error = refusal({**form(), **changes})
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert message in error.message


def test_another_bucket() -> None:
    assert refusal(form(), bucket="other").code == "AccessDenied"


def test_fields_to_be_ignored() -> None:
    accept({**form(), "x-ignore-me": "please"})


def test_the_form_ends() -> None:
    accept(form(), now=NOW + timedelta(seconds=899))
    error = refusal(form(), now=NOW + timedelta(minutes=15))
    assert (error.code, error.status) == ("AccessDenied", 403)
    assert error.message == "Invalid according to Policy: Policy expired."


def test_an_altered_policy_or_signature() -> None:
    fields = form()
    longer = encode({"expiration": "2027-01-01T00:00:00Z", "conditions": [{"bucket": "acct"}]})
    for changes in (
        {"policy": longer},
        {"x-amz-signature": "0" * 64},
        {"x-amz-signature": "é"},
        {"x-amz-credential": fields["x-amz-credential"].replace("us-east-1", "eu-west-1")},
    ):
        assert refusal({**fields, **changes}).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"x-amz-signature": ""}, "InvalidArgument"),
        ({"x-amz-algorithm": "AWS4"}, "InvalidArgument"),
        ({"x-amz-date": "20261122T120000Z"}, "InvalidArgument"),
        ({"x-amz-date": "today"}, "InvalidArgument"),
        ({"x-amz-credential": "AKIATEST"}, "InvalidArgument"),
        ({"awsaccesskeyid": "A"}, "InvalidRequest"),
    ],
)
def test_forms_that_cannot_be_read(changes: dict[str, str], code: str) -> None:
    error = refusal({**form(), **changes})
    assert (error.code, error.status) == (code, 400)


def test_an_anonymous_form_has_no_claim() -> None:
    assert read_form_claim({"key": "a"}) is None


@pytest.mark.parametrize("conditions", [[], [{"bucket": "acct"}], [["starts-with", "$key", ""]]])
def test_a_policy_names_bucket_and_key(conditions: list[object]) -> None:
    policy = parse_policy(encode({"expiration": "2026-11-23T13:00:00Z", "conditions": conditions}))
    with pytest.raises(S3Error, match="AccessDenied"):
        check_form(policy, {}, bucket="acct")


@pytest.mark.parametrize(
    "policy",
    [
        "",
        "*",
        "é",
        encode([]),
        encode({}),
        encode({"expiration": "2026-11-23T13:00:00Z"}),
        encode({"expiration": "soon", "conditions": []}),
        encode({"expiration": 5, "conditions": []}),
        encode({"expiration": "2026-11-23T13:00:00Z", "conditions": 5}),
        encode({"expiration": "2026-11-23T13:00:00Z", "conditions": [5]}),
        encode({"expiration": "2026-11-23T13:00:00Z", "conditions": [{"key": 5}]}),
        encode({"expiration": "2026-11-23T13:00:00Z", "conditions": [["like", "$key", "a"]]}),
        encode({"expiration": "2026-11-23T13:00:00Z", "conditions": [["eq", "key", "a"]]}),
        encode(
            {
                "expiration": "2026-11-23T13:00:00Z",
                "conditions": [["content-length-range", "a", "b"]],
            }
        ),
        b64encode(b"[" * 10_000).decode(),
        b64encode(b'{"a":' * 3000).decode(),
        "A" * 100_000_000,
    ],
    ids=lambda policy: policy[:60],
)
def test_policies_that_are_none(policy: str) -> None:
    with pytest.raises(S3Error) as caught:
        parse_policy(policy)
    assert (caught.value.code, caught.value.status) == ("InvalidPolicyDocument", 400)


@pytest.mark.parametrize(
    ("filename", "key"),
    [
        ("map.tif", "dir/map.tif"),
        ("C:\\maps\\map.tif", "dir/map.tif"),
        ("../../map.tif", "dir/map.tif"),
        ("", "dir/"),
    ],
)
def test_filenames(filename: str, key: str) -> None:
    assert fill_filename("dir/${filename}", filename) == key
