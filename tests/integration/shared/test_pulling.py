"""Events from a durable consumer: each at once, some side by side, none kept by who goes."""

import asyncio
from pathlib import Path

from shared.bus import Bus
from shared.bus.events import IN_WORK, PULL_SECONDS
from shared.cloudevents import Event, envelop
from shared.contracts.base import now
from shared.contracts.storage import ObjectCreated, StoredObject
from tests.nats_server import NatsServer, connected, running
from tests.waiting import eventually

AT_ONCE_SECONDS = PULL_SECONDS / 2


def created(number: int) -> bytes:
    stored = StoredObject(
        version=number,
        object_uid=f"{number}",
        account_uid="01A",
        account_id="noaa",
        repository_uid="01R",
        repository_id="mask",
        key=f"{number}.csv",
        size=1,
        etag="e",
        last_modified=now(),
    )
    data = ObjectCreated(account_id="noaa", repository_id="mask", object=stored)
    return envelop(data, aggregate=f"{number}", version=number).model_dump_json().encode()


async def publish(storage: Bus, number: int) -> None:
    subject = "coop.v1.storage.noaa.mask.object_created"
    await storage.jetstream.publish(subject, created(number))


class Taking:
    """An indexer that only counts, and may hold on to what it takes."""

    def __init__(self, server: NatsServer) -> None:
        self.bus = server.bus("indexer")
        self.bus.consume("COOP_DATA", "indexer-data", {ObjectCreated: self.take})
        self.free = asyncio.Event()
        self.free.set()
        self.taken: list[int] = []
        self.most = self.busy = 0

    async def take(self, event: Event[ObjectCreated]) -> None:
        self.busy += 1
        self.most = max(self.most, self.busy)
        await self.free.wait()
        self.busy -= 1
        self.taken.append(event.version)


async def test_an_event_that_comes_alone_does_not_wait_for_others(tmp_path: Path) -> None:
    async with running(tmp_path) as server, connected(server.bus("storage")) as storage:
        taking = Taking(server)
        async with connected(taking.bus):
            for number in range(1, 4):
                await publish(storage, number)
                await eventually(
                    lambda number=number: len(taking.taken) == number, seconds=AT_ONCE_SECONDS
                )


async def test_what_is_more_than_there_is_room_for_waits(tmp_path: Path) -> None:
    count = 3 * IN_WORK
    async with running(tmp_path) as server, connected(server.bus("storage")) as storage:
        taking = Taking(server)
        taking.free.clear()
        async with connected(taking.bus):
            await asyncio.gather(*(publish(storage, number) for number in range(1, count + 1)))
            await eventually(lambda: taking.busy == IN_WORK)
            # One more is in hand, until there is room for it.
            await eventually(lambda: has_let_out(server, IN_WORK + 1, count))
            await asyncio.sleep(2 * PULL_SECONDS)
            assert await has_let_out(server, IN_WORK + 1, count)
            assert taking.busy == IN_WORK
            taking.free.set()
            await eventually(lambda: len(taking.taken) == count)
    assert sorted(taking.taken) == list(range(1, count + 1))
    assert taking.most == IN_WORK


async def test_who_has_gone_keeps_nothing_from_the_others(tmp_path: Path) -> None:
    async with running(tmp_path) as server, connected(server.bus("storage")) as storage:
        first, second = Taking(server), Taking(server)
        async with connected(first.bus):
            await publish(storage, 1)
            await eventually(lambda: first.taken == [1])
        async with connected(second.bus):
            await publish(storage, 2)
            await eventually(lambda: second.taken == [2], seconds=AT_ONCE_SECONDS)


async def has_let_out(server: NatsServer, out: int, count: int) -> bool:
    """Whether so many of all are with a process, and none of the others is."""
    async with connected(server.bus("admin")) as admin:
        info = await admin.jetstream.consumer_info("COOP_DATA", "indexer-data")
    return (info.num_ack_pending, info.num_pending) == (out, count - out)
