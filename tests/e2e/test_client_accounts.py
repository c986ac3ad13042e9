"""`coop avatar`: an account goes by a picture, and by its initials again."""

from pathlib import Path
from typing import Any

import httpx

from tests.client_program import Terminal
from tests.pictures import picture


def test_a_picture_is_set_and_removed(ready: dict[str, Any], tmp_path: Path) -> None:
    (person,) = ready["accounts"]
    home, secret = tmp_path / "home", person["secret_access_key"]
    home.mkdir()
    key = {"COOP_ACCESS_KEY_ID": person["access_key_id"], "COOP_SECRET_ACCESS_KEY": secret}
    demo = Terminal(home, {"COOP_SERVER": ready["web"], **key})

    def shown() -> str:
        return str(httpx.get(f"{ready['web']}/api/v1/accounts/demo").json()["avatar_url"])

    (home / "logo.png").write_bytes(picture("PNG"))
    (home / "words.png").write_text("no picture")
    demo.does("avatar", "set", "demo", "logo.png")
    assert httpx.get(shown()).headers["content-type"] == "image/webp"
    assert demo.fails(2, "avatar", "set", "demo", "words.png")
    assert "none.png cannot be read" in demo.fails(2, "avatar", "set", "demo", "none.png")
    assert demo.fails(4, "avatar", "set", "no-such-account", "logo.png")
    demo.does("avatar", "remove", "demo")
    assert shown() == ""
