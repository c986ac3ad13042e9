"""A disk that is soon full: a small tmpfs where we may mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.missing import give_up


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A mounted tmpfs of this size; where mounting is not allowed the test gives up."""
    folder.mkdir(parents=True, exist_ok=True)
    if os.geteuid():
        give_up("only root mounts a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        give_up("mounting is not allowed here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
