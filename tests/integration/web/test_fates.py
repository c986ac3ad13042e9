"""Repositories renamed, handed over, put aside, deleted and had back: pages, API, S3, STAC."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.edge import Edge, Person, bearer, registered, starting
from tests.integration.web.test_disabled import operate
from tests.waiting import until

KEY = "a.geojson"


@pytest.fixture
def place(ada: Person) -> str:
    """The address of what is about ada's repository."""
    ada.new_repository("mask")
    return f"/-/{ada.account_id}/mask"


def test_by_its_old_name_it_is_found_everywhere(edge: Edge, ada: Person, place: str) -> None:
    s3, account = ada.s3(edge), ada.account_id
    s3.put_object(Bucket=account, Key="mask/a b.txt", Body=b"first")
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/rename")
    page = ada.visitor.send(form, new_repository_id="land-mask")
    assert ada.visitor.here.endswith(f"/-/{account}/land-mask/settings?done=repository-renamed")
    assert page.headings == ["land-mask"]
    for old in ("mask", "mask/a%20b.txt", "mask?with=curl"):
        answer = ada.client.get(f"/{account}/{old}", follow_redirects=False)
        assert answer.status_code == 301
        assert answer.headers["location"] == f"/{account}/{old.replace('mask', 'land-mask', 1)}"
    for name in ("mask", "land-mask"):
        assert s3.get_object(Bucket=account, Key=f"{name}/a b.txt")["Body"].read() == b"first"
        found = httpx.get(f"{edge.web}/api/v1/repositories/{account}/{name}").json()
        assert found["repository_id"] == "land-mask"
        collection = httpx.get(f"{edge.web}/stac/collections/{account}--{name}")
        assert collection.status_code == 200
    s3.put_object(Bucket=account, Key="mask/b.txt", Body=b"second")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=account)["Contents"]]
    assert keys == ["land-mask/a b.txt", "land-mask/b.txt"]
    # A copy that is kept like the old path (`aws s3 sync --delete`) must not find it empty.
    below = s3.list_objects_v2(Bucket=account, Prefix="mask/")["Contents"]
    assert [one["Key"] for one in below] == ["mask/a b.txt", "mask/b.txt"]
    folded = s3.list_objects_v2(Bucket=account, Prefix="mask/", Delimiter="/", MaxKeys=1)
    assert [one["Key"] for one in folded["Contents"]] == ["mask/a b.txt"]
    assert folded["IsTruncated"]


def told_at(edge: Edge, name: str) -> list[str]:
    """The titles of what the doors show by a name, `account/repository`: a file and its item too.

    Empty where one of them does not show it, or not yet.
    """
    api, stac = f"{edge.web}/api/v1/repositories/{name}", f"{edge.web}/stac"
    collection = f"{stac}/collections/{name.replace('/', '--')}"
    found = httpx.get(f"{collection}/items").json().get("features", [])
    if not found:
        return []
    one = httpx.get(f"{collection}/items/{found[0]['id']}")
    searched = httpx.get(f"{stac}/search", params={"collections": collection.rpartition("/")[2]})
    bucket = f"{edge.platform.ready['s3']}/{name.replace('/', '--')}"
    answers = [httpx.get(api), httpx.get(collection), one, searched, httpx.get(f"{bucket}/{KEY}")]
    answers += [httpx.get(bucket, params={"list-type": "2"})]
    if not all(answer.is_success for answer in answers):
        return []
    titles = [answer.json()["title"] for answer in answers[:2]]
    titles += [one.json()["properties"]["title"], searched.json()["features"][0]["id"]]
    page = httpx.get(f"{edge.web}/{name}/{KEY}", follow_redirects=True)
    return [*titles, answers[4].text, str(KEY in answers[5].text), page.url.path]


def test_stac_ids_and_s3_paths_answer_under_every_old_name(
    edge: Edge, ada: Person, eve: Person, place: str
) -> None:
    body = '{"type":"Point","coordinates":[7.5,47.5]}'
    names = [f"{ada.account_id}/mask", f"{ada.account_id}/other", f"{eve.account_id}/other"]
    ada.s3(edge).put_object(Bucket=ada.account_id, Key=f"mask/{KEY}", Body=body)
    (item,) = until(lambda: told_at(edge, names[0])[3:4])
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/rename")
    page = ada.visitor.send(form, new_repository_id="other")
    form = page.form(f"/-/{names[1]}/transfer")
    ada.visitor.send(form, to_account_id=eve.account_id, confirm=names[1])
    eve.visitor.send(eve.visitor.go(f"/-/{eve.account_id}/repositories").form("/accept"))
    wanted = ["Mask", "Mask", KEY, item, body, "True", f"/{names[2]}/{KEY}"]
    for name in names:
        until(lambda name=name: told_at(edge, name) == wanted)


