"""Repositories whose bytes are in their owner's bucket: read as any, written by nobody."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared.contracts.repositories import RemoveConnection, Visibility
from tests import s3_server
from tests.connected import Theirs
from tests.door import ACCOUNT, Client, Door, body_of, keys_of, plain, refusal
from tests.indexed import entries_of, is_settled, items_of
from tests.rasters import tiff
from tests.waiting import until

LARGE = bytes(range(256)) * 8192
ODD = "data/ö b+c%2F?&#.csv"


def error_of(call: Callable[..., Any], **named: Any) -> tuple[str, str]:
    """The code and the words of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(**named)
    error = caught.value.response["Error"]
    return error["Code"], error.get("Message", "")


def test_what_lies_in_a_folder_of_the_bucket_is_listed_and_read(theirs: Theirs, s3: Client) -> None:
    theirs.put(**{"data/a.csv": b"x,y\n", "data/sub/large.bin": LARGE, ODD: b"odd"})
    theirs.put(**{"data-else/b.csv": b"not shown", "secret.txt": b"not shown"})
    name = theirs.show(theirs.connect(), "data/").repository_id
    assert keys_of(s3, ACCOUNT, Prefix=f"{name}/") == [
        f"{name}/a.csv",
        f"{name}/sub/large.bin",
        f"{name}/{ODD.removeprefix('data/')}",
    ]
    large = {"Bucket": ACCOUNT, "Key": f"{name}/sub/large.bin"}
    assert body_of(s3, ACCOUNT, large["Key"]) == LARGE
    assert body_of(s3, ACCOUNT, large["Key"], Range="bytes=5-1500000") == (LARGE[5:1_500_001])
    assert body_of(s3, ACCOUNT, f"{name}/{ODD.removeprefix('data/')}") == b"odd"
    head, there = (
        s3.head_object(**large),
        theirs.client.head_object(Bucket=theirs.bucket, Key="data/sub/large.bin"),
    )
    for field in ("ContentLength", "ETag", "LastModified"):
        assert head[field] == there[field]
    assert refusal(s3.get_object, **large, IfNoneMatch=head["ETag"])[1] == 304
    csv = s3.head_object(Bucket=ACCOUNT, Key=f"{name}/a.csv")
    assert csv["ContentType"] == "text/csv", "listings tell no type"


def test_anonymous_readers_read_a_public_one(theirs: Theirs, door: Door) -> None:
    theirs.put(**{"a.txt": b"open"})
    name = theirs.show(theirs.connect()).repository_id
    assert plain.get(f"{door.url}/{ACCOUNT}/{name}/a.txt").content == b"open"


def test_strangers_see_nothing_of_a_restricted_one(theirs: Theirs, door: Door) -> None:
    theirs.put(**{"a.txt": b"closed"})
    name = theirs.show(theirs.connect(), visibility=Visibility.RESTRICTED).repository_id
    wanted = {"Bucket": ACCOUNT, "Key": f"{name}/a.txt"}
    assert refusal(door.client("stranger").get_object, **wanted) == ("NoSuchBucket", 404)
    assert plain.get(f"{door.url}/{ACCOUNT}/{name}/a.txt").status_code == 404
    assert body_of(door.client("reader"), ACCOUNT, f"{name}/a.txt") == b"closed"


def test_nobody_writes_to_it_and_all_are_told_why(theirs: Theirs, s3: Client) -> None:
    theirs.put(**{"a.txt": b"as it was"})
    name = theirs.show(theirs.connect()).repository_id
    wanted = {"Bucket": ACCOUNT, "Key": f"{name}/a.txt"}
    source = {"CopySource": f"{ACCOUNT}/{name}/a.txt"}
    refused = [
        error_of(s3.put_object, **wanted, Body=b"other"),
        error_of(s3.delete_object, **wanted),
        error_of(s3.create_multipart_upload, **wanted),
        error_of(s3.copy_object, Bucket=ACCOUNT, Key=f"{name}/b.txt", **source),
        error_of(s3.put_object_tagging, **wanted, Tagging={"TagSet": []}),
        error_of(
            s3.delete_objects,
            Bucket=f"{ACCOUNT}--{name}",
            Delete={"Objects": [{"Key": "a.txt"}]},
        ),
    ]
    assert {code for code, _ in refused} == {"AccessDenied"}
    assert {"only read here" in words for _, words in refused} == {True}
    assert keys_of(theirs.client, theirs.bucket) == ["a.txt"]
    assert body_of(theirs.client, theirs.bucket, "a.txt") == b"as it was"


def test_it_is_copied_into_a_repository_of_ours(theirs: Theirs, door: Door, s3: Client) -> None:
    theirs.put(**{"large.bin": LARGE})
    name = theirs.show(theirs.connect()).repository_id
    bucket, source = door.bucket(), f"{ACCOUNT}/{name}/large.bin"
    s3.copy_object(Bucket=bucket, Key="mine.bin", CopySource=source)
    assert body_of(s3, bucket, "mine.bin") == LARGE
    begun = s3.create_multipart_upload(Bucket=bucket, Key="parts.bin")
    part = {"Bucket": bucket, "Key": "parts.bin", "UploadId": begun["UploadId"], "PartNumber": 1}
    copied = s3.upload_part_copy(**part, CopySource=source, CopySourceRange="bytes=10-999999")
    etag = copied["CopyPartResult"]["ETag"]
    done = {"MultipartUpload": {"Parts": [{"ETag": etag, "PartNumber": 1}]}}
    s3.complete_multipart_upload(Bucket=bucket, Key="parts.bin", UploadId=begun["UploadId"], **done)
    assert body_of(s3, bucket, "parts.bin") == LARGE[10:1_000_000]


