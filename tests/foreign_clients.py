"""Programs of others in an environment of their own, made once from its hashed lock."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.door import Door, Person

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".venv-foreign"
LOCK = ROOT / "requirements-foreign.lock"
UV = Path(sys.executable).with_name("uv")
INSTALL_SECONDS = 120


def environment() -> Path:
    """The folder of its programs; made anew when the lock has changed."""
    made_of = FOLDER / "made-of"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not made_of.exists() or made_of.read_text() != wanted:
        shutil.rmtree(FOLDER, ignore_errors=True)
        python = FOLDER / "bin" / "python"
        run(UV, "venv", "--quiet", "--python", sys.executable, FOLDER)
        run(UV, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", LOCK)
        made_of.write_text(wanted)
    return FOLDER / "bin"


def program(name: str) -> str:
    """A program of that environment."""
    return str(environment() / name)


def run(*words: str | Path, **more: str) -> str:
    """What it prints; fails with its words when it fails."""
    done = subprocess.run(
        [str(word) for word in words],
        env={**os.environ, **more},  # noqa: TID251 -- a child's
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        pytest.fail(f"{words[0]} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


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
