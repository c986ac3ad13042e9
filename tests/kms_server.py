"""local-kms, somebody else's key management service, built once with Go and run by tests."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiobotocore.session import get_session

from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from tests.go_programs import built
from tests.waiting import wait_until_up

MODULE = "github.com/nsmithuk/local-kms"
VERSION = "v0.0.0-20260228092603-2a5e92d09ab6"
REGION, ACCOUNT = "eu-west-2", "111122223333"


@dataclass
class KmsServer:
    """One that runs."""

    url: str
    process: "subprocess.Popen[bytes]"

    @property
    def options(self) -> dict[str, str]:
        """How it is reached."""
        return {
            "endpoint": self.url,
            "region": REGION,
            "access_key_id": "of-the-tests",
            "secret_access_key": "of-the-tests",
        }

    async def key(self) -> str:
        """The ARN of a new key."""
        client = get_session().create_client(
            "kms",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="of-the-tests",
            aws_secret_access_key="of-the-tests",
        )
        async with client as kms:
            told = await kms.create_key()
        return str(told["KeyMetadata"]["Arn"])

    def stop(self) -> None:
        """As if the network to it were cut."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running(folder: Path) -> Iterator[KmsServer]:
    """A service whose keys lie in the folder; it ends with the block or with this process."""
    port = free_port()
    process = subprocess.Popen(
        [program()],
        env={"PORT": str(port), "KMS_REGION": REGION, "KMS_DATA_PATH": str(folder)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 - no thread of ours runs yet
    )
    server = KmsServer(f"http://127.0.0.1:{port}", process)
    try:
        wait_until_up("local-kms", process, port)
        yield server
    finally:
        server.stop()


def program() -> Path:
    """Small, and built in less than a minute."""
    return built("local-kms", MODULE, VERSION)
