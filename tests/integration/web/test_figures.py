"""How much is kept, on the pages of repositories and accounts and in the API."""

import httpx

from tests.edge import Edge, Person, bearer
from tests.integration.web.test_disabled import operate
from tests.integration.web.test_members import new_organization
from tests.waiting import until


def figures(objects: int, size: int, quota: dict[str, int] | None = None) -> dict[str, object]:
    """As the API tells them."""
    limits = {"size": None, "objects": None} | (quota or {})
    return {"objects": objects, "size": size, "downloads": 0, "quota": limits}


def test_pages_and_api_tell_what_is_kept_to_who_may_know(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("mask", visibility="restricted")
    s3, api, key = ada.s3(edge), f"{edge.web}/api/v1", bearer(ada.new_key())
    s3.put_object(Bucket=ada.account_id, Key="mask/a.txt", Body=b"12345")
    s3.put_object(Bucket=ada.account_id, Key="mask/b.txt", Body=b"123")
    of_repository = f"{api}/repositories/{ada.account_id}/mask/storage"
    of_account = f"{api}/accounts/{ada.account_id}/storage"
    assert httpx.get(of_repository, headers=key).json() == figures(2, 8)
    assert httpx.get(of_account, headers=key).json() == figures(2, 8)
    page = ada.visitor.go(f"/{ada.account_id}/mask")
    assert "8 bytes, 2 files" in page.text
    assert "8 bytes, 2 files, deleted" in ada.visitor.go(f"/{ada.account_id}").text
    assert "deleted repositories included" not in eve.visitor.go(f"/{ada.account_id}").text
    other = bearer(eve.new_key())
    assert httpx.get(of_repository, headers=other).status_code == 404
    assert httpx.get(of_repository).status_code == 404
    assert httpx.get(of_account, headers=other).status_code == 403


def test_who_may_not_list_all_files_is_told_no_figures(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("mask", visibility="restricted")
    api, full = f"{edge.web}/api/v1", bearer(ada.new_key())

    def limited(**limits: list[str]) -> dict[str, str]:
        keys = f"{api}/accounts/{ada.account_id}/access-keys"
        made = httpx.post(keys, json=limits, headers=full).json()
        return bearer((made["access_key_id"], made["secret_access_key"]))

    part = limited(places=[f"{ada.account_id}/mask/raw/"])
    blind = limited(actions=["read", "write"])
    for figures_of in ("summary", "storage"):
        place = f"{api}/repositories/{ada.account_id}/mask/{figures_of}"
        told = [
            httpx.get(place, headers=key).status_code
            for key in (full, part, blind, bearer(eve.new_key()), {})
        ]
        assert told == [200, 403, 403, 404, 404], figures_of
    of_account = f"{api}/accounts/{ada.account_id}/storage"
    assert httpx.get(of_account, headers=blind).status_code == 403


def test_what_is_handed_over_counts_for_its_new_owner(edge: Edge, ada: Person) -> None:
    org = new_organization(ada)
    ada.new_repository("mask")
    s3, api, key = ada.s3(edge), f"{edge.web}/api/v1", bearer(ada.new_key())
    s3.put_object(Bucket=ada.account_id, Key="mask/a.txt", Body=b"12345")
    own = f"{api}/repositories/{ada.account_id}/mask"
    body = {"to_account_id": org, "confirm": f"{ada.account_id}/mask"}
    offered = httpx.put(f"{own}/transfer", json=body, headers=key)
    assert offered.is_success, offered.text
    uid = httpx.get(own, headers=key).json()["repository_uid"]
    taken = httpx.post(f"{api}/accounts/{org}/transfers/{uid}/accept", headers=key)
    assert taken.is_success, taken.text

    def kept(account_id: str) -> object:
        return httpx.get(f"{api}/accounts/{account_id}/storage", headers=key).json()

    until(lambda: kept(org) == figures(1, 5))
    assert kept(ada.account_id) == figures(0, 0)


def test_an_administrator_limits_an_account_and_a_repository(
    edge: Edge, ada: Person, eve: Person
) -> None:
    operate(edge, "grant-admin", ada.account_id)
    eve.new_repository("mask")
    s3, key, eves = eve.s3(edge), bearer(ada.new_key()), bearer(eve.new_key())
    admin, place = f"{edge.web}/api/v1/admin", f"{eve.account_id}/mask"
    own = f"{edge.web}/api/v1/accounts/{eve.account_id}/storage"

    def limit(what: str, **quota: int) -> httpx.Response:
        return httpx.put(f"{admin}/{what}/quota", json=quota, headers=key)

    until(lambda: limit(f"accounts/{eve.account_id}", size=9).is_success)
    limited = limit(f"repositories/{place}", objects=1)
    assert limited.json()["quota"] == {"size": None, "objects": 1}

    def refusal(size: int) -> str:
        try:
            s3.put_object(Bucket=eve.account_id, Key=f"mask/{size}", Body=b"x" * size)
        except s3.exceptions.ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    until(lambda: httpx.get(own, headers=eves).json() == figures(0, 0, {"size": 9}))
    of_repository = f"{edge.web}/api/v1/repositories/{place}/storage"
    until(lambda: httpx.get(of_repository).json() == figures(0, 0, {"objects": 1}))
    assert refusal(10) == "QuotaExceeded"
    assert refusal(8) == ""
    assert refusal(1) == "QuotaExceeded"
    assert "8 bytes, 1 file of 1" in eve.visitor.go(f"/{place}").text
    assert "8 bytes of 9 bytes, 1 file" in eve.visitor.go(f"/{eve.account_id}").text
    operate(edge, "set-quota", eve.account_id, "--size", "20", "--objects", "7")
    wanted = figures(1, 8, {"size": 20, "objects": 7})
    until(lambda: httpx.get(own, headers=eves).json() == wanted)


def test_nobody_else_limits_anything(edge: Edge, ada: Person, eve: Person) -> None:
    eve.new_repository("mask")
    admin, key = f"{edge.web}/api/v1/admin", bearer(eve.new_key())
    for what in (f"accounts/{ada.account_id}", f"repositories/{eve.account_id}/mask"):
        for size, status in ((1, {403, 404}), (-1, {400})):
            answer = httpx.put(f"{admin}/{what}/quota", json={"size": size}, headers=key)
            assert answer.status_code in status, (what, size)


def test_downloads_are_shown_and_what_pages_show_is_none(edge: Edge, ada: Person) -> None:
    ada.new_repository("mask")
    s3, place = ada.s3(edge), f"{ada.account_id}/mask"
    for key in ("README.md", "a.txt"):
        s3.put_object(Bucket=ada.account_id, Key=f"mask/{key}", Body=b"Shown on the page.")
    until(lambda: "Shown on the page." in ada.visitor.go(f"/{place}").text)
    for _ in range(3):
        s3.get_object(Bucket=ada.account_id, Key="mask/a.txt")["Body"].read()
    until(lambda: "3 in 30 days" in ada.visitor.go(f"/{place}").text, seconds=15)
    told = httpx.get(f"{edge.web}/api/v1/repositories/{place}/storage").json()
    assert told["downloads"] == 3
