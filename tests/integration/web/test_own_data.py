"""One's own data by the pages without JavaScript and by the API: asked for, mailed, downloaded."""

import io
import json
import zipfile
from typing import Any

import httpx

from services.accounts.operations.belongings import SECTIONS
from tests.edge import Edge, Person, bearer
from tests.integration.storage.test_door_outages import held
from tests.mailbox import mails
from tests.waiting import until


def documents(archive: bytes) -> dict[str, Any]:
    """What is in a zip, by name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: json.loads(opened.read(name)) for name in opened.namelist()}


def test_it_is_asked_for_mailed_and_downloaded_by_its_owner(
    edge: Edge, ada: Person, eve: Person
) -> None:
    ada.new_repository("mask")
    page = ada.visitor.go("/-/data")
    ada.visitor.send(page.form("/-/data/export"))
    until(lambda: "Ready since" in ada.visitor.go("/-/data").text)
    answer = ada.client.get("/-/data/export.zip")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["cache-control"] == "private, no-store"
    assert f'filename="{ada.account_id}-' in answer.headers["content-disposition"]
    read = documents(answer.content)
    assert read["address-0001.json"][0]["email"] == ada.email
    assert read["repositories-0001.json"][0]["repository_id"] == "mask"
    assert eve.client.get("/-/data/export.zip").status_code == 404
    subject = "Your data is ready"
    (mail,) = until(lambda: [m for m in mails(edge.mailbox, ada.email) if m["subject"] == subject])
    assert f"{edge.web}/-/data" in mail["text"]


def test_its_making_is_watched_on_the_page(edge: Edge, ada: Person) -> None:
    ada.new_repository("mask")
    form = ada.visitor.go("/-/data").form("/-/data/export")
    running = edge.platform.ready["processes"]
    with held(*(one["pid"] for one in running if one["service"] == "repositories")):
        ada.visitor.send(form)
        done = f"{len(SECTIONS) - 1} of {len(SECTIONS)} parts are done"
        until(lambda: done in ada.visitor.go("/-/data").text)
        assert f'max="{len(SECTIONS)}" value="{len(SECTIONS) - 1}"' in ada.visitor.page.html
    until(lambda: "Ready since" in ada.visitor.go("/-/data").text, seconds=30)


def test_the_api_does_the_same(edge: Edge, ada: Person) -> None:
    key = bearer(ada.new_key())
    with httpx.Client(base_url=f"{edge.web}/api/v1/account", headers=key) as api:
        assert api.get("/export").status_code == 404
        assert api.get("/export.zip").status_code == 404
        assert api.post("/export").status_code == 202
        until(lambda: api.get("/export").json()["ready_at"])
        read = documents(api.get("/export.zip").content)
    assert read["account-0001.json"][0]["account_id"] == ada.account_id
    assert httpx.get(f"{edge.web}/api/v1/account/export").status_code == 401
