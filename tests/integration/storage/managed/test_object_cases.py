"""Objects, case by case, after the S3 API reference of each operation."""

import io
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError

from tests.door import ACCOUNT, Client, Door, body_of, keys_of, make_client, plain, refusal

MIB = 1024**2
ETAG = '"37b51d194a7513e45b56f6524f2d51f2"'


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("put_object", {"Key": "a", "Body": b"x"}),
        ("get_object", {"Key": "a"}),
        ("delete_object", {"Key": "a"}),
        ("delete_objects", {"Delete": {"Objects": [{"Key": "a"}]}}),
        ("create_multipart_upload", {"Key": "a"}),
        ("list_multipart_uploads", {}),
        ("get_bucket_location", {}),
        ("get_bucket_acl", {}),
        ("delete_bucket", {}),
    ],
)
def test_in_a_bucket_that_is_not_there(
    s3: Client, name: str, call: str, more: dict[str, Any]
) -> None:
    assert refusal(getattr(s3, call), Bucket=name, **more) == ("NoSuchBucket", 404)


def test_a_write_to_a_bucket_that_nobody_has(s3: Client) -> None:
    put = {"Bucket": "nobody-has-this", "Key": "a", "Body": b"x"}
    assert refusal(s3.put_object, **put) == ("NoSuchBucket", 404)
    assert refusal(s3.put_object, **{**put, "Bucket": ACCOUNT}) == ("InvalidRequest", 400)


def test_what_is_not_there(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "none"}
    assert refusal(s3.get_object, **place) == ("NoSuchKey", 404)
    assert refusal(s3.head_object, **place)[1] == 404
    assert refusal(s3.get_object_acl, **place) == ("NoSuchKey", 404)
    attributes = {**place, "ObjectAttributes": ["ETag"]}
    assert refusal(s3.get_object_attributes, **attributes) == ("NoSuchKey", 404)
    assert s3.delete_object(**place)["ResponseMetadata"]["HTTPStatusCode"] == 204


def test_the_number_of_a_request_is_the_same_in_header_and_body(door: Door, name: str) -> None:
    answer = plain.get(f"{door.url}/{name}/a")
    document = ET.fromstring(answer.content)  # noqa: S314 -- our own answer
    assert document.findtext("RequestId") == answer.headers["x-amz-request-id"]
    assert document.findtext("BucketName") == name


def test_the_entity_tag_of_what_was_put(s3: Client, bucket: str) -> None:
    assert s3.put_object(Bucket=bucket, Key="a", Body=b"bar")["ETag"] == ETAG
    assert s3.head_object(Bucket=bucket, Key="a")["ETag"] == ETAG


@pytest.mark.parametrize("body", [b"", b"x", b"x" * MIB])
def test_a_body_that_cannot_be_read_twice(s3: Client, bucket: str, body: bytes) -> None:
    class Once(io.BytesIO):
        def seekable(self) -> bool:
            return True

    s3.upload_fileobj(Once(body), bucket, "a")
    assert body_of(s3, bucket, "a") == body


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        (None, {"meta1": "mymeta"}, {"meta1": "mymeta"}),
        (None, {"meta1": ""}, {"meta1": ""}),
        ({"meta1": "old"}, {"meta1": ""}, {"meta1": ""}),
        ({"meta1": "old"}, {"meta2": "new"}, {"meta2": "new"}),
        ({"meta1": "old"}, None, {}),
    ],
)
def test_metadata_is_that_of_the_last_put(
    s3: Client,
    bucket: str,
    first: dict[str, str] | None,
    second: dict[str, str] | None,
    told: dict[str, str],
) -> None:
    for metadata in (first, second):
        s3.put_object(Bucket=bucket, Key="a", Body=b"bar", Metadata=metadata or {})
    assert s3.get_object(Bucket=bucket, Key="a")["Metadata"] == told


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("CacheControl", "public, max-age=14400"),
        ("ContentDisposition", 'attachment; filename="a b.csv"'),
        ("ContentEncoding", "gzip"),
        ("ContentLanguage", "de"),
        ("ContentType", "text/csv"),
    ],
)
def test_a_system_header_comes_back(s3: Client, bucket: str, header: str, value: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar", **{header: value})
    assert s3.head_object(Bucket=bucket, Key="a")[header] == value


def test_deleting_a_thousand_and_not_one_more(s3: Client, bucket: str) -> None:
    named = [{"Key": f"key-{number}"} for number in range(1001)]
    delete = {"Bucket": bucket, "Delete": {"Objects": named}}
    assert refusal(s3.delete_objects, **delete) == ("MalformedXML", 400)
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": named[:1000]})
    assert len(answer["Deleted"]) == 1000
    assert "Errors" not in answer


@pytest.mark.parametrize("size", [0, 1, 16 * MIB])
def test_a_copy_of_any_size(s3: Client, bucket: str, size: int) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=bytes(size), ContentType="text/bla")
    s3.copy_object(Bucket=bucket, Key="b", CopySource={"Bucket": bucket, "Key": "a"})
    head = s3.head_object(Bucket=bucket, Key="b")
    assert (head["ContentLength"], head["ContentType"]) == (size, "text/bla")


