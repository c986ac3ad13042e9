"""When Kratos or the bus is away: public reading goes on as far as it can, and pages say so."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.edge import PASSWORD, SESSION, Edge, Person, bearer, starting
from tests.embedded import descendants
from tests.visitor import visiting
from tests.waiting import until

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def without_kratos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    home = tmp_path_factory.mktemp("without-kratos") / "home"
    settings = {"COOP_KRATOS__PUBLIC_URL": NOWHERE, "COOP_KRATOS__ADMIN_URL": NOWHERE}
    with starting(home, COOP_SERVICES="accounts,repositories,web", **settings) as edge:
        yield edge


def test_without_kratos_everyone_reads(without_kratos: Edge) -> None:
    for cookies in ({}, {SESSION: "somebody"}):
        answer = httpx.get(without_kratos.web, cookies=cookies)
        assert answer.status_code == 200
    assert "Signing in does not work at the moment" in answer.text


def test_without_kratos_who_is_signed_in_is_told_clearly(without_kratos: Edge) -> None:
    with visiting(without_kratos.web) as visitor:
        visitor.client.cookies.set(SESSION, "somebody")
        page = visitor.go("/-/new", status=503)
        assert "Signing in does not work at the moment" in page.text
        assert visitor.answer.headers["retry-after"] == "5"


def test_without_kratos_the_sign_in_page_says_so(without_kratos: Edge) -> None:
    answer = httpx.get(f"{without_kratos.web}/-/sign-in")
    assert answer.status_code == 503
    assert "Signing in does not work at the moment" in answer.text
    assert "Try again" in answer.text


def test_while_kratos_hangs_all_read_what_is_public_and_keys_go_on(edge: Edge, ada: Person) -> None:
    ada.new_repository("open-anyway")
    ada.new_repository("closed", visibility="restricted")
    place, key = f"/{ada.account_id}/open-anyway", bearer(ada.new_key())
    time.sleep(1)
    with halted(programs(edge, "kratos")):
        assert httpx.get(f"{edge.web}{place}").status_code == 200
        assert "Signing in does not work at the moment" in ada.visitor.go(place).text
        ada.visitor.go(f"/{ada.account_id}/closed", status=404)
        ada.visitor.go("/-/sessions", status=503)
        assert httpx.get(f"{edge.web}/api/v1/account", headers=key).status_code == 200
    until(lambda: ada.client.get(f"/{ada.account_id}/closed").status_code == 200)


@contextmanager
def halted(pids: set[int]) -> Iterator[None]:
    """Processes that do not answer, until the end."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def programs(edge: Edge, name: str) -> set[int]:
    """Children of the supervisor by what the name of their program begins with."""
    children = descendants(edge.platform.process.pid)
    return {pid for pid in children if Path(f"/proc/{pid}/comm").read_text().startswith(name)}


def test_without_the_indexer_lists_of_files_and_search_are_missing(edge: Edge, ada: Person) -> None:
    ada.new_repository("unlisted-files")
    service = edge.platform.ready["processes"]
    pids = {one["pid"] for one in service if one["service"] == "indexer"}
    with halted(pids | {child for pid in pids for child in descendants(pid)}):
        started = time.monotonic()
        page = ada.visitor.go(f"/{ada.account_id}/unlisted-files")
        assert time.monotonic() - started < 3
        assert "The list of files is not available at the moment" in page.text
        assert "unlisted-files" in ada.visitor.go(f"/{ada.account_id}").text
        assert httpx.get(edge.web).status_code == 200
        found = ada.visitor.go("/-/search?q=tidal", status=503)
        assert 'value="tidal"' in found.html
        assert "Not found out" in found.text


def test_without_storage_the_page_of_a_kept_object_is_shown(edge: Edge, ada: Person) -> None:
    ada.new_repository("kept")
    page = f"/{ada.account_id}/kept/a.txt"
    settings = ada.visitor.go(f"/-/{ada.account_id}/kept/settings")
    ada.visitor.send(settings.form("/versioning"))
    ada.s3(edge).put_object(Bucket=ada.account_id, Key="kept/a.txt", Body=b"one")
    until(lambda: "Being read" not in (shown := ada.client.get(page)).text and shown.is_success)
    pids = {one["pid"] for one in edge.platform.ready["processes"] if one["service"] == "storage"}
    with halted(pids):
        assert ada.visitor.go(page).headings == ["a.txt"]


def test_without_the_bus_a_page_says_so_and_comes_back(edge: Edge, ada: Person) -> None:
    ada.new_repository("bus-test")
    place = f"{edge.web}/{ada.account_id}/bus-test"
    with visiting(edge.web) as visitor, halted(programs(edge, "nats-server")):
        started = time.monotonic()
        answer = httpx.get(place, timeout=20)
        assert time.monotonic() - started < 10
        assert answer.status_code == 503
        assert "Not available at the moment" in answer.text
        assert answer.headers["retry-after"] == "5"
        problem = httpx.get(f"{edge.web}/api/v1/repositories", timeout=20)
        assert problem.status_code == 503
        assert problem.headers["content-type"] == "application/problem+json"
        stac = httpx.get(f"{edge.web}/stac/collections", timeout=20)
        assert stac.status_code == 503
        assert httpx.get(f"{edge.web}/stac").status_code == 200
        # Nobody can say how often it was tried elsewhere.
        form = visitor.go("/-/sign-in").form("/-/sign-in")
        said = visitor.send(form, status=503, identifier=ada.email, password=PASSWORD)
        assert "Nothing can be tried at the moment" in said.text
    assert httpx.get(place, timeout=20).status_code == 200
