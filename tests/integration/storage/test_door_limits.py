"""Access keys with limits at the door: by action, repository and prefix, and for a time."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.accounts import CreateAccessKey, ListAccessKeys, RevokeAccessKey
from shared.contracts.base import Actor, KeyAction
from shared.contracts.repositories import Visibility
from shared.contracts.storage import PresignGetObject
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Credentials, Door, Person, plain, refusal
from tests.waiting import until

DENIED = ("AccessDenied", 403)
_names = iter(f"limited-{number}" for number in range(1000))


def limited(door: Door, **limits: Any) -> tuple[Client, str]:
    """A client with a new key of the owner's that has these limits, and the key's id."""
    owner = door.people["owner"].account
    wanted = CreateAccessKey(actor=actor_of(owner), account_uid=owner.account_uid, **limits)
    key = door.ask(wanted)
    name = next(_names)
    credentials = Credentials(key.access_key_id, key.secret_access_key.get_secret_value())
    door.people[name] = Person(owner, credentials)
    return door.client(name), key.access_key_id


@pytest.fixture
def place(door: Door) -> str:
    """A restricted repository with two objects, as `account/name`."""
    name = door.repository(visibility=Visibility.RESTRICTED).repository_id
    for key in ("raw/a", "done/a"):
        door.client().put_object(Bucket=f"{ACCOUNT}--{name}", Key=key, Body=b"x")
    return f"{ACCOUNT}/{name}"


def test_a_prefix_is_all_that_it_reaches(door: Door, place: str) -> None:
    client, _ = limited(door, places=[f"{place}/raw/"])
    bucket = place.replace("/", "--")
    assert refusal(client.get_object, Bucket=bucket, Key="raw/a") == ("", 200)
    assert refusal(client.put_object, Bucket=bucket, Key="raw/b", Body=b"") == ("", 200)
    assert refusal(client.list_objects_v2, Bucket=bucket, Prefix="raw/") == ("", 200)
    for call, more in (
        (client.get_object, {"Key": "done/a"}),
        (client.put_object, {"Key": "done/b", "Body": b""}),
        (client.delete_object, {"Key": "done/a"}),
        (client.list_objects_v2, {}),
        (client.list_objects_v2, {"Prefix": "ra"}),
        (client.create_multipart_upload, {"Key": "done/c"}),
        (client.copy_object, {"Key": "raw/c", "CopySource": f"{bucket}/done/a"}),
    ):
        assert refusal(call, Bucket=bucket, **more) == DENIED
    removed = client.delete_objects(
        Bucket=bucket, Delete={"Objects": [{"Key": "raw/b"}, {"Key": "done/a"}]}
    )
    assert [one["Key"] for one in removed["Deleted"]] == ["raw/b"]
    assert [(one["Key"], one["Code"]) for one in removed["Errors"]] == [("done/a", "AccessDenied")]


def test_other_repositories_do_not_exist_for_it(door: Door, place: str) -> None:
    client, _ = limited(door, places=[place])
    other = door.repository(visibility=Visibility.RESTRICTED).repository_id
    bucket = f"{ACCOUNT}--{other}"
    assert refusal(client.get_object, Bucket=bucket, Key="a") == ("NoSuchBucket", 404)
    listed = client.list_objects_v2(Bucket=ACCOUNT, Delimiter="/")
    names = {one["Prefix"] for one in listed.get("CommonPrefixes", [])}
    assert f"{place.partition('/')[2]}/" in names
    assert f"{other}/" not in names


def test_an_action_that_is_not_its_own_is_refused(door: Door, place: str) -> None:
    bucket = place.replace("/", "--")
    reading, _ = limited(door, places=[place], actions=[KeyAction.READ])
    writing, _ = limited(door, places=[place], actions=[KeyAction.WRITE])
    assert refusal(reading.get_object, Bucket=bucket, Key="raw/a") == ("", 200)
    for call, more in (
        (reading.list_objects_v2, {}),
        (reading.put_object, {"Key": "b", "Body": b""}),
        (reading.delete_object, {"Key": "raw/a"}),
        (writing.get_object, {"Key": "raw/a"}),
        (writing.delete_object, {"Key": "raw/a"}),
    ):
        assert refusal(call, Bucket=bucket, **more) == DENIED
    assert refusal(writing.put_object, Bucket=bucket, Key="b", Body=b"") == ("", 200)


def test_after_its_time_it_is_no_key(door: Door, place: str) -> None:
    soon = datetime.now(UTC) + timedelta(seconds=2)
    client, _ = limited(door, expires_at=soon)
    bucket = place.replace("/", "--")
    assert refusal(client.get_object, Bucket=bucket, Key="raw/a") == ("", 200)
    time.sleep(2.1)
    assert refusal(client.get_object, Bucket=bucket, Key="raw/a") == ("InvalidAccessKeyId", 403)


def test_an_address_made_with_a_key_ends_with_it(door: Door, place: str) -> None:
    owner = door.people["owner"].account
    _, key_id = limited(door)
    account_id, _, name = place.partition("/")
    wanted = PresignGetObject(
        actor=Actor(kind="account", account_uid=owner.account_uid, access_key_id=key_id),
        account_id=account_id,
        repository_id=name,
        key="raw/a",
    )
    url = door.ask(wanted).url
    assert plain.get(url).status_code == 200
    door.ask(RevokeAccessKey(actor=actor_of(owner), access_key_id=key_id))
    until(lambda: plain.get(url).status_code == 403, seconds=1)


@pytest.mark.slow
def test_when_it_was_last_used_is_told_in_the_end(door: Door, place: str) -> None:
    client, key_id = limited(door)
    client.get_object(Bucket=place.replace("/", "--"), Key="raw/a")
    owner = door.people["owner"].account

    def is_told() -> bool:
        wanted = ListAccessKeys(actor=actor_of(owner), account_uid=owner.account_uid, limit=1000)
        found = {one.access_key_id: one for one in door.ask(wanted).access_keys}
        used_at = found[key_id].last_used_at
        return used_at is not None and datetime.now(UTC) - used_at < timedelta(minutes=3)

    until(is_told, seconds=40)