@pytest.mark.slow
def test_a_name_that_is_taken_anew_leads_to_the_new_one_at_every_door(tmp_path: Path) -> None:
    settings = {"COOP_REPOSITORIES__NAME_REST_DAYS": "0"}
    with starting(tmp_path / "home", **settings) as edge, registered(edge, "ada") as ada:
        s3, place = ada.s3(edge), "/-/ada/mask"
        ada.new_repository("mask", title="First")
        s3.put_object(Bucket="ada", Key=f"mask/{KEY}", Body='{"type":"Point","coordinates":[7,47]}')
        until(lambda: told_at(edge, "ada/mask"))
        form = ada.visitor.go(f"{place}/settings").form(f"{place}/rename")
        ada.visitor.send(form, new_repository_id="old-mask")
        until(lambda: told_at(edge, "ada/mask")[-1:] == [f"/ada/old-mask/{KEY}"])
        time.sleep(1.1)  # Names rest for whole seconds.
        ada.new_repository("mask", title="Second")
        body = '{"type":"Point","coordinates":[8,48]}'
        s3.put_object(Bucket="ada", Key=f"mask/{KEY}", Body=body)
        settings_page = ada.visitor.go("/-/ada/old-mask/settings")
        ada.visitor.send(settings_page.form("/-/ada/old-mask/settings"), title="First of all")
        until(lambda: told_at(edge, "ada/old-mask")[:2] == ["First of all"] * 2)
        until(lambda: told_at(edge, "ada/mask")[:2] == ["Second", "Second"])
        assert told_at(edge, "ada/mask")[4:] == [body, "True", f"/ada/mask/{KEY}"]


def test_a_form_says_nothing_that_it_does_not_ask(ada: Person, place: str) -> None:
    """Neither whose it is nor who acts: those are the address' and the session's."""
    ada.new_repository("other")
    settings = ada.visitor.go(f"{place}/settings")
    sneaked = {"actor": "{}", "account_id": "noaa", "repository_id": "other", "confirm": place[3:]}
    ada.visitor.send(settings.form(f"{place}/deactivate"), **sneaked)
    assert ada.visitor.here.endswith(f"{place}/settings?done=repository-put-aside")
    states = [
        ada.client.get(f"/api/v1/repositories/{ada.account_id}/{name}").json()["state"]
        for name in ("mask", "other")
    ]
    assert states == ["deactivated", "active"]


def test_a_name_that_is_taken_is_told(ada: Person, place: str) -> None:
    ada.new_repository("other")
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/rename")
    page = ada.visitor.send(form, status=400, new_repository_id="other")
    assert "This name is taken" in page.text
    page = ada.visitor.send(page.form(f"{place}/rename"), status=400, new_repository_id="No")
    assert "It must have 3 to 40 characters." in page.text


def test_it_is_handed_over(edge: Edge, ada: Person, eve: Person, place: str) -> None:
    ada.s3(edge).put_object(Bucket=ada.account_id, Key="mask/a.txt", Body=b"first")
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/transfer")
    full = f"{ada.account_id}/mask"
    page = ada.visitor.send(form, status=400, to_account_id="no-such-one", confirm=full)
    assert "It names no account." in page.text
    page = ada.visitor.send(form, to_account_id=eve.account_id, confirm=full)
    assert f"It is offered to {eve.account_id}" in page.text
    mine = f"/-/{eve.account_id}/repositories"
    page = eve.visitor.go(mine)
    assert full in page.text
    eve.visitor.send(page.form("/accept"))
    assert eve.visitor.here.endswith(f"/{eve.account_id}/mask?done=repository-accepted")
    assert "The repository is yours now." in eve.visitor.page.text
    assert ada.visitor.go(f"/{full}").headings == ["mask"]
    assert ada.visitor.here.endswith(f"/{eve.account_id}/mask")
    ada.visitor.go(f"/-/{eve.account_id}/mask/settings", status=403)
    s3 = eve.s3(edge)
    s3.put_object(Bucket=eve.account_id, Key="mask/b.txt", Body=b"second")
    for bucket in (ada.account_id, eve.account_id):
        assert s3.get_object(Bucket=bucket, Key="mask/a.txt")["Body"].read() == b"first"


