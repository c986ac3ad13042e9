"""Typed request/reply of `shared.bus` against plain FastStream and raw nats-py, in one run.

The responder is a process of its own; rounds are interleaved and the median is told.
"""

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import nats
import uvloop
from faststream.nats import NatsBroker, NatsNKey

from shared.bus import Bus
from shared.contracts.accounts import Account, GetAccount
from shared.contracts.base import now
from shared.keyfile import nats_seed
from shared.lifeline import tied_to_this_process
from shared.topology import inbox_prefix
from tests.benchmarks.report import Table
from tests.nats_server import NatsServer, declared, listening

ROUNDS = 5
SERIAL, WIDE = 1500, 8000
PLAIN_SUBJECT, RAW_SUBJECT = "coop.rpc.accounts.plain", "coop.rpc.accounts.raw"
Ask = Callable[[], Awaitable[object]]


def account() -> Account:
    """A reply of ordinary size."""
    return Account(
        account_uid="01A", account_id="ada", kind="individual", name="Ada", created_at=now()
    )


async def respond(url: str, home: Path) -> None:
    """Answer the three ways until killed."""
    server = NatsServer(home, int(url.rpartition(":")[2]))
    bus = server.bus("accounts")

    async def typed(_: GetAccount) -> Account:
        return account()

    bus.answer(GetAccount, typed)

    async def plain(_: GetAccount) -> Account:
        return account()

    broker = broker_of(server, "accounts")
    broker.subscriber(PLAIN_SUBJECT, queue="accounts")(plain)
    await broker.start()
    bus.start()
    await bus.started.wait()

    async def raw(message: nats.aio.msg.Msg) -> None:
        GetAccount.model_validate_json(message.data)
        await message.respond(account().model_dump_json().encode())

    await bus.client.subscribe(RAW_SUBJECT, cb=raw)
    await asyncio.Event().wait()


def broker_of(server: NatsServer, service: str) -> NatsBroker:
    """FastStream as its manual has it, with the rights of that service."""
    seed = nats_seed(server.key, service)
    inbox = inbox_prefix(service)
    security = NatsNKey.from_seed(seed)
    return NatsBroker(server.url, inbox_prefix=inbox, security=security, logger=None)


async def measure(home: Path) -> Table:
    """Requests a second at 1 and at 64 in flight, three ways."""
    server = NatsServer(home)
    server.start()
    await listening(server)
    await declared(server)
    responder = subprocess.Popen(  # noqa: ASYNC220 -- the benchmark's own child
        [sys.executable, "-m", "tests.benchmarks.bus", server.url, str(home)],
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- no threads yet
    )
    bus = server.bus("web")
    bus.start()
    await bus.started.wait()
    broker = broker_of(server, "web")
    await broker.start()
    try:
        return await compare(bus, broker)
    finally:
        await broker.stop()
        await bus.stop()
        responder.kill()
        responder.wait()
        server.kill()


async def compare(bus: Bus, broker: NatsBroker) -> Table:
    """The table of medians and ratios."""
    ways = ways_of(bus, broker)
    await bus.request(GetAccount(account_id="ada"), timeout=10)
    rates: dict[tuple[str, int], list[float]] = {}
    for _ in range(ROUNDS):
        for name, ask in ways.items():
            for flight, count in ((1, SERIAL), (64, WIDE)):
                rates.setdefault((name, flight), []).append(await rate(ask, flight, count))
    middle = {key: statistics.median(values) for key, values in rates.items()}
    table = Table(
        "Typed request and reply on the bus",
        ("way", "1 in flight", "of plain", "64 in flight", "of plain"),
    )
    for name in ways:
        cells = []
        for flight in (1, 64):
            one = middle[name, flight]
            cells += [f"{one:,.0f}/s", f"{one / middle['plain FastStream', flight]:.2f}"]
        table.rows.append((name, *cells))
    return table


def ways_of(bus: Bus, broker: NatsBroker) -> dict[str, Ask]:
    """The same question asked three ways."""
    wanted = GetAccount(account_id="ada")

    async def plain() -> Account:
        reply = await broker.request(wanted, PLAIN_SUBJECT, timeout=5)
        return Account.model_validate(await reply.decode())

    async def raw() -> Account:
        body = wanted.model_dump_json().encode()
        reply = await bus.client.request(RAW_SUBJECT, body, timeout=5)
        return Account.model_validate_json(reply.data)

    return {
        "plain FastStream": plain,
        "shared.bus": lambda: bus.request(wanted, timeout=5),
        "raw nats-py + pydantic": raw,
    }


async def rate(ask: Ask, flight: int, count: int) -> float:
    """Requests a second with `flight` of them under way at a time."""

    async def lane() -> None:
        for _ in range(count // flight):
            await ask()

    start = time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(flight)))
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        uvloop.run(respond(sys.argv[1], Path(sys.argv[2])))
    else:
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(uvloop.run(measure(Path(folder))).markdown())
