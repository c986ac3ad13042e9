"""The locks name every package with its hash, and no machine or registry."""

import json
import re
import tomllib
from pathlib import Path

import pytest

LOCKS = (
    "requirements.lock",
    "requirements-dev.lock",
    "requirements-gdal.lock",
    "requirements-foreign.lock",
    "requirements-uv.lock",
    "client/requirements.lock",
)
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*])?==(\S+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """The version of each package, by its name as PEP 503 writes it."""
    found = PIN.findall(Path(lock).read_text())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def asked_for() -> set[str]:
    """What pyproject.toml asks for to run."""
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    return {re.split(r"[\[<>=~!; ]", one)[0].lower() for one in project["dependencies"]}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_package_has_hashes_and_no_address(lock: str) -> None:
    text = Path(lock).read_text()
    entries = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    bare = [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry]
    assert not [name for name in bare if not name.startswith("#")]
    assert "://" not in text
    assert "index-url" not in text


def test_the_packages_for_node_too() -> None:
    lock = json.loads(Path("tests/foreign/node/package-lock.json").read_text())
    packages = [one for name, one in lock["packages"].items() if name]
    assert all(one["integrity"].startswith("sha512-") for one in packages)
    assert not any("resolved" in one for one in packages)


def test_what_is_asked_for_is_locked() -> None:
    assert asked_for() <= pins("requirements.lock").keys()


def test_tests_run_on_what_is_shipped() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()


def test_what_is_extra_is_asked_for_apart_and_tried() -> None:
    base, more = pins("requirements.lock"), pins("requirements-gdal.lock")
    assert base.items() <= more.items() <= pins("requirements-dev.lock").items()
    assert "rasterio" in more.keys() - base.keys()


def test_we_are_not_installed() -> None:
    """A stranger's `shared` from PyPI would win against an installed one of ours."""
    project = tomllib.loads(Path("pyproject.toml").read_text())
    assert project["tool"]["uv"]["package"] is False
    assert "build-system" not in project