def test_an_offer_is_declined_or_withdrawn(ada: Person, eve: Person, place: str) -> None:
    full = f"{ada.account_id}/mask"
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/transfer")
    ada.visitor.send(form, to_account_id=eve.account_id, confirm=full)
    page = eve.visitor.go(f"/{eve.account_id}")
    assert f"Offered to {eve.account_id}: {full}" in page.text
    assert "Offered to" not in ada.visitor.go(f"/{eve.account_id}").text
    page = eve.visitor.go(page.link(f"/-/{eve.account_id}/repositories"))
    assert full not in eve.visitor.send(page.form("/decline")).text
    assert "Offered to" not in eve.visitor.go(f"/{eve.account_id}").text
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/transfer")
    page = ada.visitor.send(form, to_account_id=eve.account_id, confirm=full)
    ada.visitor.send(page.form("/withdraw"))
    assert full not in eve.visitor.go(f"/-/{eve.account_id}/repositories").text
    eve.visitor.go(f"/-/{ada.account_id}/repositories", status=403)


def test_put_aside_and_taken_up(edge: Edge, ada: Person, eve: Person, place: str) -> None:
    full = f"{ada.account_id}/mask"
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/deactivate")
    assert f"{full}, exactly so." in ada.visitor.send(form, status=400, confirm="mask").text
    eve.visitor.go(f"/{full}")
    ada.s3(edge).put_object(Bucket=ada.account_id, Key="mask/README.md", Body=b"Words.")
    page = ada.visitor.send(form, confirm=full)
    assert "This repository is put aside" in page.text
    eve.visitor.go(f"/{full}", status=404)
    assert f"/{full}" not in eve.visitor.go(f"/{ada.account_id}").html
    page = ada.visitor.go(f"/{ada.account_id}")
    assert "Put aside" in page.text
    assert page.link(f"{place}/settings") == f"{place}/settings"
    until(lambda: ada.client.get(f"{place}/download?key=README.md").content == b"Words.")
    page = ada.visitor.go(f"/{full}")
    assert "Put aside" in page.text
    assert "cannot be fetched" not in page.text
    until(lambda: httpx.get(f"{edge.platform.ready['s3']}/{full}/x").status_code == 404)
    page = ada.visitor.go(f"{place}/settings")
    ada.visitor.send(page.form(f"{place}/activate"))
    eve.visitor.go(f"/{full}")


def test_deleted_and_had_back(ada: Person, eve: Person, place: str) -> None:
    full = f"{ada.account_id}/mask"
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/delete")
    page = ada.visitor.send(form, confirm=full)
    assert "The repository is deleted. Its owners can have it back for 30 days." in page.text
    there = ada.visitor.here
    assert "is deleted" in eve.visitor.go(there).text
    assert not any("/repositories" in one["href"] for one in eve.visitor.page.links)
    ada.visitor.go(f"/{full}", status=404)
    ada.visitor.go(there)
    page = ada.visitor.go(ada.visitor.page.link(f"/-/{ada.account_id}/repositories"))
    page = ada.visitor.send(page.form("/undelete"))
    assert ada.visitor.here.endswith(f"/{full}?done=repository-undeleted")
    assert "The repository is back" in page.text
    eve.visitor.go(f"/{full}")


def test_an_address_cannot_make_a_page_say_anything_else(ada: Person) -> None:
    here = f"/{ada.account_id}"
    plain = ada.visitor.go(here).text
    for said in ("", "no-such", "Call+me", "<b>x</b>", "__class__"):
        assert ada.visitor.go(f"{here}?done={said}").text == plain


@pytest.mark.parametrize("fate", ["delete", "deactivate", "transfer"])
def test_a_wrong_confirmation_is_summed_up_with_the_way_to_its_field(
    ada: Person, place: str, fate: str
) -> None:
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/{fate}")
    asked = {"to_account_id": ada.account_id} if fate == "transfer" else {}
    page = ada.visitor.send(form, status=400, confirm="mask", **asked)
    faults = [one for one in page.form(f"{place}/{fate}").inputs if "aria-invalid" in one]
    assert [one["name"] for one in faults][-1:] == ["confirm"]
    assert page.html.count("autofocus") == 1
    assert [one["id"] for one in faults] == page.faults


