"""A disabled account: its keys and sessions stop, its repositories hide, and all comes back."""

import subprocess
import sys

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.edge import PASSWORD, Edge, Person, bearer
from tests.visitor import answers
from tests.waiting import until


def operate(edge: Edge, *words: str) -> str:
    """An operator's command beside the running platform."""
    done = subprocess.run(
        [sys.executable, "-m", "services.accounts", *words],
        env={"COOP_HOME": str(edge.platform.home)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def is_signed_out(person: Person) -> bool:
    """Kratos itself knows the session no more: web leads to its front door."""
    answer = person.client.get("/-/new", follow_redirects=False)
    return answer.status_code == 303 and "/-/sign-in" in answer.headers["location"]


def is_told_so(person: Person) -> None:
    """Who signs in to an account that is shut learns it at once, and wherever one has to be."""
    form = person.visitor.go("/-/sign-in").form("/-/sign-in")
    page = person.visitor.send(form, **answers(form, person.email, PASSWORD, ""))
    assert "Your account is disabled" in page.text
    assert "Sign in" not in page.text
    assert "Your account is disabled" in person.visitor.go("/-/new", status=403).text
    person.visitor.go("/-/welcome", status=403)


def test_everything_of_it_stops_and_hides_until_it_is_enabled(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("mask")
    key, s3 = ada.new_key(), ada.s3(edge)
    s3.put_object(Bucket=ada.account_id, Key="mask/a.txt", Body=b"a")
    api, place = f"{edge.web}/api/v1", f"{ada.account_id}/mask"
    data = f"{edge.platform.ready['s3']}/{place}/a.txt"
    assert httpx.get(data).status_code == 200
    operate(edge, "disable", ada.account_id, "--reason", "A test.")

    def is_shut() -> bool:
        return (
            httpx.get(f"{api}/account", headers=bearer(key)).status_code == 401
            and httpx.get(f"{api}/repositories/{place}").status_code == 404
            and httpx.get(data).status_code == 404
        )

    until(is_shut, seconds=5)
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=ada.account_id, Key="mask/a.txt")
    until(lambda: is_signed_out(ada), seconds=10)
    is_told_so(ada)
    eve.visitor.go(f"/{place}", status=404)
    eve.visitor.go(f"/{ada.account_id}", status=404)

    operate(edge, "enable", ada.account_id)
    until(lambda: httpx.get(data).status_code == 200, seconds=5)
    until(lambda: httpx.get(f"{api}/account", headers=bearer(key)).status_code == 200, seconds=5)
    eve.visitor.go(f"/{place}")


def test_an_admin_finds_and_shuts_accounts_by_the_api(edge: Edge, ada: Person, eve: Person) -> None:
    api, key = f"{edge.web}/api/v1/admin/accounts", bearer(ada.new_key())
    assert httpx.get(api, headers=key).status_code == 404
    shut = f"{api}/{eve.account_id}/disable"
    assert httpx.post(shut, json={}, headers=key).status_code == 404
    operate(edge, "grant-admin", ada.account_id)
    until(lambda: httpx.get(api, headers=key).status_code == 200, seconds=5)
    found = httpx.get(api, params={"text": eve.account_id}, headers=key).json()["accounts"]
    assert [one["account_id"] for one in found] == [eve.account_id]
    assert httpx.post(shut, json={"reason": "Spam."}, headers=key).json()["disabled"] is True
    until(lambda: httpx.get(f"{edge.web}/{eve.account_id}").status_code == 404, seconds=5)
    again = httpx.post(f"{api}/{eve.account_id}/enable", json={}, headers=key)
    assert again.json()["disabled"] is False
