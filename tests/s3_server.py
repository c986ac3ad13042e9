"""versitygw, somebody else's S3 server, built once with Go and run on a folder while tests need it.

`running()` gives where it is. Where it cannot be built the test is skipped, but under CI it fails.
"""

import subprocess
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from tests.go_programs import BUILD_SECONDS, built
from tests.waiting import wait_until_up

VERSION = "v1.8.0"
MODULE = "github.com/versity/versitygw/cmd/versitygw"
REGION, ACCESS_KEY, SECRET_KEY = "us-east-1", "root", "secret-of-the-tests"
_numbers = count(1)


@dataclass
class S3Server:
    """One that runs; its buckets are folders of `folder`."""

    url: str
    folder: Path
    process: "subprocess.Popen[bytes]"

    @property
    def options(self) -> dict[str, str]:
        """How obstore reaches it."""
        return {
            "endpoint": self.url,
            "region": REGION,
            "access_key_id": ACCESS_KEY,
            "secret_access_key": SECRET_KEY,
        }

    def bucket(self) -> str:
        """The address of a new bucket, with a prefix in it."""
        name = f"bytes-{next(_numbers)}"
        (self.folder / name).mkdir()
        return f"s3://{name}/some/prefix"


def leave_time_to_build(items: Iterable[pytest.Item], fixture: str) -> None:
    """The server that a fixture runs may have to be built before the first test that wants it."""
    for item in items:
        if fixture in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.timeout(BUILD_SECONDS))


@contextmanager
def running(folder: Path) -> Iterator[S3Server]:
    """A server whose buckets lie in the folder; it ends with the block or with this process."""
    port = free_port()
    process = subprocess.Popen(
        [program(), "--quiet", "--port", f"127.0.0.1:{port}", "posix", folder],
        env={"ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY, "HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 - no thread of ours runs yet
    )
    try:
        wait_until_up("versitygw", process, port)
        yield S3Server(f"http://127.0.0.1:{port}", folder, process)
    finally:
        process.kill()
        process.wait()


def program() -> Path:
    """60 MB."""
    return built("versitygw", MODULE, VERSION)
