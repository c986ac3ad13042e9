"""Programs of others that are built once with Go: a test that wants one is skipped without it."""

import os
import subprocess
from pathlib import Path

from infra.kratos.build import BuildError, find_go
from infra.kratos.release import this_platform
from infra.settings import cache_folder
from tests.missing import give_up

BUILD_SECONDS = 900


def built(name: str, module: str, version: str) -> Path:
    """The program of this name, built the first time in some minutes; under CI it must be there."""
    cache, wanted = cache_folder(), f"{module}@{version}"
    binary = cache / f"{name}-{version}-{this_platform()}"
    if not binary.exists():
        draft = cache / f"{name}-build-{os.getpid()}"
        try:
            build = subprocess.run(
                [find_go(cache), "install", "-trimpath", "-ldflags", "-s -w", wanted],
                env={**os.environ, "GOBIN": str(draft)},  # noqa: TID251 -- Go's own settings
                check=False,
                capture_output=True,
                text=True,
                timeout=BUILD_SECONDS,
            )
        except BuildError as error:
            give_up(f"{name} needs Go: {error}")
        if build.returncode:
            give_up(f"{name} could not be built: {build.stderr[-500:]}")
        (draft / name).replace(binary)
        draft.rmdir()
    return binary
