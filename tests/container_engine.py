"""A Docker engine, and an image with this machine's Python for where none can be pulled."""

import io
import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import docker
import pytest
from testcontainers.core.config import testcontainers_config

from shared.lifeline import tied_to_this_process
from tests.waiting import until

BASE = "coop-test-base:3.11"
PYTHON = Path(sys.base_prefix) / "bin" / "python3"
STDLIB = Path(sysconfig.get_path("stdlib"))
# Programs that a Dockerfile calls, and libraries that wheels expect of any system.
PROGRAMS = ("/bin/sh", "/usr/bin/install")
LIBRARIES = (
    *("libstdc++.so.6", "libgcc_s.so.1", "libz.so.1", "librt.so.1", "libpthread.so.0"),
    *("libdl.so.2", "libm.so.6", "libutil.so.1", "libresolv.so.2"),
)
# How this machine reaches a package index, and where Debian keeps pip for new environments.
SETTINGS = ("/etc/pip.conf", "/etc/ssl/certs/ca-certificates.crt", "/usr/share/python-wheels")


@contextmanager
def engine(folder: Path) -> Iterator[None]:
    """The engine that runs here, or one of our own while entered; skips where neither can be."""
    # Its reaper is an image that cannot be had everywhere; all that is started here is closed here.
    testcontainers_config.ryuk_disabled = True
    if _answers():
        yield
        return
    if shutil.which("dockerd") is None:
        pytest.skip("no container engine runs here, and dockerd is not installed")
    with pytest.MonkeyPatch.context() as patch, _engine_of_our_own(folder) as address:
        patch.setenv("DOCKER_HOST", address)
        until(_answers, seconds=60, pause=0.2)
        yield


@contextmanager
def _engine_of_our_own(folder: Path) -> Iterator[str]:
    address = f"unix://{folder}/docker.sock"
    places = {"host": address, "data-root": folder / "data", "exec-root": folder / "exec"}
    places["pidfile"] = folder / "docker.pid"
    command = ["dockerd", *(f"--{name}={place}" for name, place in places.items())]
    with (folder / "dockerd.log").open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            preexec_fn=tied_to_this_process(),  # noqa: PLW1509  (no thread of ours runs yet)
        )
    try:
        yield address
    finally:
        process.terminate()
        process.wait(60)
        # It leaves its own network mounted, which nobody could remove.
        network = folder / "exec" / "netns" / "default"
        subprocess.run(["umount", "--lazy", network], capture_output=True, check=False)
        shutil.rmtree(folder / "data")


def _answers() -> bool:
    """By the command: the library leaves its socket open where nobody listens."""
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "version"], capture_output=True, check=False)
    return asked.returncode == 0


@contextmanager
def python_base() -> Iterator[str]:
    """The tag of an image with this Python and little else, in place of the public one."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", dereference=True) as tar:
        for path in _base_files():
            tar.add(path, filter=_without_packages)
        tar.add("/tmp", recursive=False)  # noqa: S108  (an empty one)
    changes = [f"ENV PATH={PYTHON.parent}:/usr/bin:/bin"]
    with closing(docker.from_env()) as client:
        client.api.import_image_from_data(archive.getvalue(), *BASE.split(":"), changes=changes)
        yield BASE
        client.images.remove(BASE, force=True)


def _base_files() -> set[Path]:
    programs = {PYTHON, *map(Path, PROGRAMS)}
    linked = programs | set(STDLIB.glob("lib-dynload/*.so")) | set(map(_library, LIBRARIES))
    settings = {Path(name) for name in SETTINGS if Path(name).exists()}
    return programs | settings | _libraries_of(linked) | set(map(_library, LIBRARIES)) | {STDLIB}


def _libraries_of(files: set[Path]) -> set[Path]:
    told = subprocess.run(["ldd", *files], capture_output=True, text=True, check=True).stdout
    words = {word for line in told.splitlines() if line[0].isspace() for word in line.split()}
    return {Path(word) for word in words if word.startswith("/")}


def _library(name: str) -> Path:
    """Where the linker of this system finds it."""
    told = subprocess.run(["ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    lines = (line.split() for line in told.splitlines())
    return next(Path(words[-1]) for words in lines if words and words[0] == name)


def _without_packages(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    left_out = ("site-packages", "dist-packages", "test", "__pycache__")
    return None if os.path.basename(entry.name) in left_out else entry  # noqa: PTH119  (in a tar)
