"""Access keys: shown once, good for the API, revoked at once."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from tests.edge import PASSWORD, Edge, Person, bearer, s3_of
from tests.integration.web.test_disabled import operate
from tests.visitor import visiting
from tests.waiting import until


def test_a_secret_is_shown_once(ada: Person) -> None:
    key_id, secret = ada.new_key("nightly sync")
    assert re.fullmatch(r"COOP[A-Z0-9]{16}", key_id)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", secret)
    page = ada.visitor.go(f"/-/{ada.account_id}/keys")
    assert key_id in page.text
    assert "nightly sync" in page.text
    assert secret not in page.html


def test_the_page_with_the_secret_is_kept_by_nobody(ada: Person) -> None:
    place = f"/-/{ada.account_id}/keys"
    form = ada.visitor.go(place).form(place)
    ada.visitor.send(form)
    assert ada.visitor.answer.headers["cache-control"] == "no-store"


def test_sent_twice_it_is_one_key(ada: Person) -> None:
    place = f"/-/{ada.account_id}/keys"
    form = ada.visitor.go(place).form(place)
    first = ada.visitor.send(form, name="twice").fact("Secret")
    second = ada.visitor.send(form, name="twice").fact("Secret")
    assert first == second
    assert len(re.findall(r"COOP[A-Z0-9]{16}<", ada.visitor.go(place).html)) == 1


def test_a_program_is_whose_key_it_holds(edge: Edge, ada: Person) -> None:
    key = ada.new_key()
    told = httpx.get(f"{edge.web}/api/v1/account", headers=bearer(key))
    assert told.json()["account_id"] == ada.account_id


def test_a_wrong_secret_tells_nothing(edge: Edge, ada: Person) -> None:
    key_id, secret = ada.new_key()
    said = set()
    for wrong in (
        (key_id, secret[:-1] + ("y" if secret.endswith("x") else "x")),
        (key_id, secret + "x"),
        (key_id, "é"),
        ("COOPAAAAAAAAAAAAAAAA", secret),
        (key_id.lower(), secret),
    ):
        headers = [(b"authorization", f"Bearer {wrong[0]}.{wrong[1]}".encode())]
        answer = httpx.get(f"{edge.web}/api/v1/repositories", headers=headers)
        assert answer.status_code == 401
        said.add(answer.json()["detail"])
    assert len(said) == 1


def test_what_is_no_credential_is_never_taken_for_none(edge: Edge) -> None:
    for value in ("Basic YTpi", "Bearer", "Bearer x", "Bearer .", "x", "Bearer " + "x" * 5000):
        answer = httpx.get(f"{edge.web}/api/v1/repositories", headers={"authorization": value})
        assert answer.status_code == 401, value
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_works_no_more_within_a_second(edge: Edge, ada: Person) -> None:
    key = ada.new_key()
    url = f"{edge.web}/api/v1/account"
    assert httpx.get(url, headers=bearer(key)).status_code == 200
    page = ada.visitor.go(f"/-/{ada.account_id}/keys")
    (form,) = (one for one in page.forms if one.fields.get("access_key_id") == key[0])
    page = ada.visitor.send(form)
    assert "revoked" in page.text
    until(lambda: httpx.get(url, headers=bearer(key)).status_code == 401, seconds=1.5)


def test_after_its_time_it_opens_nothing(edge: Edge, program: httpx.Client, ada: Person) -> None:
    ends = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    place = f"/accounts/{ada.account_id}/access-keys"
    made = program.post(place, json={"expires_at": ends}).json()
    key, own = bearer((made["access_key_id"], made["secret_access_key"])), f"{edge.web}/api/v1"
    assert httpx.get(f"{own}/account", headers=key).status_code == 200
    until(lambda: httpx.get(f"{own}/account", headers=key).status_code == 401)
    assert datetime.now(UTC).isoformat() > ends


def test_an_organization_s_key_survives_who_made_it(edge: Edge, ada: Person, eve: Person) -> None:
    org, api = f"org-{ada.account_id}", f"{edge.web}/api/v1"
    own = bearer(ada.new_key())
    for path, body in (
        ("/accounts", {"account_id": org, "name": "Org"}),
        ("/repositories", {"account_id": org, "repository_id": "data", "title": "Data"}),
    ):
        assert httpx.post(f"{api}{path}", json=body, headers=own).status_code == 201
    made = httpx.post(f"{api}/accounts/{org}/access-keys", json={}, headers=own).json()
    key = bearer((made["access_key_id"], made["secret_access_key"]))
    members = f"{api}/accounts/{org}/members"
    role = {"role": "owner"}
    assert httpx.put(f"{members}/{eve.account_id}", json=role, headers=own).is_success
    assert httpx.delete(f"{members}/{ada.account_id}", headers=own).status_code == 204
    operate(edge, "disable", ada.account_id)
    until(lambda: httpx.get(f"{api}/account", headers=own).status_code == 401)
    assert httpx.get(f"{api}/account", headers=key).json()["account_id"] == org
    title = {"title": "Still"}
    answer = httpx.patch(f"{api}/repositories/{org}/data", json=title, headers=key)
    assert answer.status_code == 200
    s3 = s3_of(edge, (made["access_key_id"], made["secret_access_key"]))
    s3.put_object(Bucket=org, Key="data/a.txt", Body=b"a")
    assert s3.get_object(Bucket=org, Key="data/a.txt")["Body"].read() == b"a"


def test_nobody_revokes_another_s_key(ada: Person, eve: Person) -> None:
    key = ada.new_key()
    place = f"/-/{eve.account_id}/keys"
    eve.new_key()
    form = next(one for one in eve.visitor.go(place).forms if "access_key_id" in one.fields)
    eve.visitor.send(form, status=404, access_key_id=key[0])
    origin = str(ada.client.base_url).rstrip("/")
    assert httpx.get(f"{origin}/api/v1/account", headers=bearer(key)).status_code == 200


def test_a_key_cannot_sign_in_to_the_pages(edge: Edge, ada: Person) -> None:
    key = ada.new_key()
    with visiting(edge.web) as visitor:
        visitor.client.headers.update(bearer(key))
        visitor.go("/-/new")
        assert "/-/sign-in" in visitor.here


def limited(person: Person, **values: str) -> tuple[str, str]:
    """A key with limits, made by the form."""
    place = f"/-/{person.account_id}/keys"
    page = person.visitor.send(person.visitor.go(place).form(place), **values)
    return page.fact("Access key"), page.fact("Secret")


def test_a_limited_key_is_limited_for_the_api_too(edge: Edge, ada: Person) -> None:
    for name in ("mask", "other"):
        ada.new_repository(name, visibility="restricted")
    key = limited(ada, reach="read", places=f"{ada.account_id}/mask")
    api = f"{edge.web}/api/v1"
    mask, other = (f"{api}/repositories/{ada.account_id}/{name}" for name in ("mask", "other"))
    assert httpx.get(mask, headers=bearer(key)).status_code == 200
    assert httpx.get(f"{mask}/directory", headers=bearer(key)).status_code == 200
    assert httpx.get(other, headers=bearer(key)).status_code == 404
    assert httpx.get(f"{other}/directory", headers=bearer(key)).status_code == 404
    listed = httpx.get(
        f"{api}/repositories", params={"account_id": ada.account_id}, headers=bearer(key)
    )
    assert [one["repository_id"] for one in listed.json()["repositories"]] == ["mask"]
    for method, url, body in (
        ("PATCH", mask, {"title": "X"}),
        ("POST", f"{mask}/upload-form", {"prefix": ""}),
        ("PATCH", f"{api}/accounts/{ada.account_id}", {"name": "X"}),
        ("POST", f"{api}/accounts/{ada.account_id}/access-keys", {}),
        ("POST", f"{api}/accounts", {"account_id": f"{ada.account_id}-org", "name": "X"}),
    ):
        answer = httpx.request(method, url, json=body, headers=bearer(key))
        assert answer.status_code == 403, (url, answer.text)


def test_the_page_tells_a_key_s_limits_and_the_faults_of_the_form(ada: Person) -> None:
    place = f"/-/{ada.account_id}/keys"
    key = limited(ada, reach="write", places=ada.account_id, days="30")
    page = ada.visitor.go(place)
    assert key[0] in page.text
    assert "list, read, write" in page.text
    page = ada.visitor.send(page.form(place), status=400, places="nobody/nothing")
    assert "There is no nobody/nothing." in page.text
    assert ">nobody/nothing</textarea>" in page.html
    ada.visitor.send(page.form(place), status=400, days="-1")
    ada.visitor.send(page.form(place), status=400, reach="all")


def kept_below(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """All files and what is in them; one that is gone by then is none."""
    for path in filter(Path.is_file, folder.rglob("*")):
        with suppress(FileNotFoundError):
            yield path, path.read_bytes()


def test_no_secret_is_kept_in_clear(edge: Edge, ada: Person) -> None:
    """Neither in a table nor in a stream, a log or a blob."""
    ada.new_repository("levels")
    place = f"/-/{ada.account_id}/levels/shares"
    page = ada.visitor.send(ada.visitor.go(place).form(place), name="for reviewers")
    link = page.fact("Page").partition(".")[2]
    ada.visitor.go(place)
    secrets = {"key": ada.new_key()[1], "link": link, "password": PASSWORD}
    ada.client.get("/api/v1/account", headers=bearer(ada.new_key()))
    assert all(len(one) >= 20 for one in secrets.values()), secrets
    kept = dict(kept_below(edge.platform.home))
    assert any(path.name == "kratos.db" for path in kept)
    for name, secret in secrets.items():
        assert [path for path, content in kept.items() if secret.encode() in content] == [], name
