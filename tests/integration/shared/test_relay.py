"""State and event in one transaction, and from there to consumers: once and in order."""

import asyncio
import signal
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import orjson
import pytest
from nats.js.api import RawStreamMsg
from prometheus_client import REGISTRY

from shared.bus import Bus, events
from shared.bus.events import DELIVERIES
from shared.cloudevents import Event, envelop
from shared.contracts.base import now
from shared.contracts.storage import ObjectCreated, StoredObject
from shared.errors import Invalid, Unavailable
from shared.outbox import OUTBOX_INDEX, Outbox, announce, next_version
from shared.relay import Relay
from shared.settings import Settings
from shared.tables import Put, Schema, Table, open_table
from tests.nats_server import NatsServer, connected, listening, running
from tests.waiting import eventually

SCHEMA = Schema(name="storage", indexes=(OUTBOX_INDEX,))


def created(key: str, version: int) -> ObjectCreated:
    return ObjectCreated(
        account_id="noaa",
        repository_id="mask",
        object=StoredObject(
            version=version,
            object_uid=key,
            account_uid="01A",
            account_id="noaa",
            repository_uid="01R",
            repository_id="mask",
            key=key,
            size=1,
            etag="e",
            last_modified=now(),
        ),
    )


async def put(outbox: Outbox, key: str) -> int:
    version = next_version(await outbox.latest_version(key))
    state = {"pk": "OBJ", "sk": key, "version": version}
    await outbox.commit(Put(state), announce(created(key, version), aggregate=key, version=version))
    return version


@asynccontextmanager
async def table_at(home: Path) -> AsyncIterator[Table]:
    table = await open_table(SCHEMA, service="storage", settings=Settings(home=home))
    try:
        yield table
    finally:
        await table.close()


@asynccontextmanager
async def relaying(server: NatsServer, table: Table) -> AsyncIterator[tuple[Outbox, Relay]]:
    bus = server.bus("storage")
    outbox = Outbox(table)
    relay = Relay(outbox, bus)
    relay.start()
    async with connected(bus):
        try:
            yield outbox, relay
        finally:
            await relay.stop()


async def stream_of(server: NatsServer) -> list[Event[ObjectCreated]]:
    admin: Bus = server.bus("admin")
    async with connected(admin):
        info = await admin.jetstream.stream_info("COOP_DATA")
        return [
            Event[ObjectCreated].model_validate_json(
                (await admin.jetstream.get_msg("COOP_DATA", sequence)).data or b""
            )
            for sequence in range(info.state.first_seq, info.state.last_seq + 1)
        ]


async def test_events_of_one_aggregate_are_published_once_and_in_order(tmp_path: Path) -> None:
    async with running(tmp_path) as server, table_at(tmp_path) as table:
        async with relaying(server, table) as (outbox, _):
            for _ in range(20):
                await asyncio.gather(*(put(outbox, f"k{n}") for n in range(5)))
            await eventually(lambda: _empty(outbox))
        by_key = defaultdict(list)
        for event in await stream_of(server):
            by_key[event.data.object.key].append(event.version)
    assert {len(versions) for versions in by_key.values()} == {20}
    assert all(versions == sorted(versions) for versions in by_key.values())


async def _empty(outbox: Outbox) -> bool:
    return not (await outbox.pending(limit=1)).items


async def test_what_was_written_while_the_bus_was_away_comes_later(tmp_path: Path) -> None:
    async with running(tmp_path) as server, table_at(tmp_path) as table:
        async with relaying(server, table) as (outbox, _):
            server.kill()
            versions = [await put(outbox, "europe.tif") for _ in range(3)]
            await asyncio.sleep(0.5)
            assert len((await outbox.pending(limit=10)).items) == 3
            server.start()
            await eventually(lambda: _empty(outbox))
        assert [event.version for event in await stream_of(server)] == versions


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"service": "storage"}) or 0.0


async def test_what_waits_and_what_was_published_is_told_in_numbers(tmp_path: Path) -> None:
    before = figure("coop_events_published_total")
    async with (
        running(tmp_path) as server,
        table_at(tmp_path) as table,
        relaying(server, table) as (outbox, _),
    ):
        server.kill()
        for key in ("a", "b", "c"):
            await put(outbox, key)
        await eventually(lambda: figure("coop_events_waiting") == 3)
        server.start()
        await eventually(lambda: figure("coop_events_waiting") == 0)
    assert figure("coop_events_published_total") - before == 3


async def test_what_was_under_way_when_the_bus_died_is_not_waited_for(tmp_path: Path) -> None:
    """Its confirmation will never come; a revocation may wait behind it."""
    async with running(tmp_path) as server, table_at(tmp_path) as table:
        async with relaying(server, table) as (outbox, _):
            assert server.process is not None
            server.process.send_signal(signal.SIGSTOP)
            version = await put(outbox, "europe.tif")
            await asyncio.sleep(0.3)
            server.kill()
            server.start()
            await listening(server)
            await eventually(lambda: _empty(outbox), seconds=1.0)
        assert [event.version for event in await stream_of(server)] == [version]


async def test_two_relays_do_not_publish_twice(tmp_path: Path) -> None:
    async with running(tmp_path) as server, table_at(tmp_path) as table:
        async with relaying(server, table) as (one, _), relaying(server, table) as (other, _):
            await asyncio.gather(*(put(one, f"a{n}") for n in range(30)))
            await asyncio.gather(*(put(other, f"b{n}") for n in range(30)))
            await eventually(lambda: _empty(one))
        ids = [event.id for event in await stream_of(server)]
    assert len(ids) == len(set(ids)) == 60


