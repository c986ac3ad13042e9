"""The door while the others are away: it goes on with what it knows, and never guesses."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.contracts.accounts import RevokeAccessKey
from tests.control_plane import actor_of
from tests.door import (
    ACCOUNT,
    HIDDEN,
    PUBLIC,
    Door,
    body_of,
    keys_of,
    make_client,
    plain,
    refusal,
)
from tests.embedded import descendants
from tests.operator_feed import listening
from tests.waiting import until

UNAVAILABLE = ("ServiceUnavailable", 503)


@contextmanager
def held(*pids: int) -> Iterator[None]:
    """The processes stand still meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def pids_of(door: Door, *services: str) -> list[int]:
    """The processes of these services; `nats` is the bus."""
    found = [one["pid"] for one in door.platform.ready["processes"] if one["service"] in services]
    if "nats" in services:
        found += [
            pid
            for pid in descendants(door.platform.process.pid)
            if b"nats-server" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        ]
    assert len(found) >= len(services)
    return found


def test_a_revoked_key_is_refused_within_a_second(door: Door) -> None:
    owner = door.people["owner"].account
    person = door.people["revoked"] = door.new_key(owner)
    client = door.client("revoked")
    assert refusal(client.list_objects_v2, Bucket=ACCOUNT) == ("", 200)
    url = client.generate_presigned_url(
        "get_object", Params={"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    )
    assert plain.get(url).status_code == 200

    door.ask(RevokeAccessKey(actor=actor_of(owner), access_key_id=person.access_key_id))
    until(
        lambda: refusal(client.list_objects_v2, Bucket=ACCOUNT) == ("InvalidAccessKeyId", 403),
        seconds=1,
    )
    assert plain.get(url).status_code == 403


def operate(door: Door, *words: str) -> None:
    """An operator's command at the machine, which works without the bus."""
    subprocess.run(
        [sys.executable, "-m", "services.accounts", *words],
        env={"COOP_HOME": str(door.platform.home)},
        check=True,
        timeout=60,
    )


def test_a_right_taken_away_without_the_bus_is_gone_within_a_second_of_its_return(
    door: Door,
) -> None:
    person = door.people["shut"] = door.newcomer("shut-out")
    client = door.client("shut")
    assert refusal(client.list_objects_v2, Bucket=ACCOUNT) == ("", 200)
    with held(*pids_of(door, "nats")):
        operate(door, "disable", person.account.account_id)
        assert refusal(client.list_objects_v2, Bucket=ACCOUNT) == ("", 200)
    until(
        lambda: refusal(client.list_objects_v2, Bucket=ACCOUNT) == ("AccessDenied", 403),
        seconds=1,
    )


def test_a_key_revoked_without_the_bus_is_refused_within_a_second_of_its_return(
    door: Door,
) -> None:
    owner = door.people["owner"].account
    person = door.people["lost"] = door.new_key(owner)
    client = door.client("lost")
    place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
    assert refusal(client.get_object, **place) == ("", 200)
    with held(*pids_of(door, "nats")):
        operate(door, "revoke-access-key", owner.account_id, "--key", person.access_key_id)
        assert refusal(client.get_object, **place) == ("", 200)
    until(
        lambda: refusal(client.get_object, **place) == ("InvalidAccessKeyId", 403),
        seconds=1,
    )
    # Every one of the door's processes has heard of it.
    for _ in range(20):
        fresh = make_client(door, "lost", "", {})
        assert refusal(fresh.get_object, **place) == ("InvalidAccessKeyId", 403)
        fresh.close()


def test_without_accounts_and_repositories_known_things_go_on(door: Door) -> None:
    s3, bucket = door.client(), door.bucket()
    s3.put_object(Bucket=bucket, Key="before", Body=b"before")
    with held(*pids_of(door, "accounts", "repositories")):
        s3.put_object(Bucket=bucket, Key="during", Body=b"during")
        assert body_of(s3, bucket, "during") == b"during"
        assert body_of(door.client("anonymous"), bucket, "before") == b"before"
        assert keys_of(s3, bucket) == ["before", "during"]
        s3.delete_object(Bucket=bucket, Key="before")
    assert keys_of(s3, bucket) == ["during"]


def test_what_cannot_be_asked_is_unavailable_and_never_forbidden(door: Door) -> None:
    s3 = door.client()
    with held(*pids_of(door, "accounts", "repositories")):
        assert refusal(s3.head_object, Bucket=ACCOUNT, Key="unheard-of/a")[1] == 503
        assert refusal(s3.put_object, Bucket=ACCOUNT, Key="unheard-of/a", Body=b"") == UNAVAILABLE
    until(
        lambda: (
            refusal(s3.put_object, Bucket=ACCOUNT, Key="unheard-of/a", Body=b"")
            == ("NoSuchBucket", 404)
        )
    )


async def test_without_the_bus_all_goes_on_and_is_told_afterwards(door: Door) -> None:
    s3, bucket = door.client(), door.bucket()
    s3.put_object(Bucket=bucket, Key="before", Body=b"")
    names = [f"{number:02d}" for number in range(20)]
    async with listening(door.platform.ready) as feed:
        with held(*pids_of(door, "nats")):
            for name in names:
                s3.put_object(Bucket=bucket, Key=name, Body=name.encode())
                assert body_of(s3, bucket, name) == name.encode()
            s3.delete_object(Bucket=bucket, Key=names[0])
            assert keys_of(s3, bucket) == [*names[1:], "before"]

        def told(event: str) -> list[str]:
            return [
                one["data"]["object"]["key"]
                for one in feed.named(event)
                if one["data"]["object"]["key"] in names
            ]

        await feed.until(lambda: told("object_deleted"), seconds=20)
        await feed.until(lambda: len(told("object_created")) >= len(names), seconds=20)
        assert sorted(told("object_created")) == names


def test_a_bus_that_dies_comes_back_and_nothing_was_noticed(strained: Door) -> None:
    s3 = strained.client()
    (pid,) = pids_of(strained, "nats")
    os.kill(pid, signal.SIGKILL)
    for number in range(20):
        s3.put_object(Bucket=ACCOUNT, Key=f"{PUBLIC}/{number:02d}", Body=b"x")
        assert body_of(s3, ACCOUNT, f"{PUBLIC}/{number:02d}") == b"x"
    until(lambda: refusal(s3.head_bucket, Bucket=strained.bucket()) == ("", 200), seconds=20)


def test_after_long_silence_of_accounts_signatures_are_not_believed(strained: Door) -> None:
    s3, anonymous = strained.client(), strained.client("anonymous")
    s3.put_object(Bucket=ACCOUNT, Key=f"{PUBLIC}/a", Body=b"x")
    with held(*pids_of(strained, "accounts")):
        assert refusal(s3.list_objects_v2, Bucket=ACCOUNT) == ("", 200)
        until(lambda: refusal(s3.list_objects_v2, Bucket=ACCOUNT) == UNAVAILABLE, seconds=8)
        for call in (s3.get_object, s3.delete_object):
            assert refusal(call, Bucket=ACCOUNT, Key=f"{PUBLIC}/a") == UNAVAILABLE
        assert body_of(anonymous, ACCOUNT, f"{PUBLIC}/a") == b"x"
        place = {"Bucket": ACCOUNT, "Key": f"{HIDDEN}/README.md"}
        assert refusal(anonymous.get_object, **place) == ("NoSuchBucket", 404)
    until(lambda: refusal(s3.list_objects_v2, Bucket=ACCOUNT) == ("", 200), seconds=8)


def test_storage_that_died_remembers_what_it_knew(strained: Door) -> None:
    """Started again while accounts and repositories stand still, it serves from its own table."""
    s3 = strained.client()
    s3.put_object(Bucket=ACCOUNT, Key=f"{PUBLIC}/kept", Body=b"kept")
    (pid,) = pids_of(strained, "storage")
    with held(*pids_of(strained, "accounts", "repositories")):
        os.kill(pid, signal.SIGKILL)
        until(lambda: answers(strained), seconds=15)
        assert body_of(strained.client("anonymous"), ACCOUNT, f"{PUBLIC}/kept") == b"kept"
    until(lambda: refusal(s3.list_objects_v2, Bucket=ACCOUNT) == ("", 200), seconds=10)
    assert body_of(s3, ACCOUNT, f"{PUBLIC}/kept") == b"kept"


def answers(door: Door) -> bool:
    """Whether the door is open."""
    client = make_client(door, "anonymous", "", {})
    try:
        client.list_objects_v2(Bucket=f"{ACCOUNT}--{PUBLIC}")
    except Exception:  # noqa: BLE001 -- any failure means not yet
        return False
    finally:
        client.close()
    return True
