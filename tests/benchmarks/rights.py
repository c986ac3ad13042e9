"""What it costs to know who asks and what they may: the rule, a page, a read by key."""

import re
import statistics
import subprocess
import time
from itertools import cycle
from typing import Any

import httpx

from shared.contracts.accounts import Role
from shared.contracts.base import KeyAction, Scope, ScopePlace
from shared.contracts.repositories import State, Visibility
from shared.policy import Action, Principal, RepositoryResource, may
from tests.benchmarks.processes import cpu_seconds, pids_of
from tests.benchmarks.report import Table
from tests.edge import SESSION
from tests.visitor import sign_in, visiting

ASKED, SESSIONS, ROUNDS = 200_000, 20, 10
# A session is remembered so long; after it, a page asks Kratos and accounts again.
REMEMBERED_SECONDS = 1.05
WRK = ("wrk", "--threads", "1", "--connections", "8", "--duration", "5s", "--latency")
READ = "/api/v1/repositories/noaa/globe-land-mask"
RUNS = 3
UNITS = {"us": 1e-3, "ms": 1.0, "s": 1000.0}


def measure(ready: dict[str, Any]) -> Table:
    """One row for each of the three."""
    table = Table(
        "Who may", ("what", "p50", "p99", "a second", "CPU of web", "CPU of repositories")
    )
    table.rows.append(("`may()`", f"{rule() * 1e6:.2f} µs", *[""] * 4))
    cuts = statistics.quantiles(pages(ready), n=100)
    shown = [f"{cut * 1000:.1f} ms" for cut in (cuts[49], cuts[98])]
    table.rows.append(("page with a session that is asked for anew", *shown, *[""] * 3))
    table.rows.append(("API read by key, 8 connections", *best_read(ready)))
    table.notes.append(
        "`may()`: CPU, the mean over personas, actions and states. The API is read by wrk; web and "
        "repositories are one process each, so of one core at most, and share the machine with it."
    )
    return table


def rule() -> float:
    """CPU seconds of one call."""
    place = ScopePlace(account_uid="01O", repository_uid="01R", prefix="open/")
    scope = Scope(actions=frozenset(KeyAction), places=(place,))
    someone = {"kind": "account", "account_uid": "01A"}
    principals = [
        Principal(),
        Principal(**someone, admin=True),
        *(Principal(**someone, roles={"01O": role}) for role in Role),
        *(Principal(**someone, roles={"01R": role}, scope=scope) for role in Role),
    ]
    resources = [
        RepositoryResource("01O", "01R", visibility, state)
        for visibility in Visibility
        for state in State
    ]
    actions = [one for one in Action if one.startswith(("repository", "data"))]
    asked = [(who, one, what) for who in principals for one in actions for what in resources]
    start = time.process_time()
    for (who, action, what), _ in zip(cycle(asked), range(ASKED), strict=False):
        may(who, action, what, "open/a")
    return (time.process_time() - start) / ASKED


def pages(ready: dict[str, Any]) -> list[float]:
    """Seconds of a repository's page, each for a session that the edge does not remember."""
    web, seconds = ready["web"].rstrip("/"), []
    cookies = [session_of(ready, web) for _ in range(SESSIONS)]
    with httpx.Client(base_url=web, timeout=10) as client:
        for _ in range(ROUNDS):
            end = time.monotonic() + REMEMBERED_SECONDS
            for cookie in cookies:
                headers = {"cookie": f"{SESSION}={cookie}"}
                start = time.perf_counter()
                answer = client.get("/noaa/globe-land-mask", headers=headers)
                seconds.append(time.perf_counter() - start)
                assert "/-/sign-out" in answer.text
            time.sleep(max(0.0, end - time.monotonic()))
    return seconds


def session_of(ready: dict[str, Any], web: str) -> str:
    """A new session of the sample's first account."""
    person = ready["accounts"][0]
    with visiting(web) as visitor:
        sign_in(visitor, person["email"], person["password"])
        return visitor.client.cookies[SESSION]


def best_read(ready: dict[str, Any]) -> tuple[str, ...]:
    """The run of the highest rate: p50, p99, requests a second, CPU a request of both services."""
    runs = [read(ready) for _ in range(RUNS)]
    rate, p50, p99, web, repositories = max(runs)
    costs = (f"{one * 1e6:.0f} µs" for one in (web, repositories))
    return f"{p50:.1f} ms", f"{p99:.1f} ms", f"{rate:,.0f}", *costs


def read(ready: dict[str, Any]) -> tuple[float, float, float, float, float]:
    """Rate, milliseconds of p50 and p99, CPU seconds a request of web and of repositories."""
    person = ready["accounts"][0]
    bearer = f"authorization: Bearer {person['access_key_id']}.{person['secret_access_key']}"
    services = [pids_of(ready, name) for name in ("web", "repositories")]
    before = [cpu_seconds(pids) for pids in services]
    url = ready["web"].rstrip("/") + READ
    said = subprocess.run(
        [*WRK, "-H", bearer, url], capture_output=True, text=True, check=True
    ).stdout
    assert "Non-2xx" not in said, said
    counted = re.search(r"(\d+) requests in ([\d.]+)s", said)
    assert counted is not None, said
    count = int(counted[1])
    costs = [(cpu_seconds(pids) - was) / count for pids, was in zip(services, before, strict=True)]
    return count / float(counted[2]), _latency(said, "50"), _latency(said, "99"), *costs


def _latency(said: str, part: str) -> float:
    found = re.search(rf"{part}%\s+([\d.]+)(us|ms|s)", said)
    assert found is not None, said
    return float(found[1]) * UNITS[found[2]]
