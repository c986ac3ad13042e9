"""`coop members`: roles on organizations and on single repositories, from two shells."""

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.client_program import Terminal
from tests.edge import Edge, registered
from tests.embedded import Embedded
from tests.mailbox import mails
from tests.waiting import until

_numbers = count(1)


@pytest.fixture
def demo(ready: dict[str, Any], tmp_path: Path) -> Terminal:
    """Who owns `noaa`."""
    (person,) = ready["accounts"]
    home, secret = tmp_path / "home", person["secret_access_key"]
    home.mkdir()
    key = {"COOP_ACCESS_KEY_ID": person["access_key_id"], "COOP_SECRET_ACCESS_KEY": secret}
    return Terminal(home, {"COOP_SERVER": ready["web"], **key})


@pytest.fixture
def curie(platform: Embedded) -> str:
    """The account of somebody else."""
    with registered(Edge(platform), f"curie-{next(_numbers)}") as somebody:
        return somebody.account_id


def roles(demo: Terminal, place: str) -> dict[str, str]:
    """Who has which, as it is listed."""
    return {one["account_id"]: one["role"] for one in demo.tells("members", "list", place)}


def test_a_role_is_given_changed_and_taken_away(demo: Terminal, curie: str) -> None:
    name = f"demo/for-{curie}"
    demo.does("create", name, "--visibility", "restricted")
    for place in ("noaa", name):
        for role in ("reader", "writer"):
            said = demo.does("members", "grant", place, curie, role)
            assert said == f"{curie} is {role} of {place} now.\n"
            assert roles(demo, place)[curie] == role
        said = demo.does("members", "remove", place, curie)
        assert said == f"{curie} has no role on {place} now.\n"
        assert curie not in roles(demo, place)
        assert "no role here" in demo.fails(4, "members", "remove", place, curie)
    assert "needs an owner" in demo.fails(6, "members", "remove", "noaa", "demo")
    said = demo.fails(4, "members", "list", "demo/never-was")
    assert said == "coop: There is no demo/never-was for you.\n"
    assert demo.fails(4, "members", "list", f"{name}/with/a/key").count("\n") == 1


def test_somebody_is_invited_by_name_and_by_address(
    demo: Terminal, platform: Embedded, curie: str
) -> None:
    address = f"{curie}@elsewhere.example"
    for invitee in (curie, address):
        said = demo.does("members", "invite", "noaa", invitee, "reader")
        assert said == f"{invitee} is invited to be reader of noaa.\n"
        assert "invited already" in demo.fails(6, "members", "invite", "noaa", invitee, "reader")
    assert curie not in roles(demo, "noaa")
    mailbox = Edge(platform).mailbox
    until(lambda: [one for one in mails(mailbox, address) if "noaa" in one["subject"]])
    assert "not one of" in demo.fails(2, "members", "invite", "noaa", curie, "king")
