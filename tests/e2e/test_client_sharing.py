"""`coop share`: what is restricted opens for whoever has the link, until it is revoked."""

from pathlib import Path
from typing import Any

from tests.client_program import Terminal
from tests.foreign_clients import run
from tests.waiting import until

PLACE = "demo/shared-by-link"


def test_a_link_is_made_listed_and_revoked(ready: dict[str, Any], tmp_path: Path) -> None:
    (person,) = ready["accounts"]
    home, secret = tmp_path / "home", person["secret_access_key"]
    home.mkdir()
    key = {"COOP_ACCESS_KEY_ID": person["access_key_id"], "COOP_SECRET_ACCESS_KEY": secret}
    demo = Terminal(home, {"COOP_SERVER": ready["web"], **key})
    demo.does("create", PLACE, "--visibility", "restricted")
    (home / "a.txt").write_text("shared")
    demo.does("upload", "a.txt", f"{PLACE}/raw/")

    (made,) = demo.tells("share", "create", f"{PLACE}/raw/", "--days", "2", "--name", "x")
    object_url = made["data"].replace("?", "raw/a.txt?")
    assert run("curl", "-sS", object_url) == "shared"
    assert "raw/a.txt" in run("curl", "-sS", made["data"])
    assert f"/{PLACE}/raw/?share=" in made["page"]
    (listed,) = demo.tells("share", "list", PLACE)
    assert (listed["link_id"], listed["prefix"]) == (made["link_id"], "raw/")
    shown = demo.coop("share", "list", PLACE)
    assert "share=" not in shown.stdout
    assert shown.stdout.split("\t")[:3] == [made["link_id"], "raw/", "x"]
    assert shown.stderr == "link\tprefix\tname\tuses\texpires at\trevoked\n"

    demo.does("share", "revoke", PLACE, made["link_id"])
    until(lambda: "AccessDenied" in run("curl", "-sS", object_url))
    assert "90 days" in demo.fails(2, "share", "create", PLACE, "--days", "91")
    assert demo.fails(4, "share", "revoke", PLACE, "none")
