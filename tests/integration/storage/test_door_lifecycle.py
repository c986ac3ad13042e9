"""How long earlier versions stay, set and told by S3's own requests."""

from typing import Any

import pytest

from shared.contracts.repositories import GetRepository, Retention, SetRetention
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Door, plain, refusal
from tests.waiting import until

NONE = ("NoSuchLifecycleConfiguration", 404)


def rule(days: int, newer: int = 0, **more: Any) -> dict[str, Any]:
    expiry = {"NoncurrentDays": days} | ({"NewerNoncurrentVersions": newer} if newer else {})
    told = {"ID": "retention", "Filter": {"Prefix": ""}, "Status": "Enabled"}
    return {**told, "NoncurrentVersionExpiration": expiry, **more}


def put(client: Client, bucket: str, *rules: dict[str, Any]) -> tuple[str, int]:
    wanted = {"Bucket": bucket, "LifecycleConfiguration": {"Rules": list(rules)}}
    return refusal(client.put_bucket_lifecycle_configuration, **wanted)


def told(client: Client, bucket: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    return rules


def named(door: Door, bucket: str) -> dict[str, Any]:
    actor = actor_of(door.people["owner"].account)
    return {
        "actor": actor,
        "account_id": ACCOUNT,
        "repository_id": bucket.partition("--")[2],
    }


def test_set_told_and_removed(door: Door, s3: Client, bucket: str) -> None:
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == NONE
    assert put(s3, bucket, rule(30, 3, ID="mine")) == ("", 200)
    assert told(s3, bucket) == [rule(30, 3)]
    kept = door.ask(GetRepository(**named(door, bucket)))
    assert kept.retention == Retention(days=30, newest=3)
    assert put(s3, bucket, rule(1)) == ("", 200)
    assert told(s3, bucket) == [rule(1)]
    s3.delete_bucket_lifecycle(Bucket=bucket)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == NONE
    assert door.ask(GetRepository(**named(door, bucket))).retention == Retention()


def test_what_was_set_on_the_web_is_told(door: Door, s3: Client, bucket: str) -> None:
    put(s3, bucket, rule(30))
    kept = Retention(days=7, newest=500)
    door.ask(SetRetention(**named(door, bucket), retention=kept))
    at = door.client("owner", at=f"/{ACCOUNT}")
    name = bucket.partition("--")[2]
    until(lambda: told(at, name) == [rule(7, 500)])


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"Expiration": {"Days": 1}}, "Expiration"),
        ({"Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}, "Transition"),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}, "AbortIncomplete"),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, "Filter/Tag"),
        ({"Filter": {"Prefix": "a/"}}, "Filter/Prefix"),
        ({"Status": "Disabled"}, "Status"),
    ],
)
def test_what_is_not_done_is_named_and_changes_nothing(
    s3: Client, bucket: str, more: dict[str, Any], name: str
) -> None:
    put(s3, bucket, rule(30))
    wanted = {"Rules": [rule(1, **more)]}
    with pytest.raises(s3.exceptions.ClientError, match=name) as caught:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=wanted)
    assert caught.value.response["Error"]["Code"] == "NotImplemented"
    assert told(s3, bucket) == [rule(30)]


@pytest.mark.parametrize("who", ["writer", "reader", "stranger", "anonymous"])
def test_only_who_manages_sets_it(door: Door, s3: Client, bucket: str, who: str) -> None:
    put(s3, bucket, rule(30))
    client = door.client(who)
    assert put(client, bucket, rule(1)) == ("AccessDenied", 403)
    assert refusal(client.delete_bucket_lifecycle, Bucket=bucket) == ("AccessDenied", 403)
    assert told(s3, bucket) == [rule(30)]


def test_an_account_has_none(s3: Client) -> None:
    assert put(s3, ACCOUNT, rule(1)) == ("NotImplemented", 501)
    assert refusal(s3.delete_bucket_lifecycle, Bucket=ACCOUNT) == ("NotImplemented", 501)
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=ACCOUNT) == NONE


def test_bodies_that_are_none(s3: Client, bucket: str) -> None:
    for body in (b"", b"<LifecycleConfiguration/>", b"<a>" * 100_000):
        url = s3.generate_presigned_url("put_bucket_lifecycle_configuration", {"Bucket": bucket})
        assert plain.put(url, content=body).status_code == 400
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket=bucket) == NONE
