"""Who may do what at the door; and what one may not see does not exist, whatever one asks."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.door import ACCOUNT, HIDDEN, Client, Door, body_of, plain, refusal

NEVER = "never-was"
MD5 = '"d41d8cd98f00b204e9800998ecf8427e"'
Operation = Callable[[Client, str, str], Any]


def delete(keys: list[str]) -> dict[str, Any]:
    return {"Objects": [{"Key": key} for key in keys]}


# Each on the object `k` of the bucket `b`, which need not be there.
ON_OBJECTS: dict[str, Operation] = {
    "get": lambda s3, b, k: s3.get_object(Bucket=b, Key=k),
    "range": lambda s3, b, k: s3.get_object(Bucket=b, Key=k, Range="bytes=0-1"),
    "if-match": lambda s3, b, k: s3.get_object(Bucket=b, Key=k, IfMatch=MD5),
    "head": lambda s3, b, k: s3.head_object(Bucket=b, Key=k),
    "put": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, Body=b"x"),
    "put new": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, Body=b"x", IfNoneMatch="*"),
    "put over": lambda s3, b, k: s3.put_object(Bucket=b, Key=k, Body=b"x", IfMatch=MD5),
    "delete": lambda s3, b, k: s3.delete_object(Bucket=b, Key=k),
    "copy to": lambda s3, b, k: s3.copy_object(
        Bucket=b, Key=k, CopySource=f"{ACCOUNT}--gauges/none"
    ),
    "begin": lambda s3, b, k: s3.create_multipart_upload(Bucket=b, Key=k),
    "part": lambda s3, b, k: s3.upload_part(Bucket=b, Key=k, UploadId="u", PartNumber=1, Body=b"x"),
    "complete": lambda s3, b, k: s3.complete_multipart_upload(
        Bucket=b,
        Key=k,
        UploadId="u",
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": MD5}]},
    ),
    "abort": lambda s3, b, k: s3.abort_multipart_upload(Bucket=b, Key=k, UploadId="u"),
    "parts": lambda s3, b, k: s3.list_parts(Bucket=b, Key=k, UploadId="u"),
    "attributes": lambda s3, b, k: s3.get_object_attributes(
        Bucket=b, Key=k, ObjectAttributes=["ETag"]
    ),
    "acl": lambda s3, b, k: s3.get_object_acl(Bucket=b, Key=k),
    "tags": lambda s3, b, k: s3.get_object_tagging(Bucket=b, Key=k),
    "tag": lambda s3, b, k: s3.put_object_tagging(Bucket=b, Key=k, Tagging={"TagSet": []}),
    "untag": lambda s3, b, k: s3.delete_object_tagging(Bucket=b, Key=k),
}
ON_BUCKETS: dict[str, Operation] = {
    "list": lambda s3, b, _: s3.list_objects_v2(Bucket=b),
    "list one": lambda s3, b, _: s3.list_objects(Bucket=b),
    "versions": lambda s3, b, _: s3.list_object_versions(Bucket=b),
    "uploads": lambda s3, b, _: s3.list_multipart_uploads(Bucket=b),
    "head bucket": lambda s3, b, _: s3.head_bucket(Bucket=b),
    "location": lambda s3, b, _: s3.get_bucket_location(Bucket=b),
    "versioning": lambda s3, b, _: s3.get_bucket_versioning(Bucket=b),
    "bucket acl": lambda s3, b, _: s3.get_bucket_acl(Bucket=b),
    "policy": lambda s3, b, _: s3.get_bucket_policy(Bucket=b),
    "rules": lambda s3, b, _: s3.get_bucket_cors(Bucket=b),
    "rule": lambda s3, b, _: s3.put_bucket_cors(
        Bucket=b,
        CORSConfiguration={"CORSRules": [{"AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]},
    ),
    "unrule": lambda s3, b, _: s3.delete_bucket_cors(Bucket=b),
    "payment": lambda s3, b, _: s3.get_bucket_request_payment(Bucket=b),
    "unset": lambda s3, b, _: s3.delete_bucket_website(Bucket=b),
    "lifecycle": lambda s3, b, _: s3.get_bucket_lifecycle_configuration(Bucket=b),
    "live": lambda s3, b, _: s3.put_bucket_lifecycle_configuration(
        Bucket=b, LifecycleConfiguration={"Rules": [{"Prefix": "", "Status": "Enabled"}]}
    ),
    "unlive": lambda s3, b, _: s3.delete_bucket_lifecycle(Bucket=b),
    "create": lambda s3, b, _: s3.create_bucket(Bucket=b),
    "drop": lambda s3, b, _: s3.delete_bucket(Bucket=b),
    "delete many": lambda s3, b, k: s3.delete_objects(Bucket=b, Delete=delete([k, "other"])),
}
OPERATIONS = ON_OBJECTS | ON_BUCKETS
# How each of the three ways names a repository: what follows the address, bucket, key.
FORMS: dict[str, Callable[[str], tuple[str, str, str]]] = {
    "account": lambda name: ("", ACCOUNT, f"{name}/README.md"),
    "endpoint": lambda name: (f"/{ACCOUNT}", name, "README.md"),
    "alias": lambda name: ("", f"{ACCOUNT}--{name}", "README.md"),
}
CASES = [
    (form, operation)
    for form in FORMS
    for operation in (ON_OBJECTS if form == "account" else OPERATIONS)
]


def told(door: Door, who: str, form: str, operation: str, name: str) -> str:
    """All that an answer tells, with the name of the repository taken out."""
    at, bucket, key = FORMS[form](name)
    try:
        answer = OPERATIONS[operation](door.client(who, at=at), bucket, key)
    except ClientError as error:
        answer = error.response
    answer.pop("Body", None)
    metadata = answer.pop("ResponseMetadata")
    changing = {"date", "x-amz-request-id", "x-amz-id-2", "content-length"}
    headers = {
        header: value for header, value in metadata["HTTPHeaders"].items() if header not in changing
    }
    answer.get("Error", {}).pop("RequestId", None)
    text = f"{metadata['HTTPStatusCode']} {answer} {headers}"
    return text.replace(name, "NAME")


@pytest.mark.parametrize("who", ["stranger", "anonymous"])
@pytest.mark.parametrize(("form", "operation"), CASES)
def test_hidden_is_as_if_it_never_was(door: Door, who: str, form: str, operation: str) -> None:
    hidden = told(door, who, form, operation, HIDDEN)
    assert hidden == told(door, who, form, operation, NEVER)
    assert hidden[:3] in {"403", "404"} or operation == "delete many", hidden


@pytest.mark.parametrize("who", ["stranger", "anonymous"])
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("operation", ["get", "put", "delete", "begin"])
def test_hidden_is_no_such_bucket(door: Door, who: str, form: str, operation: str) -> None:
    at, bucket, key = FORMS[form](HIDDEN)
    client = door.client(who, at=at)
    assert refusal(OPERATIONS[operation], client, bucket, key) == ("NoSuchBucket", 404)


def test_hidden_is_no_such_bucket_to_listers(door: Door) -> None:
    for who in ("stranger", "anonymous"):
        for operation in ("list", "list one", "versions"):
            call, client = OPERATIONS[operation], door.client(who)
            outcome = refusal(call, client, f"{ACCOUNT}--{HIDDEN}", "")
            assert outcome == ("NoSuchBucket", 404), operation


def test_nothing_was_done_to_it(s3: Client) -> None:
    assert body_of(s3, ACCOUNT, f"{HIDDEN}/README.md") == b"# Embargoed\n"


MAY = {
    ("owner", "put"): "",
    ("writer", "put"): "",
    ("reader", "put"): "AccessDenied",
    ("stranger", "put"): "AccessDenied",
    ("anonymous", "put"): "AccessDenied",
    ("writer", "delete"): "",
    ("reader", "delete"): "AccessDenied",
    ("stranger", "delete"): "AccessDenied",
    ("anonymous", "delete"): "AccessDenied",
    ("writer", "begin"): "",
    ("reader", "begin"): "AccessDenied",
    ("anonymous", "begin"): "AccessDenied",
    ("reader", "get"): "",
    ("stranger", "get"): "",
    ("anonymous", "get"): "",
    ("anonymous", "list"): "",
    ("stranger", "list"): "",
}


@pytest.mark.parametrize(("who", "operation"), MAY)
def test_roles_at_a_public_repository(
    door: Door, s3: Client, bucket: str, who: str, operation: str
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    code = MAY[who, operation]
    call = OPERATIONS[operation]
    assert refusal(call, door.client(who), bucket, "a") == (code, 403 if code else 200)


def test_who_may_read_a_restricted_repository(door: Door) -> None:
    place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    for who in ("owner", "writer", "reader"):
        assert body_of(door.client(who), ACCOUNT, place["Key"])
    reader = door.client("reader")
    assert refusal(reader.put_object, **place, Body=b"x") == ("AccessDenied", 403)
    assert refusal(reader.delete_object, **place) == ("AccessDenied", 403)


def test_a_browser_that_guesses(door: Door) -> None:
    for name in (HIDDEN, NEVER):
        for path in (f"{ACCOUNT}/{name}", f"{ACCOUNT}/{name}/", f"{ACCOUNT}/{name}/README.md"):
            answer = plain.get(f"{door.url}/{path}", headers={"accept": "text/html"})
            assert answer.status_code == 404, path
            assert "Embargoed" not in answer.text
