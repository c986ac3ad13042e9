"""The rooms import only downward: the contracts are in pyproject.toml under tool.importlinter."""

import subprocess
import sys
from pathlib import Path


def test_the_rooms_keep_to_their_contracts() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    outcome = subprocess.run(command, capture_output=True, text=True, check=False)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
