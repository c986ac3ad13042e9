"""An account's settings and its audit trail, by their pages."""

import httpx

from tests.edge import Edge, Person, bearer


def test_a_profile_is_edited_and_a_private_address_stays_private(ada: Person, eve: Person) -> None:
    place = f"/-/{ada.account_id}/settings"
    values = {
        "name": "Ada Lovelace",
        "location": "Tromsø",
        "websites": "https://example.org/~ada\nhttps://example.org/data",
        "contact_email": "contact@example.org",
        "orcid": "0000-0002-1825-0097",
    }
    ada.visitor.send(ada.visitor.go(place).form(place), **values)
    page = eve.visitor.go(f"/{ada.account_id}")
    for said in ("Ada Lovelace", "Tromsø", "https://example.org/data", "0000-0002-1825-0097"):
        assert said in page.text
    assert "contact@example.org" not in page.html
    told = eve.client.get(f"/api/v1/accounts/{ada.account_id}").json()
    assert (told["contact_email"], told["orcid"]) == ("", "0000-0002-1825-0097")
    form = ada.visitor.go(place).form(place)
    assert form.fields["contact_email"] == "contact@example.org"
    ada.visitor.send(form, contact_public="yes", websites="")
    page = eve.visitor.go(f"/{ada.account_id}")
    assert "contact@example.org" in page.text
    assert "https://example.org/data" not in page.text


def test_a_slip_in_an_orcid_is_told_at_its_field(ada: Person) -> None:
    place = f"/-/{ada.account_id}/settings"
    form = ada.visitor.go(place).form(place)
    page = ada.visitor.send(form, status=400, orcid="0000-0002-1825-0098", location="Here")
    assert "its last character does not fit the others" in page.text
    fields = page.form(place).fields
    assert (fields["orcid"], fields["location"]) == ("0000-0002-1825-0098", "Here")


def test_the_audit_trail_is_for_those_who_run_the_account(ada: Person, eve: Person) -> None:
    key_id, _ = ada.new_key("nightly sync")
    page = ada.visitor.go(f"/-/{ada.account_id}/audit")
    for said in ("access key created", key_id, "nightly sync", ada.account_id):
        assert said in page.text
    eve.visitor.go(f"/-/{ada.account_id}/audit", status=403)


def test_a_bio_of_ten_megabytes_is_refused_and_changes_nothing(edge: Edge, ada: Person) -> None:
    account, bio = f"{edge.web}/api/v1/accounts/{ada.account_id}", "x" * 10_000_000
    key = bearer(ada.new_key())
    assert httpx.patch(account, json={"bio": bio}, headers=key).status_code == 413
    refused = httpx.patch(account, json={"bio": bio[:10_000]}, headers=key)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["field"] == "bio"
    place = f"/-/{ada.account_id}/settings"
    form = ada.visitor.go(place).form(place)
    ada.visitor.send(form, status=413, bio=bio)
    assert httpx.get(account).json()["bio"] == ""
