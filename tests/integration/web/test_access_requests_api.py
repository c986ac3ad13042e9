"""Access asked for, given for a while, declined and withdrawn by the API."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.edge import Edge, Person
from tests.integration.web.test_members_api import calling
from tests.waiting import until


@pytest.fixture
def as_ada(edge: Edge, ada: Person) -> Iterator[httpx.Client]:
    with calling(edge, ada) as client:
        yield client


@pytest.fixture
def as_eve(edge: Edge, eve: Person) -> Iterator[httpx.Client]:
    with calling(edge, eve) as client:
        yield client


@pytest.fixture
def secret(edge: Edge, ada: Person) -> str:
    """A restricted repository of ada's with a file in it, and a public one."""
    ada.new_repository("secret", visibility="restricted")
    ada.new_repository("open")
    ada.s3(edge).put_object(Bucket=ada.account_id, Key="secret/a.csv", Body=b"a\n1\n")
    return f"/repositories/{ada.account_id}/secret"


def ask(client: httpx.Client, repository: str) -> tuple[int, bytes, float]:
    started = time.monotonic()
    answer = client.post(f"{repository}/access-requests", json={"message": "For my thesis"})
    return answer.status_code, answer.content, time.monotonic() - started


def waiting(client: httpx.Client, repository: str) -> list[dict[str, str]]:
    answer = client.get(f"{repository}/access-requests")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, str]] = answer.json()["access_requests"]
    return found


@pytest.mark.slow
def test_given_until_a_time_it_ends_at_every_door(
    edge: Edge, as_ada: httpx.Client, as_eve: httpx.Client, eve: Person, secret: str
) -> None:
    s3, page = eve.s3(edge), secret.removeprefix("/repositories")
    place = {"Bucket": page.split("/")[1], "Key": "secret/a.csv"}
    assert ask(as_eve, secret)[:2] == (202, b'{"status":"asked"}')
    (one,) = waiting(as_ada, secret)
    assert (one["asker_id"], one["message"]) == (eve.account_id, "For my thesis")
    end = datetime.now(UTC) + timedelta(seconds=8)
    answer = as_ada.post(
        f"/access-requests/{one['request_uid']}/approve",
        json={"role": "reader", "until": end.isoformat()},
    )
    assert answer.status_code == 200, answer.text
    until(lambda: as_eve.get(secret).status_code == 200)
    until(lambda: eve.client.get(page).status_code == 200)
    assert s3.get_object(**place)["Body"].read() == b"a\n1\n"
    assert datetime.now(UTC) < end, "it was readable before the end, not after"
    (member,) = as_ada.get(f"{secret}/members").json()["members"]
    assert datetime.fromisoformat(member["until"]) == end
    time.sleep(max(0.0, (end - datetime.now(UTC)).total_seconds()) + 1.1)
    assert as_eve.get(secret).status_code == 404
    assert eve.client.get(page).status_code == 404
    with pytest.raises(ClientError) as refused:
        s3.get_object(**place)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert as_ada.get(f"{secret}/members").json()["members"] == []


def test_whatever_there_is_the_answer_is_alike(
    as_ada: httpx.Client, as_eve: httpx.Client, ada: Person, secret: str
) -> None:
    owned = f"/repositories/{ada.account_id}"
    names = [secret, f"{owned}/open", f"{owned}/nothing", "/repositories/nobody-at-all/secret"]
    answers = [ask(as_eve, name) for name in names] + [ask(as_ada, secret)]
    assert {answer[:2] for answer in answers} == {(202, b'{"status":"asked"}')}
    assert all(1.0 <= answer[2] < 2.0 for answer in answers), "even in time"
    shown = as_eve.get("/access-requests").json()["access_requests"]
    assert [one["state"] for one in shown] == ["open"] * 4
    assert [set(one) for one in shown] == [set(shown[0])] * 4
    assert len(waiting(as_ada, secret)) == 1
    assert waiting(as_ada, f"{owned}/open") == []


def test_declined_and_withdrawn(as_ada: httpx.Client, as_eve: httpx.Client, secret: str) -> None:
    ask(as_eve, secret)
    ask(as_eve, secret)
    (one,) = waiting(as_ada, secret)
    address = f"/access-requests/{one['request_uid']}"
    assert as_eve.post(f"{address}/approve", json={}).status_code == 404
    assert as_eve.post(f"{address}/decline", json={}).status_code == 404
    assert as_ada.delete(address).status_code == 404
    assert as_ada.post(f"{address}/decline", json={"note": "Not yet"}).status_code == 200
    (mine,) = as_eve.get("/access-requests").json()["access_requests"]
    assert (mine["state"], mine["note"]) == ("declined", "Not yet")
    assert as_eve.delete(address).status_code == 409
    ask(as_eve, secret)
    (again,) = waiting(as_ada, secret)
    assert as_eve.delete(f"/access-requests/{again['request_uid']}").status_code == 204
    assert waiting(as_ada, secret) == []
    approve = f"/access-requests/{again['request_uid']}/approve"
    assert as_ada.post(approve, json={}).status_code == 409


def test_nobody_else_learns_who_asks(as_eve: httpx.Client, edge: Edge, secret: str) -> None:
    assert as_eve.get(f"{secret}/access-requests").status_code == 404
    nobody = f"{edge.web}/api/v1{secret}/access-requests"
    assert httpx.get(nobody).status_code == 401
    assert httpx.post(nobody, json={}).status_code == 401
    assert as_eve.post("/repositories/-/x/access-requests", json={}).status_code == 404
