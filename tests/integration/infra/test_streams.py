"""Streams and consumers on a real server: declared once, mended when they drift."""

from pathlib import Path

import nats
from nats.aio.client import Client

from infra.streams import declare
from shared.keyfile import nats_seed
from shared.topology import CONSUMERS, STREAMS
from tests.nats_server import NatsServer, declared, listening, running


async def connected(server: NatsServer) -> Client:
    return await nats.connect(server.url, nkeys_seed_str=nats_seed(server.key, "admin"))


async def test_a_second_declaration_changes_nothing(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        assert await declare(server.url, server.key) == []


async def test_declared_things_survive_a_kill(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        server.kill()
        server.start()
        await listening(server)
        await declared(server)

        assert await declare(server.url, server.key) == []


async def test_what_drifted_is_mended(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        admin = await connected(server)
        jetstream = admin.jetstream()
        stream = (await jetstream.stream_info("COOP_DATA")).config
        await jetstream.update_stream(stream.evolve(max_age=3600.0))
        consumer = (await jetstream.consumer_info("COOP_DATA", "indexer-data")).config
        await jetstream.add_consumer("COOP_DATA", consumer.evolve(max_deliver=3))
        await jetstream.delete_consumer("COOP_CONTROL", "storage-control")

        assert await declare(server.url, server.key) == [
            "mended stream COOP_DATA: max_age",
            "made consumer storage-control",
            "mended consumer indexer-data: max_deliver",
        ]
        assert (await jetstream.stream_info("COOP_DATA")).config.max_age == 30 * 24 * 3600
        await admin.close()


async def test_every_stream_and_consumer_of_the_topology_is_there(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        admin = await connected(server)
        jetstream = admin.jetstream()

        names = {info.config.name for info in await jetstream.streams_info()}
        assert names == {stream.name for stream in STREAMS}
        for consumer in CONSUMERS:
            config = (await jetstream.consumer_info(consumer.stream, consumer.durable)).config
            assert (config.ack_wait, config.max_deliver) == (30, 20)
            assert config.max_ack_pending == (1 if consumer.in_order else 1000)
        await admin.close()
