"""Versions as boto3 sees them: kept, listed, read, restored, removed; and what strangers see."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.door import ACCOUNT, Client, Door, body_of, keys_of, refusal
from tests.version_model import VersionModel, version_model


@pytest.fixture
def kept(door: Door) -> Iterator[VersionModel]:
    """A repository that keeps versions."""
    model = version_model(door, 20261128)
    model.turn("Enabled")
    yield model
    for client in model.clients:
        client.close()


def ids_of(s3: Client, bucket: str, kind: str = "Versions", **wanted: Any) -> list[str]:
    """The ids of a list, in its order."""
    found = s3.list_object_versions(Bucket=bucket, **wanted).get(kind, [])
    return [one["VersionId"] for one in found]


def test_it_is_off_until_it_is_set(s3: Client, bucket: str) -> None:
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    for body in (b"1", b"2"):
        assert "VersionId" not in s3.put_object(Bucket=bucket, Key="a", Body=body)
    assert "VersionId" not in s3.get_object(Bucket=bucket, Key="a")
    assert ids_of(s3, bucket) == ["null"]
    assert "DeleteMarker" not in s3.delete_object(Bucket=bucket, Key="a")
    assert ids_of(s3, bucket) == []


def test_any_order_of_changes(kept: VersionModel) -> None:
    for status, steps in (("Enabled", 40), ("Suspended", 30), ("Enabled", 20)):
        kept.turn(status)
        for number in range(steps):
            kept.step()
            if not number % 8:
                kept.check_lists()
        kept.check()


def test_what_answers_tell(kept: VersionModel, s3: Client) -> None:
    place = {"Bucket": kept.bucket, "Key": "a"}
    first = s3.put_object(**place, Body=b"one", Tagging="of=one")["VersionId"]
    second = s3.put_object(**place, Body=b"two")["VersionId"]
    assert s3.get_object(**place)["VersionId"] == second
    assert s3.head_object(**place, VersionId=first)["ContentLength"] == 3
    old = s3.get_object_tagging(**place, VersionId=first)
    assert (old["VersionId"], old["TagSet"]) == (first, [{"Key": "of", "Value": "one"}])
    sizes = s3.get_object_attributes(**place, VersionId=first, ObjectAttributes=["ObjectSize"])
    assert (sizes["VersionId"], sizes["ObjectSize"]) == (first, 3)
    part = {"Range": "bytes=1-1", "VersionId": first}
    assert body_of(s3, kept.bucket, "a", **part) == b"n"

    marker = s3.delete_object(**place)
    assert marker["DeleteMarker"]
    gone = s3.delete_object(**place, VersionId=marker["VersionId"])
    assert (gone["DeleteMarker"], gone["VersionId"]) == (True, marker["VersionId"])
    assert body_of(s3, kept.bucket, "a") == b"two"


def test_a_marker_is_no_object(kept: VersionModel, s3: Client) -> None:
    place = {"Bucket": kept.bucket, "Key": "a"}
    s3.put_object(**place, Body=b"one")
    marker = s3.delete_object(**place)["VersionId"]
    assert refusal(s3.get_object, **place) == ("NoSuchKey", 404)
    with pytest.raises(s3.exceptions.ClientError) as refused:
        s3.head_object(**place)
    headers = refused.value.response["ResponseMetadata"]["HTTPHeaders"]
    assert (headers["x-amz-delete-marker"], headers["x-amz-version-id"]) == ("true", marker)
    assert refusal(s3.get_object, **place, VersionId=marker) == ("MethodNotAllowed", 405)
    assert refusal(s3.get_object_tagging, **place, VersionId=marker) == ("MethodNotAllowed", 405)
    assert keys_of(s3, kept.bucket) == []


def test_conditions_are_of_the_newest(kept: VersionModel, s3: Client) -> None:
    put = {"Bucket": kept.bucket, "Key": "a"}
    failed, missing = ("PreconditionFailed", 412), ("NoSuchKey", 404)
    for condition in ("*", '"other"'):
        assert refusal(s3.put_object, **put, IfMatch=condition) == missing
    first = s3.put_object(**put, Body=b"one", IfNoneMatch="*")["ETag"]
    second = s3.put_object(**put, Body=b"two", IfMatch="*")["ETag"]
    for condition in ("*", second):
        assert refusal(s3.put_object, **put, IfNoneMatch=condition) == failed
    assert refusal(s3.put_object, **put, IfMatch=first) == failed
    assert refusal(s3.put_object, **put, Body=b"two", IfMatch=second) == ("", 200)
    assert refusal(s3.put_object, **put, Body=b"two", IfNoneMatch=first) == ("", 200)
    assert s3.delete_object(**put)["DeleteMarker"]
    for condition in ("*", second):
        assert refusal(s3.put_object, **put, IfMatch=condition) == missing
    assert refusal(s3.put_object, **put, IfNoneMatch="*") == ("", 200)


def test_ids_that_name_nothing(kept: VersionModel, s3: Client) -> None:
    place = {"Bucket": kept.bucket, "Key": "a"}
    s3.put_object(**place, Body=b"one")
    for version_id in ("0000000000000001", "null", "none of ours"):
        assert refusal(s3.get_object, **place, VersionId=version_id) == ("NoSuchVersion", 404)
        tags = refusal(s3.get_object_tagging, **place, VersionId=version_id)
        assert tags == ("NoSuchVersion", 404)
    assert refusal(s3.delete_object, **place, VersionId="0000000000000001") == ("", 200)
    assert refusal(s3.list_object_versions, Bucket=kept.bucket, VersionIdMarker="null") == (
        *("InvalidArgument", 400),
    )


def test_many_removed_at_once(kept: VersionModel, s3: Client) -> None:
    ids = [
        s3.put_object(Bucket=kept.bucket, Key="a", Body=body)["VersionId"] for body in (b"1", b"2")
    ]
    wanted = [{"Key": "a", "VersionId": ids[0]}, {"Key": "a"}, {"Key": "a", "VersionId": "other"}]
    told = s3.delete_objects(Bucket=kept.bucket, Delete={"Objects": wanted})
    by_id = {one.get("VersionId", ""): one for one in told["Deleted"]}
    assert by_id[ids[0]] == {"Key": "a", "VersionId": ids[0]}
    (marker,) = ids_of(s3, kept.bucket, "DeleteMarkers")
    assert by_id[""] == {"Key": "a", "DeleteMarker": True, "DeleteMarkerVersionId": marker}
    assert [(one["Code"], one["VersionId"]) for one in told["Errors"]] == [
        ("NoSuchVersion", "other")
    ]
    assert ids_of(s3, kept.bucket) == ids[1:]


def test_lists_by_prefix_and_delimiter(kept: VersionModel, s3: Client) -> None:
    for key in ("x/1", "x/1", "x/2", "y"):
        s3.put_object(Bucket=kept.bucket, Key=key, Body=b"")
    s3.delete_object(Bucket=kept.bucket, Key="x/2")
    repository_id = kept.bucket.partition("--")[2]
    for bucket, name in ((kept.bucket, ""), (ACCOUNT, f"{repository_id}/")):
        below = s3.list_object_versions(Bucket=bucket, Prefix=f"{name}x/")
        assert [one["Key"] for one in below["Versions"]] == [f"{name}x/1"] * 2 + [f"{name}x/2"]
        assert [one["Key"] for one in below["DeleteMarkers"]] == [f"{name}x/2"]
        rolled = s3.list_object_versions(Bucket=bucket, Prefix=name, Delimiter="/", MaxKeys=1)
        assert [one["Prefix"] for one in rolled["CommonPrefixes"]] == [f"{name}x/"]
        assert "Versions" not in rolled
        rest = s3.list_object_versions(
            Bucket=bucket, Prefix=name, Delimiter="/", KeyMarker=rolled["NextKeyMarker"]
        )
        assert [one["Key"] for one in rest["Versions"]] == [f"{name}y"]


def test_an_upload_in_parts_is_a_version_too(kept: VersionModel, s3: Client) -> None:
    place = {"Bucket": kept.bucket, "Key": "a"}
    first = s3.put_object(**place, Body=b"one")["VersionId"]
    upload = s3.create_multipart_upload(**place)["UploadId"]
    part = s3.upload_part(**place, UploadId=upload, PartNumber=1, Body=b"parts")
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    answers = [
        s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=parts)["VersionId"]
        for _ in range(2)
    ]
    assert answers == ids_of(s3, kept.bucket)[:1] * 2
    s3.put_object(**place, Body=b"three")
    assert body_of(s3, kept.bucket, "a", VersionId=answers[0]) == b"parts"
    s3.delete_object(**place, VersionId=first)
    assert body_of(s3, kept.bucket, "a", VersionId=answers[0]) == b"parts"


def test_what_was_is_for_those_who_may_write(kept: VersionModel, s3: Client, door: Door) -> None:
    place = {"Bucket": kept.bucket, "Key": "a"}
    first = s3.put_object(**place, Body=b"secret")["VersionId"]
    second = s3.put_object(**place, Body=b"told")["VersionId"]
    s3.put_object(Bucket=kept.bucket, Key="gone", Body=b"secret")
    gone = s3.delete_object(Bucket=kept.bucket, Key="gone")["VersionId"]
    assert ids_of(door.client("writer"), kept.bucket, Prefix="a") == [second, first]
    for who in ("anonymous", "stranger", "reader"):
        client = door.client(who)
        assert ids_of(client, kept.bucket) == [second]
        assert ids_of(client, kept.bucket, "DeleteMarkers") == []
        assert refusal(client.get_object, **place, VersionId=second) == ("", 200)
        assert refusal(client.get_object, **place, VersionId=first) == ("NoSuchVersion", 404)
        deleted = {"Bucket": kept.bucket, "Key": "gone", "VersionId": gone}
        assert refusal(client.get_object, **deleted) == ("NoSuchVersion", 404)
        assert refusal(client.delete_object, **place, VersionId=second) == ("AccessDenied", 403)


def test_settings_that_cannot_be(door: Door, s3: Client, bucket: str) -> None:
    def turn(who: str, bucket: str = bucket, **configuration: str) -> tuple[str, int]:
        client = door.client(who)
        return refusal(
            client.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=configuration
        )

    assert turn("writer", Status="Enabled") == ("AccessDenied", 403)
    assert turn("owner", Status="Off") == ("MalformedXML", 400)
    assert turn("owner") == ("IllegalVersioningConfigurationException", 400)
    assert turn("owner", Status="Enabled", MFADelete="Enabled") == ("NotImplemented", 501)
    assert turn("owner", ACCOUNT, Status="Enabled") == ("NotImplemented", 501)
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
