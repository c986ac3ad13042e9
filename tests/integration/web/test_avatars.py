"""Pictures of accounts by their form without JavaScript and by the API."""

import re

import httpx
import pytest

from tests.edge import Edge, Person, bearer
from tests.integration.web.test_disabled import operate
from tests.integration.web.test_members import new_organization
from tests.integration.web.test_own_data import documents
from tests.pages import Page
from tests.pictures import SVG, bomb, located, opened, picture
from tests.waiting import until

IMAGE = re.compile(r'<img class="avatar[^"]*" src="([^"]+)"')
PNG = "image/png"


def settings_of(name: str) -> str:
    return f"/-/{name}/settings"


def send(
    person: Person, content: bytes, *, name: str = "", status: int = 200, **values: str
) -> Page:
    """By the form on the page of the settings."""
    name = name or person.account_id
    form = person.visitor.go(settings_of(name)).form(f"/-/{name}/avatar")
    file = ("me.png", content, PNG)
    return person.visitor.send(form, status=status, file=file, **values)


def shown(page: Page) -> list[str]:
    """The addresses of the pictures on a page."""
    return IMAGE.findall(page.html)


def of(edge: Edge, name: str) -> str:
    """The address of an account's picture, as anybody is told."""
    return str(httpx.get(f"{edge.web}/api/v1/accounts/{name}").json()["avatar_url"])


def test_it_is_chosen_shown_everywhere_and_removed(edge: Edge, ada: Person, eve: Person) -> None:
    assert shown(ada.visitor.go(settings_of(ada.account_id))) == []
    page = send(ada, located("JPEG"))
    assert ada.visitor.here.endswith(f"{settings_of(ada.account_id)}?done=saved")
    address = of(edge, ada.account_id)
    assert shown(page) == [address, address], "at the top and beside the form"
    assert address.startswith(str(edge.platform.ready["s3"]))
    told = httpx.get(address)
    assert (told.status_code, opened(told.content).size) == (200, (256, 256))
    assert b"taken at home" not in told.content
    assert address in shown(eve.visitor.go(f"/{ada.account_id}"))
    org = new_organization(ada)
    assert address in shown(eve.visitor.go(f"/{org}"))
    until(lambda: address in shown(ada.visitor.go(f"/-/{org}/members")))
    form = ada.visitor.go(settings_of(ada.account_id)).form(f"/-/{ada.account_id}/avatar")
    page = ada.visitor.send(form, file=("", b"", PNG), do="remove")
    assert shown(page) == []
    assert of(edge, ada.account_id) == ""
    until(lambda: httpx.get(address).status_code == 404)


def test_the_same_form_with_another_picture_is_another_sending(edge: Edge, ada: Person) -> None:
    place = settings_of(ada.account_id)
    form = ada.visitor.go(place).form(f"/-/{ada.account_id}/avatar")
    addresses = []
    for content in (picture(), picture(), picture("GIF", mode="P")):
        ada.visitor.send(form, file=("me.png", content, PNG))
        addresses.append(of(edge, ada.account_id))
    assert addresses[0] == addresses[1] != addresses[2]


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (SVG, 400, "It is no picture that is read here: PNG, JPEG, WebP or GIF."),
        (bomb(), 400, "It has 30,000 × 30,000 pixels; at most 40,000,000 in all are read."),
        (picture()[:-90], 400, "It is damaged, or ends too early."),
        (b"", 400, "Choose a picture first."),
        (bytes(9_000_000), 413, "It has more than 8.0 MB."),
    ],
    ids=["svg", "bomb", "truncated", "nothing", "huge"],
)
def test_what_is_refused_is_told_at_the_field_and_changes_nothing(
    edge: Edge, ada: Person, content: bytes, status: int, said: str
) -> None:
    page = send(ada, content, status=status)
    assert said in page.text
    assert page.form(settings_of(ada.account_id)).fields["name"] == ada.account_id.title()
    assert of(edge, ada.account_id) == ""


