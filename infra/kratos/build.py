"""Builds Kratos as a Go module: go.mod and go.sum beside this file pin every line of it."""

import re
import shutil
import subprocess
from pathlib import Path

from infra.kratos.release import VERSION
from shared.lifeline import tied_to_this_process

MINIMUM_GO = (1, 21)
SOURCE = Path(__file__).parent


class BuildError(Exception):
    """The compiler refused; the text is the last thing it said."""


def missing_tools() -> str:
    """What a build would need and is not here, in words; empty when it can be tried."""
    missing = []
    if (version := _go_version()) < MINIMUM_GO:
        found = ".".join(map(str, version)) if version else "none"
        missing.append(f"Go 1.21 or newer (golang-go; found: {found})")
    if shutil.which("gcc") is None and shutil.which("cc") is None:
        missing.append("a C compiler (gcc)")
    return " and ".join(missing)


def build_from_source(binary: Path) -> None:
    """Compile and put it at `binary`; minutes. Raises BuildError."""
    binary.parent.mkdir(parents=True, exist_ok=True)
    draft = binary.with_name(f".{binary.name}.part")
    flags = f"-s -w -X github.com/ory/kratos/driver/config.Version={VERSION}"
    command = ["go", "build", "-mod=readonly", "-trimpath", "-ldflags", flags, "-tags", "sqlite"]
    done = subprocess.run(  # noqa: S603 -- constant arguments
        [*command, "-o", str(draft), "."],
        cwd=SOURCE,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=tied_to_this_process(),
    )
    if done.returncode:
        raise BuildError(done.stderr.strip().rpartition("\n")[2] or f"exit code {done.returncode}")
    draft.replace(binary)


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
