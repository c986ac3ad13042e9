"""`coop access`: asked for and answered from two shells."""

from itertools import count
from pathlib import Path

import pytest

from tests.client_program import Terminal
from tests.edge import Edge, registered
from tests.embedded import Embedded
from tests.waiting import until

_numbers = count(1)


def terminal(home: Path, server: str, key: tuple[str, str]) -> Terminal:
    home.mkdir()
    access = {"COOP_ACCESS_KEY_ID": key[0], "COOP_SECRET_ACCESS_KEY": key[1]}
    return Terminal(home, {"COOP_SERVER": server, **access})


@pytest.fixture
def demo(platform: Embedded, tmp_path: Path) -> Terminal:
    """Who decides."""
    (person,) = platform.ready["accounts"]
    key = (person["access_key_id"], person["secret_access_key"])
    return terminal(tmp_path / "demo", platform.ready["web"], key)


@pytest.fixture
def place(demo: Terminal) -> str:
    """A restricted repository of theirs."""
    place = f"demo/asked-for-{next(_numbers)}"
    demo.does("create", place, "--visibility", "restricted")
    return place


@pytest.fixture
def asker(platform: Embedded, tmp_path: Path) -> Terminal:
    """Somebody else."""
    with registered(Edge(platform), f"asker-{next(_numbers)}") as somebody:
        return terminal(tmp_path / "asker", platform.ready["web"], somebody.new_key())


def test_asked_for_and_approved(demo: Terminal, asker: Terminal, place: str) -> None:
    for one in (place, "demo/none"):
        said = asker.does("access", "ask", one, "--message", "For my thesis")
        assert said.strip() == (
            f"Asked for {one}. If there is such a repository, those who run it are told."
        )
    (waiting,) = demo.tells("access", "list", place)
    assert waiting["message"] == "For my thesis"
    assert f"{waiting['asker_id']}\topen" in demo.does("access", "list", place)
    asker.fails(4, "access", "list", place)
    asker.fails(4, "access", "approve", waiting["request_uid"])
    (given,) = demo.tells("access", "approve", waiting["request_uid"], "--days", "9")
    assert (given["state"], given["role"]) == ("approved", "reader")
    assert given["role_until"]
    until(lambda: asker.coop("list", f"{place}/").returncode == 0)


def test_declined_and_withdrawn(demo: Terminal, asker: Terminal, place: str) -> None:
    asker.does("access", "ask", place)
    asker.does("access", "ask", "demo/none")
    (waiting,) = demo.tells("access", "list", place)
    uid = waiting["request_uid"]
    declined = demo.does("access", "decline", uid, "--note", "After June")
    assert declined.strip() == f"{waiting['asker_id']} gets no access to {place}."
    assert "declined" in demo.fails(6, "access", "approve", uid)
    other, one = asker.tells("access", "list")
    assert (one["state"], one["note"], other["state"]) == ("declined", "After June", "open")
    asker.does("access", "withdraw", other["request_uid"])
    assert [row["state"] for row in asker.tells("access", "list")] == ["withdrawn", "declined"]


def test_without_a_key_it_is_said_how_to_get_one(platform: Embedded, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    nobody = Terminal(tmp_path, {"COOP_SERVER": platform.ready["web"]})
    remote = "coop://noaa/globe-land-mask/x"
    for words in (
        ("upload", "a.txt", "noaa/globe-land-mask/x/"),
        ("sync", ".", remote),
        ("create", "noaa/x", "--title", "X"),
        ("access", "ask", "noaa/x"),
        ("whoami",),
    ):
        said = nobody.fails(3, *words)
        assert "No access key is set." in said
        assert "coop sign-in" in said
        assert "COOP_ACCESS_KEY_ID" in said
    assert "would upload\t1\ta.txt" in nobody.does("sync", ".", remote, "--dry-run")