def test_a_form_of_another_site_or_session_changes_nothing(
    edge: Edge, ada: Person, eve: Person
) -> None:
    place = f"/-/{ada.account_id}/avatar"
    form = eve.visitor.go(settings_of(eve.account_id)).form(f"/-/{eve.account_id}/avatar")
    files = {"avatar": ("me.png", picture(), PNG)}
    here, elsewhere = {"origin": edge.web}, {"origin": "https://evil.example"}
    own = {"csrf_token": ada.visitor.go(settings_of(ada.account_id)).form(place).fields}
    token = own["csrf_token"]["csrf_token"]
    posts = [
        (ada, {"csrf_token": token}, elsewhere, 403),
        (ada, {"csrf_token": token}, {}, 403),
        (ada, {"csrf_token": form.fields["csrf_token"]}, here, 409),
        (ada, {}, here, 409),
        (eve, form.fields, here, 403),
    ]
    for person, fields, headers, status in posts:
        answer = person.client.post(place, data=fields, files=files, headers=headers)
        assert answer.status_code == status, answer.text
    assert of(edge, ada.account_id) == ""


def test_who_is_not_signed_in_is_led_there_and_no_form_is_no_form(edge: Edge, ada: Person) -> None:
    place, here = f"/-/{ada.account_id}/avatar", {"origin": edge.web}
    files = {"avatar": ("me.png", picture(), PNG)}
    answer = httpx.post(f"{edge.web}{place}", files=files, headers=here)
    assert (answer.status_code, answer.headers["location"][:10]) == (303, "/-/sign-in")
    assert ada.client.post(place, data={"do": "remove"}, headers=here).status_code == 400
    broken = {**here, "content-type": "multipart/form-data; boundary=x"}
    assert ada.client.post(place, content=b"no form", headers=broken).status_code == 400


def test_one_of_an_organization_is_its_owners_affair(edge: Edge, ada: Person, eve: Person) -> None:
    org = new_organization(ada)
    until(lambda: ada.client.get(settings_of(org)).status_code == 200)
    send(ada, picture(), name=org)
    assert httpx.get(of(edge, org)).status_code == 200
    eve.visitor.go(settings_of(org), status=403)


def test_the_api_does_the_same(edge: Edge, ada: Person, eve: Person) -> None:
    place = f"{edge.web}/api/v1/accounts/{ada.account_id}"
    key, other = bearer(ada.new_key()), bearer(eve.new_key())
    made = httpx.put(f"{place}/avatar", content=picture("GIF", mode="P"), headers=key)
    assert made.status_code == 200, made.text
    assert httpx.get(made.json()["avatar_url"]).status_code == 200
    own = f"{edge.web}/api/v1/account"
    until(lambda: httpx.get(own, headers=key).json() == made.json() | {"roles": {}})
    refused = httpx.put(f"{place}/avatar", content=SVG, headers=key)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "avatar")
    huge = httpx.put(f"{place}/avatar", content=bytes(9_000_000), headers=key)
    assert huge.status_code == 413
    assert httpx.put(f"{place}/avatar", content=picture(), headers=other).status_code == 403
    assert httpx.delete(f"{place}/avatar", headers=other).status_code == 403
    assert httpx.put(f"{place}/avatar", content=picture()).status_code == 401
    stale = {**key, "if-match": '"1"'}
    assert httpx.put(f"{place}/avatar", content=picture(), headers=stale).status_code == 412
    assert httpx.patch(place, json={"avatar": "x"}, headers=key).status_code == 400
    assert of(edge, ada.account_id) == made.json()["avatar_url"]
    assert httpx.delete(f"{place}/avatar", headers=key).status_code == 204
    assert of(edge, ada.account_id) == ""


def test_that_of_a_disabled_account_is_seen_by_nobody(edge: Edge, ada: Person) -> None:
    send(ada, picture())
    address = of(edge, ada.account_id)
    operate(edge, "disable", ada.account_id, "--reason", "A test.")
    until(lambda: httpx.get(address).status_code == 404)
    operate(edge, "enable", ada.account_id, "--reason", "A test.")
    until(lambda: httpx.get(address).status_code == 200)


def test_it_is_in_the_trail_and_in_one_s_own_data(edge: Edge, ada: Person) -> None:
    send(ada, picture())
    name = of(edge, ada.account_id).rpartition("/")[2].removesuffix(".webp")
    assert "avatar" in ada.visitor.go(f"/-/{ada.account_id}/audit").text
    ada.visitor.send(ada.visitor.go("/-/data").form("/-/data/export"))
    until(lambda: "Ready since" in ada.visitor.go("/-/data").text)
    read = documents(ada.client.get("/-/data/export.zip").content)
    assert read["account-0001.json"][0]["avatar"] == name
