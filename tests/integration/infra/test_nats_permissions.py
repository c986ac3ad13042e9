"""What each client may not do is refused by a real server."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from shared.keyfile import nats_seed
from shared.topology import CONSUMERS, SERVICES, inbox_prefix
from tests.nats_server import NatsServer, running

REFUSAL_SECONDS = 5


class Refusals:
    """Connections that remember what the server refused them."""

    def __init__(self, server: NatsServer) -> None:
        self.server = server
        self.said: asyncio.Queue[str] = asyncio.Queue()
        self.clients: list[Client] = []

    async def client(self, name: str) -> Client:
        async def remember(error: Exception) -> None:
            if "permissions violation" in str(error).lower():
                self.said.put_nowait(str(error).lower())

        client = await nats.connect(
            self.server.url,
            nkeys_seed_str=nats_seed(self.server.key, name),
            inbox_prefix=inbox_prefix(name),
            error_cb=remember,
        )
        self.clients.append(client)
        return client

    async def refused(self, subject: str) -> bool:
        said = await asyncio.wait_for(self.said.get(), REFUSAL_SECONDS)
        return f'"{subject.lower()}"' in said


@pytest.fixture
async def bus(tmp_path: Path) -> AsyncIterator[Refusals]:
    async with running(tmp_path) as server:
        refusals = Refusals(server)
        yield refusals
        for client in refusals.clients:
            await client.close()


async def test_nobody_without_a_key_gets_in(bus: Refusals) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", bus.server.port)
    await reader.readline()
    writer.write(b'CONNECT {"verbose": false}\r\nPING\r\n')

    assert await reader.readline() == b"-ERR 'Authorization Violation'\r\n"
    writer.close()
    await writer.wait_closed()


async def test_a_service_cannot_publish_what_is_not_its_own(bus: Refusals) -> None:
    for service in SERVICES:
        client = await bus.client(service)
        others = [f"coop.v1.{other}.x.-.forged" for other in SERVICES if other != service]
        forbidden = [*others, "coop.dlq.COOP_DATA.other", f"coop.rpc.{service}.x", "_INBOX_web.x"]
        for subject in forbidden:
            await client.publish(subject, b"{}")
            assert await bus.refused(subject)


async def test_a_service_cannot_manage_the_bus(bus: Refusals) -> None:
    client = await bus.client("storage")
    for subject in (
        "$JS.API.STREAM.DELETE.COOP_DATA",
        "$JS.API.STREAM.PURGE.COOP_PRIVATE",
        "$JS.API.STREAM.UPDATE.COOP_DATA",
        "$JS.API.CONSUMER.DELETE.COOP_CONTROL.storage-control",
        "$JS.API.CONSUMER.DURABLE.CREATE.COOP_CONTROL.mine",
        "$JS.API.CONSUMER.MSG.NEXT.COOP_CONTROL.indexer-control",
        "$JS.ACK.COOP_CONTROL.indexer-control.1.1.1.1.0",
    ):
        await client.publish(subject, b"{}")
        assert await bus.refused(subject)


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("accounts", "coop.rpc.repositories.create_repository"),
        ("repositories", "coop.private.v1.>"),
        ("indexer", "coop.private.v1.>"),
        ("web", "coop.private.v1.>"),
        ("operator", "coop.private.v1.>"),
        ("operator", "coop.rpc.>"),
        ("operator", "coop.dlq.>"),
        ("web", "_INBOX_storage.>"),
        ("storage", ">"),
    ],
)
async def test_a_client_cannot_listen_where_it_must_not(
    bus: Refusals, name: str, subject: str
) -> None:
    client = await bus.client(name)
    await client.subscribe(subject)

    assert await bus.refused(subject)


async def test_credentials_reach_storage_only(bus: Refusals) -> None:
    accounts, storage = await bus.client("accounts"), await bus.client("storage")
    heard = await storage.subscribe("coop.private.v1.>")
    await storage.flush()

    await accounts.jetstream().publish("coop.private.v1.accounts.a", b"old")
    await accounts.jetstream().publish("coop.private.v1.accounts.a", b"new")

    assert (await heard.next_msg()).data == b"old"
    kept = await storage.jetstream().get_last_msg(
        "COOP_PRIVATE", "coop.private.v1.accounts.a", direct=True
    )
    assert kept.data == b"new"
    state = (await (await bus.client("admin")).jetstream().stream_info("COOP_PRIVATE")).state
    assert state.messages == 1


async def test_a_request_is_answered_and_nothing_else_can_be_said(bus: Refusals) -> None:
    accounts, web = await bus.client("accounts"), await bus.client("web")
    replies: list[str] = []

    async def answer(message: nats.aio.msg.Msg) -> None:
        replies.append(message.reply)
        await message.respond(b"once")
        await accounts.publish(message.reply, b"twice")

    await accounts.subscribe("coop.rpc.accounts.get_account", queue="accounts", cb=answer)
    await accounts.flush()

    assert (await web.request("coop.rpc.accounts.get_account", b"{}", timeout=5)).data == b"once"
    assert await bus.refused(replies[0])


async def test_the_operator_reads_events_live_and_from_the_stream(bus: Refusals) -> None:
    operator, storage = await bus.client("operator"), await bus.client("storage")
    live = await operator.subscribe("coop.v1.>")
    await operator.flush()

    await storage.jetstream().publish("coop.v1.storage.a.b.object_created", b"{}")

    assert (await live.next_msg()).subject == "coop.v1.storage.a.b.object_created"
    mine = await operator.jetstream().pull_subscribe(
        "coop.v1.>", durable="mine", stream="COOP_DATA"
    )
    (kept,) = await mine.fetch(1)
    await kept.ack_sync()
    assert kept.data == b"{}"


async def test_the_operators_key_works_with_a_client_that_knows_no_inbox_prefix(
    bus: Refusals,
) -> None:
    plain = await nats.connect(bus.server.url, nkeys_seed_str=nats_seed(bus.server.key, "operator"))
    bus.clients.append(plain)

    assert (await plain.jetstream().stream_info("COOP_DATA")).config.name == "COOP_DATA"


async def test_the_operator_changes_nothing_of_ours(bus: Refusals) -> None:
    operator = await bus.client("operator")
    forbidden = [
        "coop.v1.storage.a.b.forged",
        "coop.rpc.accounts.create_account",
        "$JS.API.STREAM.DELETE.COOP_DATA",
        "$JS.API.STREAM.MSG.DELETE.COOP_DATA",
        "$JS.API.STREAM.INFO.COOP_PRIVATE",
        "$JS.API.DIRECT.GET.COOP_PRIVATE.coop.private.v1.accounts.a",
        "$JS.API.CONSUMER.DURABLE.CREATE.COOP_PRIVATE.mine",
        # Its body may carry the name of a durable, which would be changed.
        "$JS.API.CONSUMER.CREATE.COOP_CONTROL",
    ]
    for one in CONSUMERS:
        place = f"{one.stream}.{one.durable}"
        forbidden += [
            f"$JS.API.CONSUMER.DURABLE.CREATE.{place}",
            f"$JS.API.CONSUMER.CREATE.{place}",
            f"$JS.API.CONSUMER.CREATE.{place}.coop.v1.>",
            f"$JS.API.CONSUMER.DELETE.{place}",
            f"$JS.API.CONSUMER.MSG.NEXT.{place}",
            f"$JS.ACK.{place}.1.1.1.1.0",
        ]
    for subject in forbidden:
        await operator.publish(subject, b"{}")
        assert await bus.refused(subject)


async def test_another_name_in_the_body_does_not_reach_a_durable(bus: Refusals) -> None:
    """The subject says `foo`, the body `storage-control`: the server must go by the subject."""
    operator, admin = await bus.client("operator"), await bus.client("admin")
    for config in (
        ConsumerConfig(durable_name="storage-control"),
        ConsumerConfig(name="storage-control"),
    ):
        body = json.dumps({"stream_name": "COOP_CONTROL", "config": config.as_dict()}).encode()
        for subject in (
            "CONSUMER.CREATE.COOP_CONTROL.foo",
            "CONSUMER.DURABLE.CREATE.COOP_CONTROL.foo",
        ):
            await operator.request(f"$JS.API.{subject}", body, timeout=5)

    info = await admin.jetstream().consumer_info("COOP_CONTROL", "storage-control")
    assert info.config.max_deliver == 20


@pytest.mark.parametrize(
    "target",
    [
        "coop.v1.storage.noaa.mask.object_created",
        "coop.v1.accounts.noaa.-.account_created",
        "coop.private.v1.accounts.x",
        "coop.dlq.COOP_DATA.indexer-data",
    ],
)
async def test_a_consumer_of_the_operators_puts_nothing_into_a_stream(
    bus: Refusals, target: str
) -> None:
    """Where the server delivers to is in the body of the request, which no permission sees."""
    admin, operator = await bus.client("admin"), await bus.client("operator")
    indexer = await bus.client("indexer")
    await indexer.jetstream().publish("coop.v1.indexer.noaa.mask.item_indexed", b"{}")
    before = [one.state.messages for one in await admin.jetstream().streams_info()]
    filtered = "coop.v1.indexer.>"
    config = {"name": "forger", "deliver_subject": target, "filter_subject": filtered}
    body = {"stream_name": "COOP_DATA", "config": config | {"ack_policy": "none"}}
    subject = f"$JS.API.CONSUMER.CREATE.COOP_DATA.forger.{filtered}"
    await operator.subscribe("coop.v1.>")
    await operator.request(subject, json.dumps(body).encode(), timeout=5)
    await asyncio.sleep(0.5)

    assert [one.state.messages for one in await admin.jetstream().streams_info()] == before
