"""From the answer to a revocation until no process of the data door takes the key any more."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest

from shared.contracts.accounts import RevokeAccessKey
from tests.benchmarks.report import Table
from tests.control_plane import actor_of
from tests.door import ACCOUNT, HIDDEN, Door, Person, opened

PROCESSES, TRIES = 4, 200
PATH = f"/{ACCOUNT}/{HIDDEN}/README.md"
# The beginning of a request's id is its process's own.
PROCESS_ID = slice(0, 8)


def measure(home: Path) -> Table:
    """A key that every process has just served is revoked; all are asked until all refuse."""
    table = Table(
        f"Revocation, {PROCESSES} storage processes",
        ("tries", "p50", "p99", "slowest"),
    )
    with (
        opened(home, COOP_STORAGE__PROCESSES=str(PROCESSES)) as door,
        connected(door) as connections,
    ):
        seconds = [one_try(door, connections) for _ in range(TRIES)]
    cuts = statistics.quantiles(seconds, n=100)
    shown = [f"{cut * 1000:.0f} ms" for cut in (cuts[49], cuts[98], max(seconds))]
    table.rows.append((str(TRIES), *shown))
    table.notes.append(
        "Until the begin of the last request that any of them still served, or of the first round "
        "that all refused."
    )
    return table


@contextmanager
def connected(door: Door) -> Iterator[list[httpx.Client]]:
    """A connection to each of the processes, which all listen on one port."""
    clients: dict[str, httpx.Client] = {}
    spare: list[httpx.Client] = []
    headers = signed(door, door.people["owner"])
    end = time.monotonic() + 30
    try:
        while len(clients) < PROCESSES:
            assert time.monotonic() < end, "not every process takes connections"
            client = httpx.Client(base_url=door.url, timeout=10)
            spare.append(client)
            answer = client.get(PATH, headers=headers)
            clients.setdefault(answer.headers["x-amz-request-id"][PROCESS_ID], client)
        yield list(clients.values())
    finally:
        for client in spare:
            client.close()


def one_try(door: Door, connections: list[httpx.Client]) -> float:
    """Seconds that a key of the owner's outlived its revocation."""
    person = door.new_key(door.people["owner"].account)
    headers = signed(door, person)
    assert [one.get(PATH, headers=headers).status_code for one in connections] == [200] * PROCESSES
    wanted = RevokeAccessKey(actor=actor_of(person.account), access_key_id=person.access_key_id)
    door.ask(wanted)
    since = time.perf_counter()
    while True:
        begun = time.perf_counter()
        if all(one.get(PATH, headers=headers).status_code == 403 for one in connections):
            return begun - since
        assert begun - since < 10, "the key still works"


def signed(door: Door, person: Person) -> dict[str, str]:
    """The headers of a signed GET."""
    host = door.url.partition("://")[2]
    request = AWSRequest("GET", f"{door.url}{PATH}", headers={"host": host})
    S3SigV4Auth(person.credentials, "s3", "us-east-1").add_auth(request)
    return dict(request.headers)
