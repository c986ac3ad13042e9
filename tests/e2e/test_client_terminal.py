"""`coop` as a person sees it: at a terminal it draws, into a pipe it does not."""

import os
import re
from pathlib import Path
from typing import Any

from tests.client_program import Terminal

MIB = 1024**2
PLACE = "demo/seen-at-a-terminal"


def test_at_a_terminal_there_are_a_bar_and_tables(ready: dict[str, Any], tmp_path: Path) -> None:
    (person,) = ready["accounts"]
    secret = person["secret_access_key"]
    key = {"COOP_ACCESS_KEY_ID": person["access_key_id"], "COOP_SECRET_ACCESS_KEY": secret}
    demo = Terminal(tmp_path, {"COOP_SERVER": ready["web"], **key})
    demo.does("create", PLACE)
    (demo.home / "big.bin").write_bytes(os.urandom(17 * MIB))
    shown = demo.sees("upload", "big.bin", f"{PLACE}/")
    assert "\u2501" in shown
    assert "17.0/17.0 MiB" in shown
    done = demo.coop("download", f"{PLACE}/big.bin", "again.bin")
    assert "\u2501" not in done.stdout + done.stderr
    listed = re.sub(r"\x1b\[[0-9;]*m", "", demo.sees("list"))
    (headings,) = [line for line in listed.splitlines() if "visibility" in line]
    assert headings.split() == ["account", "repository", "visibility", "title"]
