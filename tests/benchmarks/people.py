"""Lists of people among a thousand accounts and among a hundred thousand, through the API."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from services.accounts.models import Membership
from services.accounts.store.accounts import new_account
from services.accounts.store.layout import SCHEMA
from services.accounts.store.memberships import member_row
from shared.contracts.accounts import Account, Role
from shared.contracts.base import now
from shared.paging import cursor_at
from shared.settings import Settings
from shared.tables import Action, Put, Table, open_table
from tests.benchmarks.report import Table as Report
from tests.waiting import until

# Accounts, and organizations of a thousand members each: ten thousand memberships, a million.
SMALL, LARGE = (1_000, 10), (100_000, 1_000)
MEMBERS, BATCH, SIDE_BY_SIDE = 1_000, 100, 50
KEYS, TIMES = 60, 100


async def measure(ready: dict[str, Any], home: Path) -> Report:
    """Records go straight into the table of accounts, and are listed by its owner."""
    table = Report("A page of 50 of a list of people", ("list", *titles(), "ratio"))
    made = prepared(ready, home)
    found: dict[str, list[list[float]]] = {}
    before = (0, 0)
    for size in (SMALL, LARGE):
        async with records(home) as kept:
            await fill(kept, before, size)
        before = size
        for name, path in lists(made["account_id"], size).items():
            found.setdefault(name, []).append(timed(ready, made["bearer"], path))
    for name, (small, large) in found.items():
        cuts = [statistics.quantiles(one, n=100) for one in (small, large)]
        shown = [f"{cut[49] * 1000:.1f} / {cut[98] * 1000:.1f} ms" for cut in cuts]
        table.rows.append((name, *shown, f"{cuts[1][49] / cuts[0][49]:.2f}"))
    table.notes.append("p50 / p99 of an answer as a client on the same machine sees it.")
    return table


def titles() -> tuple[str, ...]:
    """How large the two are."""
    sizes = ((accounts, organizations * MEMBERS) for accounts, organizations in (SMALL, LARGE))
    return tuple(f"{one:,} accounts, {roles:,} memberships" for one, roles in sizes)


def lists(account_id: str, size: tuple[int, int]) -> dict[str, str]:
    """The lists, from their beginning and from their middle."""
    members = "/accounts/bench-org-5/members?limit=50"
    middle = cursor_at(uid_of("member", 5 * MEMBERS % size[0] + MEMBERS // 2))
    return {
        "members of an organization": members,
        "members, from the middle": f"{members}&cursor={middle}",
        "keys of an account": f"/accounts/{account_id}/access-keys?limit=50",
        "accounts, for administrators": "/admin/accounts?limit=50",
        "accounts found by a word": "/admin/accounts?limit=50&text=bench-org-5",
    }


def prepared(ready: dict[str, Any], home: Path) -> dict[str, str]:
    """The sample's first account as an administrator with some keys."""
    person = ready["accounts"][0]
    bearer = f"Bearer {person['access_key_id']}.{person['secret_access_key']}"
    headers = {"authorization": bearer}
    with httpx.Client(base_url=f"{ready['web']}/api/v1", headers=headers) as api:
        account_id = str(api.get("/account").raise_for_status().json()["account_id"])
        for number in range(KEYS):
            wanted = {"name": f"key {number}"}
            api.post(f"/accounts/{account_id}/access-keys", json=wanted).raise_for_status()
        subprocess.run(
            [sys.executable, "-m", "services.accounts", "grant-admin", account_id],
            env={"COOP_HOME": str(home)},
            check=True,
            timeout=60,
        )
        until(lambda: api.get("/admin/accounts").is_success)
    return {"account_id": account_id, "bearer": bearer}


@asynccontextmanager
async def records(home: Path) -> AsyncIterator[Table]:
    """The table of accounts, beside its owner."""
    table = await open_table(SCHEMA, service="accounts", settings=Settings(home=home))
    try:
        yield table
    finally:
        await table.close()


async def fill(table: Table, before: tuple[int, int], size: tuple[int, int]) -> None:
    """From the smaller world to the larger."""
    rows = _rows(before, size)
    while some := list(islice(rows, BATCH * SIDE_BY_SIDE)):
        await asyncio.gather(
            *(table.write(*some[at : at + BATCH]) for at in range(0, len(some), BATCH))
        )


def _rows(before: tuple[int, int], size: tuple[int, int]) -> Iterator[Action]:
    for number in range(before[0], size[0]):
        yield from new_account(account_of("member", number))
    for number in range(before[1], size[1]):
        yield from new_account(account_of("org", number))
        for member in range(MEMBERS):
            # One after another, so that everyone is in ten of them at most.
            uid = uid_of("member", (number * MEMBERS + member) % size[0])
            yield Put(member_row(membership_of(number, uid)))


def account_of(kind: str, number: int) -> Account:
    """Of people and of organizations."""
    return Account(
        account_uid=uid_of(kind, number),
        account_id=f"bench-{kind}-{number}",
        kind="organization" if kind == "org" else "individual",
        name=f"Bench {kind} {number}",
        created_at=now(),
        version=1,
    )


def membership_of(organization: int, member_uid: str) -> Membership:
    """A reader."""
    organization_uid = uid_of("org", organization)
    return Membership(
        organization_uid=organization_uid, member_uid=member_uid, role=Role.READER, version=1
    )


def uid_of(kind: str, number: int) -> str:
    """Of the length and order of a ULID."""
    return f"01{kind.upper():0<6}{number:018d}"


def timed(ready: dict[str, Any], bearer: str, path: str) -> list[float]:
    """Seconds of each of many pages."""
    seconds = []
    with httpx.Client(base_url=f"{ready['web']}/api/v1", headers={"authorization": bearer}) as api:
        for _ in range(TIMES):
            start = time.perf_counter()
            answer = api.get(path)
            seconds.append(time.perf_counter() - start)
            assert answer.is_success, answer.text
    return seconds
