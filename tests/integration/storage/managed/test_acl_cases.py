"""ACLs, case by case: what a repository can hold of them is done, and all else refused."""

import pytest

from shared.contracts.repositories import GetRepository, Visibility
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Door, keys_of, plain, refusal
from tests.waiting import until

NOT_HELD = ("AccessControlListNotSupported", 400)
EVERYONE = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}


def visibility(door: Door, bucket: str) -> Visibility:
    actor = actor_of(door.people["owner"].account)
    repository_id = bucket.partition("--")[2]
    wanted = GetRepository(actor=actor, account_id=ACCOUNT, repository_id=repository_id)
    return door.ask(wanted).visibility


def test_a_bucket_is_opened_and_closed_again(door: Door, s3: Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    anonymous = door.client("anonymous")
    assert refusal(anonymous.list_objects_v2, Bucket=bucket) == ("NoSuchBucket", 404)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    assert visibility(door, bucket) is Visibility.PUBLIC
    # The other process hears of it by an event.
    until(lambda: refusal(anonymous.list_objects_v2, Bucket=bucket)[1] == 200)
    assert keys_of(anonymous, bucket) == ["a"]
    until(lambda: EVERYONE in [g["Grantee"] for g in s3.get_bucket_acl(Bucket=bucket)["Grants"]])
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    assert visibility(door, bucket) is Visibility.RESTRICTED
    until(lambda: plain.get(f"{door.url}/{bucket}/a").status_code == 404)


def test_by_a_document(door: Door, s3: Client, bucket: str) -> None:
    told = s3.get_bucket_acl(Bucket=bucket)
    policy = {"Owner": told["Owner"], "Grants": told["Grants"]}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
    assert visibility(door, bucket) is Visibility.RESTRICTED
    policy["Grants"].append({"Grantee": EVERYONE, "Permission": "READ"})
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
    assert visibility(door, bucket) is Visibility.PUBLIC
    policy["Grants"].append({"Grantee": EVERYONE, "Permission": "WRITE"})
    assert refusal(s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=policy) == NOT_HELD


@pytest.mark.parametrize("acl", ["public-read-write", "authenticated-read"])
def test_what_cannot_be_held(door: Door, s3: Client, bucket: str, acl: str) -> None:
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    assert refusal(s3.put_bucket_acl, Bucket=bucket, ACL=acl) == NOT_HELD
    assert refusal(s3.put_object, Bucket=bucket, Key="b", Body=b"x", ACL=acl) == NOT_HELD
    assert refusal(s3.put_object_acl, Bucket=bucket, Key="a", ACL="public-read") == NOT_HELD
    reader = f'id="{door.people["reader"].account.account_uid}"'
    assert refusal(s3.put_bucket_acl, Bucket=bucket, GrantRead=reader) == NOT_HELD
    assert visibility(door, bucket) is Visibility.RESTRICTED
    assert keys_of(s3, bucket) == ["a"]


def test_who_may_open_it(door: Door, bucket: str) -> None:
    for who, expected in (("writer", "AccessDenied"), ("stranger", "NoSuchBucket")):
        client = door.client(who)
        assert refusal(client.put_bucket_acl, Bucket=bucket, ACL="public-read")[0] == expected
    assert visibility(door, bucket) is Visibility.RESTRICTED


def test_what_is_made_again_stays_as_open_as_it_was(door: Door, s3: Client, bucket: str) -> None:
    refused = refusal(s3.create_bucket, Bucket=bucket, ACL="public-read")
    assert refused == ("BucketAlreadyOwnedByYou", 409)
    assert visibility(door, bucket) is Visibility.RESTRICTED
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.create_bucket(Bucket=bucket, ACL="private")
    assert visibility(door, bucket) is Visibility.PUBLIC