def test_a_copy_from_another_bucket(s3: Client, bucket: str, name: str) -> None:
    other = f"{name}-other"
    s3.create_bucket(Bucket=other)
    s3.put_object(Bucket=other, Key="a", Body=b"foo", Metadata={"key1": "1"})
    source = {"Bucket": other, "Key": "a"}
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source)
    copy = s3.get_object(Bucket=bucket, Key="b")
    assert (copy["Body"].read(), copy["Metadata"]) == (b"foo", {"key1": "1"})
    replaced = {"MetadataDirective": "REPLACE", "Metadata": {"key2": "2"}, "ContentType": "a/b"}
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source, **replaced)
    head = s3.head_object(Bucket=bucket, Key="b")
    assert (head["Metadata"], head["ContentType"]) == ({"key2": "2"}, "a/b")


def test_who_may_copy_what(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"foo")
    copy = {"Bucket": bucket, "Key": "b", "CopySource": {"Bucket": bucket, "Key": "a"}}
    assert refusal(door.client("reader").copy_object, **copy) == ("AccessDenied", 403)
    assert refusal(door.client("stranger").copy_object, **copy) == ("NoSuchBucket", 404)
    assert refusal(door.client("writer").copy_object, **copy) == ("", 200)


@pytest.mark.parametrize("key", [" ", "_", "__", "?versionId", "a+b", "%2F", "ä/ö"])
def test_parts_copied_from_odd_names(s3: Client, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=b"0123456789")
    place = {"Bucket": bucket, "Key": "copy"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    source = {"Bucket": bucket, "Key": key}
    part = s3.upload_part_copy(
        **place, PartNumber=1, CopySource=source, CopySourceRange="bytes=0-4"
    )
    listed = {"Parts": [{"PartNumber": 1, "ETag": part["CopyPartResult"]["ETag"]}]}
    s3.complete_multipart_upload(**place, MultipartUpload=listed)
    assert body_of(s3, bucket, "copy") == b"01234"


@pytest.mark.parametrize(
    "wanted",
    [
        "bytes=0-21",
        "0-2",
        "bytes=0",
        "bytes=hello-world",
        "bytes=0-bar",
        "bytes=hello-",
        "bytes=0-2,3-5",
    ],
)
def test_a_range_of_a_copy_that_is_none(s3: Client, bucket: str, wanted: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"12345")
    place = {"Bucket": bucket, "Key": "copy"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    source = {"Bucket": bucket, "Key": "a"}
    copy = {**place, "PartNumber": 1, "CopySource": source, "CopySourceRange": wanted}
    assert refusal(s3.upload_part_copy, **copy) == ("InvalidArgument", 400)


@pytest.mark.parametrize("size", [5 * MIB, 5 * MIB + 1, 10 * MIB, 10 * MIB + 600 * 1024])
def test_uploads_of_many_sizes(s3: Client, bucket: str, size: int) -> None:
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    place = {"Bucket": bucket, "Key": "big"}
    place["UploadId"] = s3.create_multipart_upload(**place, Metadata={"foo": "bar"})["UploadId"]
    parts = []
    for number, start in enumerate(range(0, size, 5 * MIB), 1):
        part = body[start : start + 5 * MIB]
        sent = s3.upload_part(**place, PartNumber=number, Body=part)
        parts.append({"PartNumber": number, "ETag": sent["ETag"]})
    s3.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
    answer = s3.get_object(Bucket=bucket, Key="big")
    assert answer["Body"].read() == body
    assert answer["Metadata"] == {"foo": "bar"}
    last = s3.get_object(Bucket=bucket, Key="big", PartNumber=len(parts))
    assert last["PartsCount"] == len(parts)
    assert last["Body"].read() == body[(len(parts) - 1) * 5 * MIB :]
    beyond = {"Bucket": bucket, "Key": "big", "PartNumber": len(parts) + 1}
    assert refusal(s3.get_object, **beyond) == ("InvalidPartNumber", 416)


def test_an_upload_without_parts(s3: Client, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "big"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    for complete in ({}, {"MultipartUpload": {}}, {"MultipartUpload": {"Parts": []}}):
        refused = refusal(s3.complete_multipart_upload, **place, **complete)
        assert refused == ("MalformedXML", 400)
    assert keys_of(s3, bucket) == []


@pytest.mark.parametrize(("seconds", "status"), [(100_000, 200), (604_800, 200), (604_801, 400)])
def test_how_long_an_address_may_live(s3: Client, bucket: str, seconds: int, status: int) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    place = {"Bucket": bucket, "Key": "a"}
    url = s3.generate_presigned_url("get_object", Params=place, ExpiresIn=seconds)
    assert plain.get(url).status_code == status


def test_keys_that_are_known_to_nobody(door: Door) -> None:
    for wrong in ({"aws_access_key_id": "COOPNOBODY"}, {"aws_secret_access_key": "wrong"}):
        client = make_client(door, "owner", "", {})
        signer = client._request_signer
        known = signer._credentials
        signer._credentials = type(known)(
            wrong.get("aws_access_key_id", known.access_key),
            wrong.get("aws_secret_access_key", known.secret_key),
        )
        with pytest.raises(ClientError) as caught:
            client.list_buckets()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
        client.close()


@pytest.mark.parametrize(
    ("wanted", "body", "told"),
    [
        ("bytes=4-7", b"cont", "bytes 4-7/11"),
        ("bytes=4-", b"content", "bytes 4-10/11"),
        ("bytes=-7", b"content", "bytes 4-10/11"),
    ],
)
def test_a_range(s3: Client, bucket: str, wanted: str, body: bytes, told: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"testcontent")
    answer = s3.get_object(Bucket=bucket, Key="a", Range=wanted)
    assert answer["Body"].read() == body
    assert answer["ContentRange"] == told
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 206


@pytest.mark.parametrize("body", [b"testcontent", b""])
def test_a_range_behind_the_end(s3: Client, bucket: str, body: bytes) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=body)
    get = {"Bucket": bucket, "Key": "a", "Range": "bytes=40-50"}
    assert refusal(s3.get_object, **get) == ("InvalidRange", 416)


@pytest.mark.parametrize(
    ("condition", "there", "missing"),
    [
        ({"IfMatch": ETAG}, ("", 200), ("NoSuchKey", 404)),
        ({"IfMatch": '"ABCORZ"'}, ("PreconditionFailed", 412), ("NoSuchKey", 404)),
        ({"IfMatch": "*"}, ("", 200), ("NoSuchKey", 404)),
        ({"IfNoneMatch": "*"}, ("PreconditionFailed", 412), ("", 200)),
        ({"IfNoneMatch": ETAG}, ("PreconditionFailed", 412), ("", 200)),
        ({"IfNoneMatch": '"ABCORZ"'}, ("", 200), ("", 200)),
    ],
)
def test_a_put_with_a_condition(
    s3: Client,
    bucket: str,
    condition: dict[str, str],
    there: tuple[str, int],
    missing: tuple[str, int],
) -> None:
    put = {"Bucket": bucket, "Key": "a", **condition}
    assert refusal(s3.put_object, **put, Body=b"zar") == missing
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar")
    assert refusal(s3.put_object, **put, Body=b"zar") == there
    assert body_of(s3, bucket, "a") == (b"bar" if there[0] else b"zar")


@pytest.mark.parametrize(
    ("condition", "status"),
    [({"IfMatch": ETAG}, 204), ({"IfMatch": '"ABCORZ"'}, 412), ({"IfMatch": "*"}, 204)],
)
def test_a_deletion_with_a_condition(
    s3: Client, bucket: str, condition: dict[str, str], status: int
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar")
    outcome = refusal(s3.delete_object, Bucket=bucket, Key="a", **condition)
    assert outcome[1] == (status if status == 412 else 200)
    assert keys_of(s3, bucket) == (["a"] if status == 412 else [])
