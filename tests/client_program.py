"""Our client as people install it: alone, in an environment with its own dependencies only."""

import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from tests.foreign_clients import UV, run

ROOT = Path(__file__).parents[1]
CLIENT = ROOT / "client"
FOLDER = ROOT / ".venv-client"
LOCK = CLIENT / "requirements.lock"
COMMAND_SECONDS = 60


@cache
def environment() -> Path:
    """The folder of its programs; made anew when the lock or the client has changed."""
    made_of, wanted = FOLDER / "made-of", _fingerprint()
    if not made_of.exists() or made_of.read_text() != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        python = FOLDER / "bin" / "python"
        run(UV, "venv", "--quiet", "--python", sys.executable, FOLDER)
        install = (UV, "pip", "install", "--quiet", "--python", python)
        run(*install, "--require-hashes", "-r", LOCK)
        run(*install, "--no-deps", "--reinstall", CLIENT)
        made_of.write_text(wanted)
    return FOLDER / "bin"


def _fingerprint() -> str:
    paths = [LOCK, CLIENT / "pyproject.toml", *sorted((CLIENT / "coop").rglob("*.py"))]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in paths)).hexdigest()


@dataclass(frozen=True)
class Terminal:
    """Somebody's shell: an empty home, and nothing of ours on the path."""

    home: Path
    more: dict[str, str] = field(default_factory=dict)

    @property
    def surroundings(self) -> dict[str, str]:
        """What programs find in it."""
        return {"PATH": os.environ["PATH"], "HOME": str(self.home), **self.more}  # noqa: TID251 -- a child's

    def start(self, *words: str | Path) -> "subprocess.Popen[str]":
        """`coop` with these words, running."""
        return subprocess.Popen(
            [str(environment() / "coop"), *map(str, words)],
            cwd=self.home,
            env=self.surroundings,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def coop(self, *words: str | Path, typed: str = "") -> "subprocess.CompletedProcess[str]":
        """How it ended, and what it printed."""
        process = self.start(*words)
        out, err = process.communicate(typed, timeout=COMMAND_SECONDS)
        return subprocess.CompletedProcess(words, process.returncode, out, err)

    def sees(self, *words: str | Path) -> str:
        """What a person sees where it runs on a terminal of 120 columns; it must end well."""
        ours, theirs = pty.openpty()
        process = subprocess.Popen(
            [str(environment() / "coop"), *map(str, words)],
            cwd=self.home,
            env={**self.surroundings, "TERM": "xterm", "COLUMNS": "120"},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)
        shown = b"".join(iter(lambda: _read(ours), b"")).decode()
        os.close(ours)
        assert process.wait(COMMAND_SECONDS) == 0, shown
        return shown

    def does(self, *words: str | Path, typed: str = "") -> str:
        """What it prints; it must end well."""
        done = self.coop(*words, typed=typed)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tells(self, *words: str | Path) -> list[Any]:
        """The lines of JSON that it prints."""
        return [json.loads(line) for line in self.does(*words, "--json").splitlines()]

    def fails(self, code: int, *words: str | Path) -> str:
        """The one sentence that it fails with."""
        done = self.coop(*words)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return done.stderr


def _read(terminal: int) -> bytes:
    """Some of what is shown; nothing once the other end is closed, which Linux calls an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
