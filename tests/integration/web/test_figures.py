"""How much is kept, on the pages of repositories and accounts and in the API."""

import httpx

from tests.edge import Edge, Person, bearer
from tests.integration.web.test_members import new_organization
from tests.waiting import until


def test_pages_and_api_tell_what_is_kept_to_who_may_know(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("mask", visibility="restricted")
    s3, api, key = ada.s3(edge), f"{edge.web}/api/v1", bearer(ada.new_key())
    s3.put_object(Bucket=ada.account_id, Key="mask/a.txt", Body=b"12345")
    s3.put_object(Bucket=ada.account_id, Key="mask/b.txt", Body=b"123")
    of_repository = f"{api}/repositories/{ada.account_id}/mask/storage"
    of_account = f"{api}/accounts/{ada.account_id}/storage"
    assert httpx.get(of_repository, headers=key).json() == {"objects": 2, "size": 8}
    assert httpx.get(of_account, headers=key).json() == {"objects": 2, "size": 8}
    page = ada.visitor.go(f"/{ada.account_id}/mask")
    assert "8 bytes, 2 files" in page.text
    assert "8 bytes, 2 files, deleted" in ada.visitor.go(f"/{ada.account_id}").text
    assert "deleted repositories included" not in eve.visitor.go(f"/{ada.account_id}").text
    other = bearer(eve.new_key())
    assert httpx.get(of_repository, headers=other).status_code == 404
    assert httpx.get(of_repository).status_code == 404
    assert httpx.get(of_account, headers=other).status_code == 403


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

    until(lambda: kept(org) == {"objects": 1, "size": 5})
    assert kept(ada.account_id) == {"objects": 0, "size": 0}
