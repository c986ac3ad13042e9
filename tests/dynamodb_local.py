"""DynamoDB Local, Amazon's own engine, fetched once with Maven and run for as long as a test run.

`running()` gives its address. Without Java or Maven the test is skipped, but under CI it fails.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from tests.missing import give_up
from tests.waiting import wait_until_up

VERSION = "2.6.1"
POM = Path(__file__).parents[1] / "infra" / "dynamodb-local" / "pom.xml"
MAIN = "com.amazonaws.services.dynamodbv2.local.main.ServerRunner"
FETCH_SECONDS = 300


@contextmanager
def running() -> Iterator[str]:
    """The URL of a fresh, empty DynamoDB Local; it ends with the block or with this process."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            give_up(f"DynamoDB Local needs {program}")
    jars, port = fetched(), free_port()
    process = subprocess.Popen(
        [
            "java",
            "-Xmx256m",
            "-XX:TieredStopAtLevel=1",
            f"-Djava.library.path={jars}",
            "-cp",
            f"{jars}/*",
            MAIN,
            "-inMemory",
            "-sharedDb",
            "-disableTelemetry",
            "-port",
            str(port),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 - no thread of ours runs yet
    )
    try:
        wait_until_up("DynamoDB Local", process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def fetched() -> Path:
    """The folder of its jars: 51 MB, fetched by Maven the first time."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")  # noqa: TID251
    folder = cache / "coop" / f"dynamodb-local-{VERSION}"
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}")
        partial.mkdir(parents=True)
        goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
        fetch = subprocess.run(
            ["mvn", "-q", "-B", "-f", POM, *goal],
            check=False,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
        )
        if fetch.returncode:
            shutil.rmtree(partial)
            give_up(f"DynamoDB Local could not be fetched: {fetch.stdout[-500:]}")
        keep(partial, folder)
    return folder


def keep(partial: Path, folder: Path) -> None:
    """Give the folder its name at once, unless another run was faster."""
    try:
        partial.rename(folder)
    except OSError:
        shutil.rmtree(partial)