def test_renamed_through_the_api(edge: Edge, ada: Person, eve: Person, place: str) -> None:
    headers: dict[str, Any] = bearer(ada.new_key())
    theirs: dict[str, Any] = bearer(eve.new_key())
    mask = f"{edge.web}/api/v1/repositories/{place.removeprefix('/-/')}"
    etag = httpx.get(mask).headers["etag"]
    new = {"repository_id": "sea-mask"}
    stale = httpx.post(f"{mask}/rename", json=new, headers={**headers, "if-match": '"1"'})
    assert stale.status_code == 412
    assert httpx.post(f"{mask}/rename", json=new, headers=theirs).status_code == 403
    renamed = httpx.post(f"{mask}/rename", json=new, headers={**headers, "if-match": etag})
    assert renamed.json()["former_names"] == [f"{ada.account_id}/mask"]


@pytest.mark.usefixtures("place")
def test_offered_through_the_api(edge: Edge, ada: Person, eve: Person) -> None:
    headers: dict[str, Any] = bearer(ada.new_key())
    theirs: dict[str, Any] = bearer(eve.new_key())
    full, api = f"{ada.account_id}/mask", f"{edge.web}/api/v1"
    offer = {"to_account_id": eve.account_id, "confirm": full}
    mine = f"{api}/repositories/{full}/transfer"
    made = httpx.put(mine, json=offer, headers=headers)
    assert made.status_code == 200
    offered = f"{api}/accounts/{eve.account_id}/transfers"
    assert len(httpx.get(offered, headers=theirs).json()["transfers"]) == 1
    assert httpx.get(offered, headers=headers).status_code == 403
    uid = made.json()["repository_uid"]
    assert httpx.delete(f"{offered}/{uid}", headers=theirs).status_code == 204
    assert httpx.get(mine, headers=headers).status_code == 404


@pytest.mark.usefixtures("place")
def test_aside_deleted_and_back_through_the_api(edge: Edge, ada: Person, eve: Person) -> None:
    headers: dict[str, Any] = bearer(ada.new_key())
    theirs: dict[str, Any] = bearer(eve.new_key())
    full, api = f"{ada.account_id}/mask", f"{edge.web}/api/v1"
    one, confirm = f"{api}/repositories/{full}", {"confirm": full}
    uid = httpx.get(one).json()["repository_uid"]
    assert httpx.post(f"{one}/deactivate", json={}, headers=headers).status_code == 400
    aside = httpx.post(f"{one}/deactivate", json=confirm, headers=headers)
    assert aside.json()["state"] == "deactivated"
    assert httpx.get(one).status_code == 404
    listed = f"{api}/repositories?account_id={ada.account_id}"
    (mine,) = httpx.get(listed, headers=headers).json()["repositories"]
    assert mine["state"] == "deactivated"
    assert httpx.get(listed, headers=theirs).json()["repositories"] == []
    assert httpx.post(f"{one}/activate", headers=headers).json()["state"] == "active"
    assert httpx.delete(one, params=confirm, headers=headers).status_code == 204
    deleted = f"{api}/accounts/{ada.account_id}/deleted"
    assert len(httpx.get(deleted, headers=headers).json()["repositories"]) == 1
    assert httpx.get(deleted, headers=theirs).json()["repositories"] == []
    assert httpx.post(f"{deleted}/{uid}/undelete", headers=theirs).status_code == 404
    assert httpx.post(f"{deleted}/{uid}/undelete", headers=headers).status_code == 200
    assert httpx.get(one).status_code == 200


def test_who_did_what_to_it_is_in_the_trail_and_holds(edge: Edge, ada: Person, place: str) -> None:
    full, trail = f"{ada.account_id}/mask", f"/-/{ada.account_id}/audit"
    form = ada.visitor.go(f"{place}/settings").form(f"{place}/deactivate")
    ada.visitor.send(form, confirm=full, reason="It is stale.")
    until(lambda: "repository deactivated" in ada.visitor.go(trail).text)
    page = ada.visitor.go(trail)
    for said in ("repository created", full, "It is stale."):
        assert said in page.text
    headers: dict[str, Any] = bearer(ada.new_key())
    api = f"{edge.web}/api/v1/accounts/{ada.account_id}/audit"
    actions = [one["action"] for one in httpx.get(api, headers=headers).json()["entries"]]
    assert {"repository_created", "repository_deactivated"} <= set(actions)
    assert "repository_deactivated" in httpx.get(f"{api}.ndjson", headers=headers).text
    assert "whole" in operate(edge, "verify-audit", ada.account_id)
