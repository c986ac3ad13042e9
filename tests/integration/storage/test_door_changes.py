"""Rights that change elsewhere hold at the door within a second, in every process."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.contracts.accounts import GrantRole, Role
from shared.contracts.repositories import (
    DeleteRepository,
    EditRepository,
    Repository,
    Visibility,
)
from tests.control_plane import actor_of
from tests.door import ACCOUNT, Client, Door, make_client, plain, refusal
from tests.waiting import until

SECOND = 1.0
FORBIDDEN, GONE, DONE = ("AccessDenied", 403), ("NoSuchBucket", 404), ("", 200)


@pytest.fixture
def repository(door: Door, s3: Client) -> Repository:
    made = door.repository()
    s3.put_object(Bucket=ACCOUNT, Key=f"{made.repository_id}/a", Body=b"x")
    return made


@pytest.fixture
def crowd(door: Door) -> Iterator[Callable[[str], list[Client]]]:
    """Six clients of one person, spread over both processes."""
    made: list[Client] = []

    def gather(who: str) -> list[Client]:
        clients = [make_client(door, who, "", {}) for _ in range(6)]
        made.extend(clients)
        return clients

    yield gather
    for client in made:
        client.close()


def outcomes(clients: list[Client], operation: str, **what: Any) -> set[tuple[str, int]]:
    """What the same call answers everyone."""
    return {refusal(getattr(client, operation), **what) for client in clients}


def edit(door: Door, repository: Repository, visibility: Visibility) -> None:
    owner = actor_of(door.people["owner"].account)
    names = {"account_id": ACCOUNT, "repository_id": repository.repository_id}
    door.ask(EditRepository(actor=owner, **names, visibility=visibility))


def test_closed_and_opened_again(
    door: Door, repository: Repository, crowd: Callable[[str], list[Client]]
) -> None:
    strangers = crowd("anonymous") + crowd("stranger")
    place = {"Bucket": ACCOUNT, "Key": f"{repository.repository_id}/a"}
    assert outcomes(strangers, "get_object", **place) == {DONE}
    edit(door, repository, Visibility.RESTRICTED)
    until(lambda: outcomes(strangers, "get_object", **place) == {GONE}, seconds=SECOND)
    assert plain.get(f"{door.url}/{ACCOUNT}/{place['Key']}").status_code == 404
    edit(door, repository, Visibility.PUBLIC)
    until(lambda: outcomes(strangers, "get_object", **place) == {DONE}, seconds=SECOND)


def test_deleted(door: Door, repository: Repository, crowd: Callable[[str], list[Client]]) -> None:
    everyone = crowd("owner") + crowd("anonymous")
    name = repository.repository_id
    owner = actor_of(door.people["owner"].account)
    door.ask(
        DeleteRepository(
            actor=owner, account_id=ACCOUNT, repository_id=name, confirm=f"{ACCOUNT}/{name}"
        )
    )
    place = {"Bucket": ACCOUNT, "Key": f"{name}/a"}
    until(lambda: outcomes(everyone, "get_object", **place) == {GONE}, seconds=SECOND)
    for operation in ("delete_object", "create_multipart_upload"):
        assert outcomes(everyone, operation, **place) == {GONE}
    assert outcomes(everyone, "list_objects_v2", Bucket=f"{ACCOUNT}--{name}") == {GONE}
    listed = everyone[0].list_objects_v2(Bucket=ACCOUNT, Delimiter="/")["CommonPrefixes"]
    assert f"{name}/" not in {one["Prefix"] for one in listed}


def test_a_role_given_and_taken_down(
    door: Door, repository: Repository, crowd: Callable[[str], list[Client]]
) -> None:
    guests = crowd("guest" if "guest" in door.people else new_guest(door))
    put = {"Bucket": ACCOUNT, "Key": f"{repository.repository_id}/b", "Body": b"y"}
    assert outcomes(guests, "put_object", **put) == {FORBIDDEN}
    grant(door, Role.WRITER)
    until(lambda: outcomes(guests, "put_object", **put) == {DONE}, seconds=SECOND)
    grant(door, Role.READER)
    until(lambda: outcomes(guests, "put_object", **put) == {FORBIDDEN}, seconds=SECOND)


def new_guest(door: Door) -> str:
    """A person who has no part in anything yet."""
    door.people["guest"] = door.newcomer("gina-guest")
    return "guest"


def grant(door: Door, role: Role) -> None:
    """By the owner of `river-lab`, to the guest."""
    owner = actor_of(door.people["owner"].account)
    door.ask(
        GrantRole(
            actor=owner,
            organization_uid=door.repository().account_uid,
            member_uid=door.people["guest"].account.account_uid,
            role=role,
        )
    )
