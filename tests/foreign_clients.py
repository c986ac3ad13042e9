"""Programs of others in an environment of their own, made once from its hashed locks."""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.door import Door, Person
from tests.missing import give_up

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-foreign"
LOCK = ROOT / "requirements-foreign.lock"
NODE_PACKAGES = ROOT / "tests" / "foreign" / "node"
NODE_LOCK = NODE_PACKAGES / "package-lock.json"
UV = Path(sys.executable).with_name("uv")
INSTALL_SECONDS = 120


@cache
def environment() -> Path:
    """The folder of its programs; made anew when the lock has changed."""
    with _outdated(FOLDER, LOCK) as is_outdated:
        if is_outdated:
            python = FOLDER / "bin" / "python"
            run(UV, "venv", "--quiet", "--python", sys.executable, FOLDER)
            install = (UV, "pip", "install", "--quiet", "--python", python)
            run(*install, "--require-hashes", "-r", LOCK)
    return FOLDER / "bin"


@cache
def node_packages() -> Path:
    """The folder of packages for Node beside it; made anew when their lock has changed."""
    folder = environment().parent / "node"
    with _outdated(folder, NODE_LOCK) as is_outdated:
        if is_outdated:
            folder.mkdir()
            for path in (NODE_LOCK, NODE_PACKAGES / "package.json"):
                shutil.copy(path, folder)
            quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
            run(installed("npm"), "ci", *quiet, "--prefix", folder)
    return folder / "node_modules"


@contextmanager
def _outdated(folder: Path, lock: Path) -> Iterator[bool]:
    """Whether the folder must be made anew, and is not there; another run of tests waits."""
    made_of = folder / "made-of"
    with lock.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        wanted = hashlib.sha256(file.read()).hexdigest()
        is_outdated = not made_of.exists() or made_of.read_text() != wanted
        if is_outdated:
            shutil.rmtree(folder, ignore_errors=True)
        yield is_outdated
        made_of.write_text(wanted)


def program(name: str) -> str:
    """A program of that environment."""
    return str(environment() / name)


def installed(name: str) -> str:
    """A program of this machine; without it the test is skipped, or fails under CI=true."""
    path = shutil.which(name)
    if path is None:
        give_up(f"{name} is not installed here; on Debian: apt-get install {name}")
    return str(path)


def node() -> str:
    """Node, with the packages at hand."""
    node_packages()
    return installed("node")


def python_version(package: str) -> str:
    """The version that is locked."""
    match = re.search(rf"^{re.escape(package)}==(\S+)", LOCK.read_text(), re.MULTILINE)
    assert match is not None, package
    return match[1]


def node_version(package: str) -> str:
    """The version that is locked."""
    lock = NODE_LOCK.read_text()
    match = re.search(rf'"node_modules/{re.escape(package)}": {{\s*"version": "([^"]+)"', lock)
    assert match is not None, package
    return match[1]


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    """What a child of ours sees, and what is given to it."""
    given = {"PYTHONPATH": str(ROOT), "NODE_PATH": str(FOLDER / "node" / "node_modules")}
    return {**os.environ, **given, **more}  # noqa: TID251 -- a child's


def run(*words: str | Path, into: Path | None = None, **more: str) -> str:
    """What it prints, or writes `into` a file; fails with its words when it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        env=environment_of(more),
        capture_output=True,
        timeout=INSTALL_SECONDS,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        told = (done.stdout + done.stderr).decode(errors="replace")
        pytest.fail(f"{words[0]} ended with {done.returncode}:\n{told}")
    if into is not None:
        into.write_bytes(done.stdout)
        return ""
    return done.stdout.decode()


def signing(door: Door, who: str = "owner") -> dict[str, str]:
    """The settings by which Amazon's own clients know who they are and where to go."""
    person: Person = door.people[who]
    return {
        "AWS_ACCESS_KEY_ID": person.access_key_id,
        "AWS_SECRET_ACCESS_KEY": str(person.credentials.secret_key),
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": door.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
