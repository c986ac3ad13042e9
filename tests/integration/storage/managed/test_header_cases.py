"""What is said beside the bytes, case by case: headers of requests, of answers, and of neither."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.door import Client, Door, body_of, keys_of, plain, refusal


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("gzip", "gzip"),
        ("deflate, gzip", "deflate, gzip"),
        ("gzip, aws-chunked", "gzip"),
        ("aws-chunked, gzip", "gzip"),
        ("aws-chunked", None),
        ("aws-chunked, aws-chunked", None),
    ],
)
def test_an_encoding_that_is_only_of_the_way(
    s3: Client, bucket: str, sent: str, kept: str | None
) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x", ContentEncoding=sent)
    assert s3.head_object(Bucket=bucket, Key="a").get("ContentEncoding") == kept
    assert body_of(s3, bucket, "a") == b"x"


def test_a_body_whose_length_nobody_tells(s3: Client, bucket: str) -> None:
    """A little of it is taken, since room for it is asked for before anything is stored."""
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "a"})
    assert plain.put(url, content=iter([b"b", b"ar"])).status_code == 200
    assert body_of(s3, bucket, "a") == b"bar"
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "b"})
    answer = plain.put(url, content=iter([b"x" * 1024**2, b"x"]))
    assert (answer.status_code, "<Code>MissingContentLength</Code>" in answer.text) == (411, True)
    assert keys_of(s3, bucket) == ["a"]


def test_metadata_beyond_ascii_comes_back_byte_by_byte(door: Door, bucket: str) -> None:
    client = door.client(user_agent_extra="beyond")

    def add(params: dict[str, Any], **_: object) -> None:
        params["headers"]["x-amz-meta-meta1"] = "Hello World\u00e9"

    client.meta.events.register("before-call.s3.PutObject", add)
    client.put_object(Bucket=bucket, Key="a", Body=b"bar")
    # boto3 writes headers as UTF-8 and reads them as Latin-1.
    told = client.get_object(Bucket=bucket, Key="a")["Metadata"]["meta1"]
    assert told.encode("latin-1").decode() == "Hello World\u00e9"


def test_what_an_answer_is_to_say(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar", ContentType="text/csv")
    wanted = {
        "CacheControl": "no-cache",
        "ContentDisposition": "bla",
        "ContentEncoding": "aaa",
        "ContentLanguage": "esperanto",
        "ContentType": "foo/bar",
    }
    more = {f"Response{name}": value for name, value in wanted.items()}
    answer = s3.get_object(Bucket=bucket, Key="a", ResponseExpires="123", **more)
    assert {name: answer[name] for name in wanted} == wanted
    assert answer["Expires"] == datetime(1970, 1, 1, 0, 2, 3, tzinfo=UTC)


def test_until_when_it_may_be_kept(s3: Client, bucket: str) -> None:
    end = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar", Expires=end)
    assert s3.head_object(Bucket=bucket, Key="a")["Expires"] == end


def test_not_modified_still_tells_the_entity_tag(s3: Client, bucket: str) -> None:
    etag = s3.put_object(Bucket=bucket, Key="a", Body=b"bar")["ETag"]
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="a", IfNoneMatch=etag)
    answer = caught.value.response
    assert answer["Error"]["Message"] == "Not Modified"
    assert answer["ResponseMetadata"]["HTTPHeaders"]["etag"] == etag


def test_the_owner_of_a_list_is_that_of_its_rights(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"bar")
    owner = s3.get_object_acl(Bucket=bucket, Key="a")["Owner"]
    assert owner["DisplayName"]
    assert s3.list_objects(Bucket=bucket)["Contents"][0]["Owner"] == owner


def test_odd_names_and_their_rights(s3: Client, bucket: str) -> None:
    keys = [" ", '"', "$", "%", "&", "'", "<", ">", "_", "_ ", "_ _", "__"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert keys_of(s3, bucket) == keys
    for key in keys:
        assert body_of(s3, bucket, key) == key.encode()
        assert refusal(s3.put_object_acl, Bucket=bucket, Key=key, ACL="private") == ("", 200)


@pytest.mark.parametrize("operation", ["get_object", "put_object"])
def test_a_preflight_of_no_browser(s3: Client, bucket: str, operation: str) -> None:
    url = s3.generate_presigned_url(operation, {"Bucket": bucket, "Key": "a"})
    answer = plain.options(url)
    assert (answer.status_code, "<Code>BadRequest</Code>" in answer.text) == (400, True)


def test_a_part_of_a_copy_from_a_name_that_looks_encoded(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="name%25.txt", Body=b"foo")
    place = {"Bucket": bucket, "Key": "a"}
    place["UploadId"] = s3.create_multipart_upload(**place)["UploadId"]
    for key, outcome in (("name%.txt", ("NoSuchKey", 404)), ("name%25.txt", ("", 200))):
        copy = {**place, "PartNumber": 1, "CopySource": {"Bucket": bucket, "Key": key}}
        assert refusal(s3.upload_part_copy, **copy) == outcome
