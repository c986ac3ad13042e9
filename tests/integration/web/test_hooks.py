"""Kratos tells the edge, the edge accounts: what is known of a person's address follows at once."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest

from services.accounts.store.identities import find_email
from services.accounts.store.layout import SCHEMA
from shared.contracts.accounts import EmailState
from shared.keyfile import HOOK_HEADER, hook_secret, load_key_file
from shared.outbox import Outbox
from shared.settings import Settings
from shared.tables import open_table
from tests.edge import Edge, Person
from tests.mailbox import mailed_code
from tests.pages import Form, Page
from tests.waiting import until


def kept(edge: Edge, person: Person) -> EmailState:
    """What accounts has in its table."""

    async def read() -> EmailState:
        settings = Settings(home=edge.platform.home)
        table = await open_table(SCHEMA, service="accounts", settings=settings)
        try:
            return (await find_email(Outbox(table), uid_of(person)))[1]
        finally:
            await table.close()

    return asyncio.run(read())


def uid_of(person: Person) -> str:
    told: dict[str, Any] = person.client.get("/api/v1/account").json()
    return str(told["account_uid"])


def test_an_address_is_known_from_the_beginning_and_followed(edge: Edge, ada: Person) -> None:
    assert kept(edge, ada) == EmailState(email=ada.email, verified=True, active=True)
    new = f"moved-{ada.email}"
    page = ada.visitor.send(ada.visitor.go("/-/email").form("/-/email"), email=new)
    assert kept(edge, ada).email == ada.email
    ada.visitor.send(page.form("/-/email"), code=mailed_code(page, new))
    assert kept(edge, ada) == EmailState(email=new, verified=True, active=True)


def test_an_address_that_is_not_proven_is_by_a_code(edge: Edge, ada: Person) -> None:
    """As one that an operator took over from elsewhere."""
    unprove(edge, ada)
    assert "Confirm your address" in until(lambda: with_link(ada.visitor.go("/-/credentials")))
    page = ada.visitor.go("/-/verify")
    assert page.form("/-/verify").fields["email"] == ada.email
    page = ada.visitor.send(page.form("/-/verify"), **button_of(page.form("/-/verify")))
    page = ada.visitor.send(page.form("/-/verify"), status=400, code="000000")
    ada.visitor.send(page.form("/-/verify"), code=mailed_code(page, ada.email))
    assert "Your e-mail address is confirmed." in ada.visitor.page.text
    assert kept(edge, ada) == EmailState(email=ada.email, verified=True, active=True)


def unprove(edge: Edge, person: Person) -> None:
    """In Kratos and in what accounts keeps of it."""
    config = orjson.loads((edge.platform.home / "kratos" / "kratos.json").read_bytes())
    admin = f"http://127.0.0.1:{config['serve']['admin']['port']}/admin/identities"
    found = httpx.get(admin, params={"credentials_identifier": person.email}).json()[0]["id"]
    place = "/verifiable_addresses/0"
    changes = [
        {"op": "replace", "path": f"{place}/verified", "value": False},
        {"op": "replace", "path": f"{place}/status", "value": "pending"},
    ]
    assert httpx.patch(f"{admin}/{found}", json=changes).status_code == 200
    tell(edge, {"identity_id": found})
    assert not kept(edge, person).verified


def tell(edge: Edge, body: dict[str, str]) -> None:
    """As Kratos does."""
    headers = {HOOK_HEADER: hook_secret(load_key_file(edge.platform.home))}
    answer = httpx.post(f"{edge.web}/-/hooks/kratos", json=body, headers=headers)
    assert answer.status_code == 204


def with_link(page: Page) -> str:
    """What a page says that leads to the confirmation."""
    return page.text if any(one.get("href") == "/-/verify" for one in page.links) else ""


def button_of(form: Form) -> dict[str, str]:
    """Its first, pressed."""
    return {form.buttons[0]["name"]: form.buttons[0]["value"]}


@pytest.mark.parametrize("secret", ["", "wrong", None])
def test_nobody_else_finds_this_door(edge: Edge, secret: str | None) -> None:
    headers = {} if secret is None else {HOOK_HEADER: secret}
    answer = httpx.post(f"{edge.web}/-/hooks/kratos", json={"identity_id": "x"}, headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"", 400), (b"[]", 400), (b"{}", 400), (b"\xff", 400), (b'{"identity_id": "none"}', 204)],
)
def test_what_it_says_may_be_anything(edge: Edge, body: bytes, status: int) -> None:
    headers = {HOOK_HEADER: hook_secret(load_key_file(edge.platform.home))}
    answer = httpx.post(f"{edge.web}/-/hooks/kratos", content=body, headers=headers)
    assert answer.status_code == status
