"""Dead letters on a real server: listed, published again, given up, collected after crashes."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from nats.js.api import ConsumerConfig

from infra.dead_letters.__main__ import arguments, run
from infra.dead_letters.crashes import collect_now
from shared.bus import Bus
from shared.cloudevents import Event, EventData, envelop
from shared.contracts.accounts import AccessKeySealed, SealedAccessKey
from shared.contracts.base import now
from shared.contracts.storage import ObjectCreated, StoredObject
from shared.errors import Invalid, Unavailable
from shared.settings import NatsSettings, Settings
from tests.nats_server import NatsServer, connected, running
from tests.waiting import eventually

Handler = Callable[[Event[EventData]], Awaitable[None]]


@dataclass
class Handled:
    """A handler that refuses for as long as it is broken."""

    broken: bool = True
    ids: list[str] = field(default_factory=list)

    async def __call__(self, event: Event[EventData]) -> None:
        if self.broken:
            raise Invalid("a new kind of file\r\nnobody thought of")
        self.ids.append(event.id)


@dataclass
class Office:
    """The command against a server, and what it said."""

    server: NatsServer

    async def __call__(self, *words: str) -> list[str]:
        said: list[str] = []
        settings = Settings(home=self.server.home, nats=NatsSettings(url=self.server.url))
        assert await run(arguments(list(words)), settings, said.append) == 0
        return [line.rstrip("\n") for line in said]

    async def letters(self) -> int:
        return len(await self("list"))


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with running(tmp_path) as server:
        yield Office(server)


def upload() -> ObjectCreated:
    stored = StoredObject(
        object_uid="k",
        account_uid="01N",
        account_id="noaa",
        repository_uid="01R",
        repository_id="mask",
        key="a.tif",
        size=1,
        etag="e",
        last_modified=now(),
        version=7,
    )
    return ObjectCreated(account_id="noaa", repository_id="mask", object=stored)


def sealed(secret: str, version: int) -> AccessKeySealed:
    key = SealedAccessKey(
        access_key_id="AK1",
        account_uid="01N",
        sealed_secret=secret,
        revoked=not secret,
        version=version,
    )
    return AccessKeySealed(account_id="noaa", repository_id="AK1", access_key=key)


async def publish(server: NatsServer, data: EventData, *, aggregate: str, version: int) -> None:
    event = envelop(data, aggregate=aggregate, version=version)
    async with connected(server.bus(data.owner)) as bus:
        await bus.jetstream.publish(
            data.nats_subject,
            event.model_dump_json().encode(),
            headers={"Nats-Msg-Id": f"{event.id}:{data.event}"},
        )


@asynccontextmanager
async def indexing(server: NatsServer, handler: Handler) -> AsyncIterator[Bus]:
    bus = server.bus("indexer")
    bus.consume("COOP_DATA", "indexer-data", {ObjectCreated: handler})
    async with connected(bus):
        yield bus


async def test_a_letter_tells_its_reason_and_is_handled_after_the_mending(office: Office) -> None:
    handler = Handled()
    async with indexing(office.server, handler):
        await publish(office.server, upload(), aggregate="k", version=7)
        await eventually(office.letters)
        (line,) = await office("list")
        assert "indexer-data  coop.v1.storage.noaa.mask.object_created  tried 1×" in line
        assert line.endswith("Invalid: a new kind of file  nobody thought of")

        handler.broken = False
        assert await office("replay", "--all") == [
            "1 is published again on coop.v1.storage.noaa.mask.object_created"
        ]
        await eventually(lambda: handler.ids == ["k:7"])
    assert await office("list") == []


async def test_what_fails_again_is_a_new_letter(office: Office) -> None:
    async with indexing(office.server, Handled()):
        await publish(office.server, upload(), aggregate="k", version=7)
        await eventually(office.letters)
        await office("replay", "1")
        await eventually(office.letters)
        (line,) = await office("list")
    assert line.split()[0] == "2"


async def test_letters_are_chosen_by_number_and_by_consumer(office: Office) -> None:
    async with indexing(office.server, Handled()):
        await publish(office.server, upload(), aggregate="k", version=7)
        await publish(office.server, upload(), aggregate="other", version=7)

        async def both() -> bool:
            return await office.letters() == 2

        await eventually(both)
    assert await office("drop", "--all", "--durable", "storage-control") == []
    assert await office("drop", "2") == ["2 is gone"]
    assert [line.split()[0] for line in await office("list")] == ["1"]


async def test_a_revoked_credential_does_not_come_back(office: Office) -> None:
    bus = office.server.bus("storage")
    handler = Handled()
    bus.consume("COOP_PRIVATE", "storage-private", {AccessKeySealed: handler})
    async with connected(bus):
        await publish(office.server, sealed("material", 1), aggregate="AK1", version=1)
        await eventually(office.letters)
        handler.broken = False
        await publish(office.server, sealed("", 2), aggregate="AK1", version=2)
        await eventually(lambda: handler.ids == ["AK1:2"])

        (line,) = await office("replay", "1")
    assert line.startswith("1 is left: coop.private.v1.accounts.noaa.AK1.access_key_sealed has")
    assert await office.letters() == 1
    assert handler.ids == ["AK1:2"]


async def test_a_credential_that_still_holds_is_published_again(office: Office) -> None:
    bus = office.server.bus("storage")
    handler = Handled()
    bus.consume("COOP_PRIVATE", "storage-private", {AccessKeySealed: handler})
    async with connected(bus):
        await publish(office.server, sealed("material", 1), aggregate="AK1", version=1)
        await eventually(office.letters)
        handler.broken = False
        await office("replay", "1")
        await eventually(lambda: handler.ids == ["AK1:1"])
    assert await office("list") == []


async def hasten(server: NatsServer, stream: str, **config: object) -> None:
    """Let a consumer give up within the time of a test."""
    async with connected(server.bus("admin")) as admin:
        await admin.jetstream.add_consumer(stream, ConsumerConfig(**config))  # type: ignore[arg-type]


async def dies_each_time(server: NatsServer, name: str, stream: str, durable: str) -> None:
    """As a process that takes a message and never answers for it, twice; then the server gives up.

    The server notices when somebody asks for the next message.
    """
    async with connected(server.bus(name)) as bus:
        taken = await bus.jetstream.pull_subscribe_bind(durable, stream)
        for _ in range(2):
            await taken.fetch(1, timeout=5)
        with pytest.raises(TimeoutError):
            await taken.fetch(1, timeout=1)
        await taken.unsubscribe()


async def test_what_a_process_died_of_is_collected_once(office: Office) -> None:
    await publish(office.server, upload(), aggregate="k", version=7)
    await hasten(
        office.server,
        "COOP_DATA",
        durable_name="indexer-data",
        filter_subjects=["coop.v1.storage.>"],
        ack_wait=0.2,
        max_deliver=2,
    )
    await dies_each_time(office.server, "indexer", "COOP_DATA", "indexer-data")

    assert await office("collect") == ["COOP_DATA:indexer-data:1 is a dead letter now"]
    assert await office("collect") == []
    (line,) = await office("list")
    assert line.endswith("no answer in 2 deliveries: the consumer died or hung every time")

    handler = Handled(broken=False)
    async with indexing(office.server, handler):
        await office("replay", "--all")
        await eventually(lambda: handler.ids == ["k:7"])


async def test_what_a_reader_of_ours_never_took_is_its_own_affair(office: Office) -> None:
    await publish(office.server, upload(), aggregate="k", version=7)
    await hasten(office.server, "COOP_DATA", durable_name="mine", ack_wait=0.2, max_deliver=2)
    await dies_each_time(office.server, "operator", "COOP_DATA", "mine")

    (line,) = await office("collect")
    assert line.startswith("COOP_DATA:mine:1 is not for us")
    assert await office("list") == []


async def test_what_is_in_its_stream_no_more_cannot_be_buried(office: Office) -> None:
    advisory = {"stream": "COOP_DATA", "consumer": "indexer-data", "stream_seq": 5, "deliveries": 2}
    async with connected(office.server.bus("admin")) as admin:
        await admin.jetstream.publish(
            "$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.COOP_DATA.indexer-data",
            json.dumps(advisory).encode(),
        )
    assert await office("collect") == ["COOP_DATA:indexer-data:5 is in its stream no more"]


async def test_the_supervisor_collects_too_and_waits_out_an_outage(office: Office) -> None:
    assert await collect_now(office.server.url, office.server.key) == []
    office.server.kill()
    with pytest.raises(Unavailable):
        await collect_now(office.server.url, office.server.key)


async def test_a_bus_that_is_away_is_one_sentence(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.server.kill()
    settings = Settings(home=office.server.home, nats=NatsSettings(url=office.server.url))
    said: list[str] = []

    assert await run(arguments(["list"]), settings, said.append) == 1
    assert capsys.readouterr().err == (
        f"The bus at {office.server.url} does not answer as it must: "
        "nats: no servers available for connection\n"
    )


@pytest.mark.parametrize("words", [[], ["replay"], ["drop", "1", "--all"], ["list", "x"]])
def test_a_command_that_makes_no_sense_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        arguments(words)
