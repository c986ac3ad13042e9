"""When Kratos or the bus is away: public reading goes on as far as it can, and pages say so."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.edge import SESSION, Edge, Person, starting
from tests.embedded import descendants
from tests.visitor import visiting

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


@contextmanager
def halted(edge: Edge, program: str) -> Iterator[None]:
    """A child of the supervisor that does not answer, until the end."""
    pids = [pid for pid in descendants(edge.platform.process.pid) if _name(pid) == program]
    assert pids
    for pid in pids:
        _send(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            _send(pid, signal.SIGCONT)


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def _send(pid: int, number: signal.Signals) -> None:
    os.kill(pid, number)


def test_without_the_bus_a_page_says_so_and_comes_back(edge: Edge, ada: Person) -> None:
    ada.new_repository("bus-test")
    place = f"{edge.web}/{ada.account_id}/bus-test"
    with halted(edge, "nats-server"):
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
    assert httpx.get(place, timeout=20).status_code == 200
