"""CreateBucket and DeleteBucket make and delete repositories, through their owner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.repositories import GetRepository, Visibility
from shared.errors import NotFound
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Door, body_of, keys_of, plain, refusal
from tests.waiting import until


def wanted(door: Door, bucket: str) -> GetRepository:
    actor = actor_of(door.people["owner"].account)
    repository_id = bucket.partition("--")[2]
    return GetRepository(actor=actor, account_id=ACCOUNT, repository_id=repository_id)


def test_a_bucket_is_a_repository(door: Door, s3: Client, name: str) -> None:
    assert refusal(s3.head_bucket, Bucket=name)[1] == 404
    assert s3.create_bucket(Bucket=name)["Location"] == f"/{name}"
    repository = door.ask(wanted(door, name))
    assert (repository.account_id, repository.visibility) == (ACCOUNT, Visibility.RESTRICTED)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    assert body_of(s3, ACCOUNT, f"{repository.repository_id}/a") == b"x"
    assert name in [one["Name"] for one in s3.list_buckets()["Buckets"]]
    assert plain.get(f"{door.url}/{name}/a").status_code == 404


@pytest.mark.parametrize(("acl", "status"), [("private", 404), ("public-read", 200)])
def test_who_may_read_it(door: Door, s3: Client, name: str, acl: str, status: int) -> None:
    s3.create_bucket(Bucket=name, ACL=acl)
    s3.put_object(Bucket=name, Key="a", Body=b"x")
    assert plain.get(f"{door.url}/{name}/a").status_code == status


def test_with_a_location(s3: Client, name: str) -> None:
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert keys_of(s3, name) == []


def test_what_is_there_is_not_made_again(door: Door, s3: Client, bucket: str) -> None:
    """But in S3's oldest region, which is that of the door, one is told so by 200."""
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    for own in (bucket, ACCOUNT, f"{ACCOUNT}--gauges"):
        assert s3.create_bucket(Bucket=own)["Location"] == f"/{own}"
    assert keys_of(s3, bucket) == ["a"]
    stranger, public = door.client("stranger"), f"{ACCOUNT}--gauges"
    assert refusal(stranger.create_bucket, Bucket=public) == ("BucketAlreadyExists", 409)
    assert refusal(stranger.create_bucket, Bucket=ACCOUNT) == ("BucketAlreadyOwnedByYou", 409)


@pytest.mark.parametrize("who", ["writer", "reader", "stranger", "anonymous"])
def test_who_may_make_and_delete_none(door: Door, bucket: str, who: str) -> None:
    client = door.client(who)
    for other in (f"{ACCOUNT}--not-mine", "nobody-at-all--bucket"):
        assert refusal(client.create_bucket, Bucket=other) == ("AccessDenied", 403)
    hidden = refusal(client.create_bucket, Bucket=bucket)
    assert hidden[1] == {"writer": 200, "reader": 409}.get(who, 403)
    deleted = {"writer": ("AccessDenied", 403), "reader": ("AccessDenied", 403)}
    expected = deleted.get(who, ("NoSuchBucket", 404))
    assert refusal(client.delete_bucket, Bucket=bucket) == expected
    assert refusal(door.client().head_bucket, Bucket=bucket) == ("", 200)


@pytest.mark.parametrize(
    "repository_id", ["a", "no_underscores", "UPPER", "n" * 41, "a--b", "-a", "a-", "n" * 40 + "-n"]
)
def test_names_that_are_none(door: Door, repository_id: str) -> None:
    client = door.client("owner")
    bucket = f"{ACCOUNT}--{repository_id}"
    assert refusal(client.create_bucket, Bucket=bucket) == ("InvalidBucketName", 400)


def test_an_account_and_the_short_form_are_not_made(door: Door, s3: Client) -> None:
    assert refusal(s3.create_bucket, Bucket="a-new-account") == ("NoSuchBucket", 404)
    endpoint = door.client(at=f"/{ACCOUNT}")
    assert refusal(endpoint.create_bucket, Bucket="never-made")[1] == 404


def test_what_is_asked_for_and_not_there(s3: Client, name: str) -> None:
    locked = {"Bucket": name, "ObjectLockEnabledForBucket": True}
    assert refusal(s3.create_bucket, **locked) == ("NotImplemented", 501)
    assert refusal(s3.create_bucket, Bucket=name, ACL="no-such") == ("InvalidArgument", 400)
    for acl in ("public-read-write", "authenticated-read"):
        refused = refusal(s3.create_bucket, Bucket=name, ACL=acl)
        assert refused == ("AccessControlListNotSupported", 400)
    assert refusal(s3.head_bucket, Bucket=name)[1] == 404


def test_only_what_is_empty_is_deleted(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert refusal(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)
    writer = door.client("writer")
    assert refusal(writer.delete_bucket, Bucket=bucket) == ("AccessDenied", 403)
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    # The other process hears of it by an event.
    until(lambda: refusal(s3.head_bucket, Bucket=bucket)[1] == 404)
    assert refusal(s3.delete_bucket, Bucket=bucket) == ("NoSuchBucket", 404)
    put = {"Bucket": bucket, "Key": "a", "Body": b"x"}
    assert refusal(s3.put_object, **put) == ("NoSuchBucket", 404)
    with pytest.raises(NotFound):
        door.ask(wanted(door, bucket))


def test_a_name_may_be_used_again(s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a")
    s3.delete_bucket(Bucket=bucket)
    until(lambda: refusal(s3.head_bucket, Bucket=bucket)[1] == 404)
    until(lambda: refusal(s3.create_bucket, Bucket=bucket)[1] == 200)
    until(lambda: refusal(s3.head_bucket, Bucket=bucket)[1] == 200)
    assert keys_of(s3, bucket) == []


def test_of_many_at_once_one_makes_it(s3: Client, name: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: refusal(s3.create_bucket, Bucket=name), range(8)))
    # Who comes later is told that it is theirs, or that the name was taken meanwhile.
    assert ("", 200) in outcomes
    assert set(outcomes) <= {("", 200), ("BucketAlreadyExists", 409)}
    assert [one["Name"] for one in s3.list_buckets(Prefix=name)["Buckets"]] == [name]


def test_a_list_of_buckets_page_by_page(s3: Client, name: str) -> None:
    mine = [f"{name}-{letter}" for letter in "abc"]
    for bucket in mine:
        s3.create_bucket(Bucket=bucket)

    def all_there() -> bool:
        found = s3.list_buckets(Prefix=f"{name}-")
        return [one["Name"] for one in found["Buckets"]] == mine

    # The other process may have to hear of them.
    until(all_there)
    today = datetime.now(UTC) - timedelta(days=1)
    assert all(one["CreationDate"] > today for one in s3.list_buckets()["Buckets"])
    first = s3.list_buckets(Prefix=f"{name}-", MaxBuckets=2)
    assert [one["Name"] for one in first["Buckets"]] == mine[:2]
    assert first["Prefix"] == f"{name}-"
    token = first["ContinuationToken"]
    rest = s3.list_buckets(Prefix=f"{name}-", MaxBuckets=2, ContinuationToken=token)
    assert [one["Name"] for one in rest["Buckets"]] == mine[2:]
    assert "ContinuationToken" not in rest
    assert refusal(s3.list_buckets, MaxBuckets=10_001) == ("InvalidArgument", 400)
