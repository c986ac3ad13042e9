"""Presigned URLs, as httpx and curl use them."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.door import ACCOUNT, HIDDEN, Client, Door, body_of, plain, refusal
from tests.signed_requests import sign_query

KEY = "a b/é+%?&=#.csv"


def presigned(client: Client, operation: str, bucket: str, key: str = KEY, **more: Any) -> str:
    """A URL for one of S3's operations."""
    seconds = more.pop("seconds", 300)
    parameters = {"Bucket": bucket, "Key": key, **more}
    return str(client.generate_presigned_url(operation, parameters, ExpiresIn=seconds))


def test_put_and_get_by_curl(s3: Client, bucket: str, tmp_path: Path) -> None:
    path = tmp_path / "levels.bin"
    path.write_bytes(bytes(range(256)) * 2000)
    curl = ["curl", "--silent", "--show-error", "--fail", "--path-as-is"]
    url = presigned(s3, "put_object", bucket)
    subprocess.run([*curl, "--upload-file", str(path), url], check=True, timeout=30)
    url = presigned(s3, "get_object", bucket)
    got = subprocess.run([*curl, url], check=True, timeout=30, capture_output=True).stdout
    assert got == path.read_bytes()
    part = subprocess.run(
        [*curl, "--range", "100-199", url], check=True, timeout=30, capture_output=True
    ).stdout
    assert part == path.read_bytes()[100:200]


def test_each_method_needs_its_own(s3: Client, bucket: str) -> None:
    put, get = (presigned(s3, f"{method}_object", bucket) for method in ("put", "get"))
    assert plain.put(put, content=b"first").status_code == 200
    assert plain.get(get).content == b"first"
    assert plain.get(put).status_code == 403
    assert plain.put(get, content=b"second").status_code == 403
    assert plain.delete(get).status_code == 403
    assert plain.delete(presigned(s3, "delete_object", bucket)).status_code == 204
    assert refusal(s3.get_object, Bucket=bucket, Key=KEY) == ("NoSuchKey", 404)


def test_it_may_be_used_again_while_it_lives(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"x")
    url = presigned(s3, "get_object", bucket)
    assert {plain.get(url).status_code for _ in range(3)} == {200}


def test_a_restricted_object_for_a_guest(door: Door) -> None:
    reader = door.client("reader")
    url = presigned(reader, "get_object", ACCOUNT, f"{HIDDEN}/README.md")
    assert plain.get(url).content == b"# Embargoed\n"
    assert "NoSuchBucket" in plain.get(url.partition("?")[0]).text


def test_it_gives_no_more_than_its_signer_may(door: Door, bucket: str) -> None:
    put = presigned(door.client("reader"), "put_object", bucket)
    assert "AccessDenied" in plain.put(put, content=b"x").text
    get = presigned(door.client("stranger"), "get_object", ACCOUNT, f"{HIDDEN}/README.md")
    assert "NoSuchBucket" in plain.get(get).text


def test_expired(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    credentials, now = door.people["owner"].credentials, datetime.now(UTC)

    def get(signed_at: datetime) -> httpx.Response:
        url = f"{door.url}/{bucket}/a"
        request = sign_query("GET", url, now=signed_at, expires=60, credentials=credentials)
        return plain.get(f"{url}?{request.query_string.decode()}")

    assert get(now - timedelta(seconds=50)).status_code == 200
    answer = get(now - timedelta(seconds=62))
    assert (answer.status_code, "<Code>AccessDenied</Code>" in answer.text) == (403, True)
    assert "expired" in answer.text


def test_signed_query_parameters_are_obeyed_and_not_altered(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key=KEY, Body=b"x")
    named = 'attachment; filename="levels.csv"'
    url = presigned(s3, "get_object", bucket, ResponseContentDisposition=named)
    assert plain.get(url).headers["content-disposition"] == named
    altered = plain.get(url.replace("levels.csv", "virus.exe"))
    assert "<Code>SignatureDoesNotMatch</Code>" in altered.text


@pytest.mark.parametrize(
    ("part", "other", "code"),
    [
        ("X-Amz-Expires=300", "X-Amz-Expires=3000", "SignatureDoesNotMatch"),
        ("X-Amz-Expires=300", "X-Amz-Expires=604801", "AuthorizationQueryParametersError"),
        ("X-Amz-Expires=300", "X-Amz-Expires=soon", "AuthorizationQueryParametersError"),
        ("X-Amz-SignedHeaders=host", "X-Amz-SignedHeaders=", "AuthorizationQueryParametersError"),
        ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1", "AuthorizationQueryParametersError"),
        ("%2Fs3%2F", "%2Fec2%2F", "AuthorizationQueryParametersError"),
    ],
)
def test_altered(s3: Client, bucket: str, part: str, other: str, code: str) -> None:
    url = presigned(s3, "get_object", bucket)
    assert part in url
    answer = plain.get(url.replace(part, other))
    assert f"<Code>{code}</Code>" in answer.text
    assert answer.status_code in {400, 403}


def test_version_two_signatures_are_refused_with_advice(door: Door, bucket: str) -> None:
    """boto3's own default for presigned URLs of such an endpoint."""
    old = door.client(signature_version="s3")
    url = presigned(old, "get_object", bucket, "a")
    assert "AWSAccessKeyId=" in url
    answer = plain.get(url)
    assert answer.status_code == 400
    assert "<Code>InvalidRequest</Code>" in answer.text
    assert "AWS4-HMAC-SHA256" in answer.text


def test_version_two_signatures_are_refused_with_the_same_advice_for_a_put(
    door: Door, bucket: str
) -> None:
    url = presigned(door.client(signature_version="s3"), "put_object", bucket, "a")
    answer = plain.put(url, content=b"x")
    assert answer.status_code == 400
    assert "<Code>InvalidRequest</Code>" in answer.text
    assert "AWS4-HMAC-SHA256" in answer.text


def test_a_part_of_an_upload(s3: Client, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key=KEY)["UploadId"]
    url = presigned(s3, "upload_part", bucket, UploadId=upload, PartNumber=1)
    etag = plain.put(url, content=b"part").headers["etag"]
    s3.complete_multipart_upload(
        Bucket=bucket,
        Key=KEY,
        UploadId=upload,
        MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]},
    )
    assert body_of(s3, bucket, KEY) == b"part"


def test_of_a_stranger_to_everyone(door: Door, bucket: str) -> None:
    url = presigned(door.client(), "get_object", bucket)
    key = door.people["owner"].access_key_id
    answer = plain.get(url.replace(key, "COOP0000000000000000"))
    assert "<Code>InvalidAccessKeyId</Code>" in answer.text
    assert answer.status_code == 403