async def test_a_deleted_aggregate_goes_on_above_its_old_version(tmp_path: Path) -> None:
    async with table_at(tmp_path) as table:
        outbox = Outbox(table)
        first = await put(outbox, "a")
        assert await outbox.latest_version("a") == first
        assert next_version(first + 10**9) == first + 10**9 + 1


async def consumed(
    server: NatsServer,
    table: Table,
    handle: Callable[[Event[ObjectCreated]], Awaitable[None]],
    key: str = "k",
) -> tuple[Bus, int]:
    indexer = server.bus("indexer")
    indexer.consume("COOP_DATA", "indexer-data", {ObjectCreated: handle})
    async with relaying(server, table) as (outbox, _):
        version = await put(outbox, key)
        await eventually(lambda: _empty(outbox))
    return indexer, version


async def nothing_waits(admin: Bus) -> bool:
    """Whether the indexer has taken all that there is, and answered for it."""
    info = await admin.jetstream.consumer_info("COOP_DATA", "indexer-data")
    return not info.num_pending and not info.num_ack_pending


async def test_a_transient_failure_is_tried_again_later(tmp_path: Path) -> None:
    tries: list[float] = []

    async def flaky(_: Event[ObjectCreated]) -> None:
        tries.append(asyncio.get_running_loop().time())
        if len(tries) < 3:
            raise Unavailable("not now")

    async with running(tmp_path) as server, table_at(tmp_path) as table:
        indexer, _ = await consumed(server, table, flaky)
        async with connected(indexer):
            await eventually(lambda: len(tries) == 3)
    assert tries[1] - tries[0] >= 0.09
    assert tries[2] - tries[1] >= 0.18
    assert DELIVERIES > 3


async def buried(admin: Bus) -> RawStreamMsg:
    """The one dead letter there is, once it is there."""

    async def is_there() -> bool:
        return (await admin.jetstream.stream_info("COOP_DLQ")).state.messages == 1

    await eventually(is_there)
    return await admin.jetstream.get_msg("COOP_DLQ", 1)


async def test_what_never_succeeds_becomes_a_dead_letter_after_its_tries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "DELIVERIES", 3)
    tries: list[str] = []

    async def never(event: Event[ObjectCreated]) -> None:
        tries.append(event.id)
        raise Unavailable("not now")

    async with running(tmp_path) as server, table_at(tmp_path) as table:
        indexer, _ = await consumed(server, table, never)
        async with connected(indexer), connected(server.bus("admin")) as admin:
            letter = await buried(admin)
    assert len(tries) == 3
    assert letter.headers is not None
    assert letter.headers["coop-dlq-error"] == "Unavailable: not now"


async def test_a_header_does_not_choose_where_something_is_said(tmp_path: Path) -> None:
    elsewhere = "coop.v1.indexer.a.b.item_indexed"
    handled: list[str] = []

    async def handle(event: Event[ObjectCreated]) -> None:
        handled.append(event.id)

    async with running(tmp_path) as server:
        indexer = server.bus("indexer")
        indexer.consume("COOP_DATA", "indexer-data", {ObjectCreated: handle})
        told = envelop(created("k", 1), aggregate="k", version=1)
        async with connected(indexer), connected(server.bus("storage")) as storage:
            await storage.jetstream.publish(
                told.data.nats_subject,
                told.model_dump_json().encode(),
                headers={"reply_to": elsewhere},
            )
            await eventually(lambda: handled)
            async with connected(server.bus("admin")) as admin:
                await eventually(lambda: nothing_waits(admin))
                assert (await admin.jetstream.stream_info("COOP_DATA")).state.messages == 1


async def test_what_cannot_succeed_becomes_a_dead_letter_with_its_reason(tmp_path: Path) -> None:
    tries: list[str] = []

    async def refuses(event: Event[ObjectCreated]) -> None:
        tries.append(event.id)
        raise Invalid("never")

    async with running(tmp_path) as server, table_at(tmp_path) as table:
        indexer, version = await consumed(server, table, refuses)
        async with connected(indexer), connected(server.bus("admin")) as admin:
            letter = await buried(admin)
            # It is buried first and taken off afterwards.
            await eventually(lambda: nothing_waits(admin))
    assert len(tries) == 1
    assert letter.headers is not None
    assert letter.headers["coop-dlq-error"] == "Invalid: never"
    assert orjson.loads(letter.data or b"")["sequence"] == str(version)


async def test_an_unknown_version_is_kept_and_another_type_is_passed_over(tmp_path: Path) -> None:
    seen: list[str] = []

    async def handle(event: Event[ObjectCreated]) -> None:
        seen.append(event.id)

    async with running(tmp_path) as server, table_at(tmp_path) as table:
        indexer, version = await consumed(server, table, handle)
        async with connected(server.bus("storage")) as storage, connected(indexer):
            later = {"type": "coop.storage.object_created.v2", "sequence": "1", "id": "x:1"}
            other = {"type": "coop.storage.something_new.v1", "sequence": "1", "id": "y:1"}
            for body in (later, other):
                await storage.jetstream.publish(
                    "coop.v1.storage.a.b.object_created", orjson.dumps(body)
                )
            async with connected(server.bus("admin")) as admin:
                await eventually(lambda: nothing_waits(admin))
                assert (await admin.jetstream.stream_info("COOP_DLQ")).state.messages == 1
    assert seen == [f"k:{version}"]