def test_a_folder_of_it_is_one_archive(theirs: Theirs, door: Door) -> None:
    theirs.put(**{"f/a.txt": b"one", "f/b.txt": b"two"})
    name = theirs.show(theirs.connect()).repository_id
    answer = plain.get(f"{door.url}/{ACCOUNT}--{name}?archive=zip&prefix=f/")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {archive.read(one) for one in archive.namelist()} == {b"one", b"two"}


def test_what_changed_there_is_so_here_after_a_listing(theirs: Theirs, s3: Client) -> None:
    theirs.put(**{"kept.txt": b"kept", "changed.txt": b"before", "gone.txt": b"gone"})
    repository = theirs.show(theirs.connect())
    name = repository.repository_id
    first = s3.head_object(Bucket=ACCOUNT, Key=f"{name}/kept.txt")
    theirs.put(**{"changed.txt": b"after it", "new.txt": b"new"})
    theirs.client.delete_object(Bucket=theirs.bucket, Key="gone.txt")
    state = theirs.relist(repository)
    assert (state.objects, state.error) == (3, "")
    there = keys_of(s3, ACCOUNT, Prefix=f"{name}/")
    assert there == [f"{name}/{key}" for key in ("changed.txt", "kept.txt", "new.txt")]
    assert body_of(s3, ACCOUNT, f"{name}/changed.txt") == b"after it"
    assert s3.head_object(Bucket=ACCOUNT, Key=f"{name}/kept.txt")["ETag"] == first["ETag"]


def test_what_lies_there_is_indexed_as_any_other(theirs: Theirs, door: Door) -> None:
    theirs.put(**{"maps/north.tif": tiff(), "readme.md": b"# Maps"})
    repository = theirs.show(theirs.connect())
    name = repository.repository_id
    until(lambda: items_of(door, name), seconds=30)
    (item,) = items_of(door, name)
    assert item["bbox"] == [10.0, 50.0, 11.0, 51.0]
    theirs.client.delete_object(Bucket=theirs.bucket, Key="maps/north.tif")
    theirs.relist(repository)
    until(lambda: not items_of(door, name), seconds=30)
    until(lambda: [entry.name for entry in entries_of(door, name)] == ["readme.md"], seconds=30)


def test_bytes_that_changed_since_are_never_mixed(theirs: Theirs, s3: Client) -> None:
    theirs.put(**{"a.txt": b"before", "b.txt": b"going"})
    name = theirs.show(theirs.connect()).repository_id
    # The indexer is a reader too, and whoever comes first has it looked at again.
    until(lambda: is_settled(theirs.door, name, 2), seconds=30)
    theirs.put(**{"a.txt": b"after, and longer"})
    theirs.client.delete_object(Bucket=theirs.bucket, Key="b.txt")
    changed = {"Bucket": ACCOUNT, "Key": f"{name}/a.txt"}
    assert refusal(s3.get_object, **changed) == ("ServiceUnavailable", 503)
    # What was asked for is looked at again by itself.
    until(lambda: refusal(s3.get_object, **changed) == ("", 200))
    assert body_of(s3, ACCOUNT, changed["Key"]) == b"after, and longer"
    gone = {"Bucket": ACCOUNT, "Key": f"{name}/b.txt"}
    assert refusal(s3.get_object, **gone) == ("ServiceUnavailable", 503)
    until(lambda: refusal(s3.get_object, **gone) == ("NoSuchKey", 404))


def test_nothing_is_read_through_a_connection_that_was_removed(
    theirs: Theirs, door: Door, s3: Client
) -> None:
    theirs.put(**{"a.txt": b"open"})
    connection = theirs.connect()
    name = theirs.show(connection).repository_id
    wanted = {"Bucket": ACCOUNT, "Key": f"{name}/a.txt"}
    assert refusal(s3.get_object, **wanted) == ("", 200)
    remove = {"account_id": ACCOUNT, "connection_uid": connection.connection_uid}
    door.ask(RemoveConnection(actor=theirs.owner, **remove))
    until(lambda: refusal(s3.get_object, **wanted) == ("AccessDenied", 403))
    assert "was removed" in error_of(s3.get_object, **wanted)[1]


def test_a_bucket_that_refuses_says_so_to_who_shows_it(theirs: Theirs) -> None:
    wrong = theirs.connect(secret_access_key="not-the-secret")
    theirs.show(wrong, says="refuses: SignatureDoesNotMatch.")
    theirs.show(theirs.connect(bucket="no-such-bucket-at-all"), says="a bucket that is not there.")


def test_a_listing_that_fails_takes_nothing_for_gone(theirs: Theirs, s3: Client) -> None:
    theirs.put(**{"a.txt": b"open"})
    repository = theirs.show(theirs.connect())
    folder = theirs.server.folder / theirs.bucket
    aside = folder.rename(folder.with_name(f"{theirs.bucket}-aside"))
    try:
        assert "not there" in theirs.relist(repository).error
    finally:
        aside.rename(folder)
    assert keys_of(s3, ACCOUNT, Prefix=f"{repository.repository_id}/")


def test_no_secret_is_written_anywhere(theirs: Theirs, door: Door) -> None:
    theirs.put(**{"a.txt": b"open"})
    connection = theirs.connect(idempotency_key="once")
    assert connection == theirs.connect(idempotency_key="once")
    theirs.show(connection)
    written = [path for path in door.platform.home.rglob("*") if path.is_file()]
    assert len(written) > 10
    secret = s3_server.SECRET_KEY.encode()
    assert [path for path in written if secret in path.read_bytes()] == []
