"""Whatever is killed, whenever: nothing promised is lost, nothing is told twice or out of order."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest

from tests import embedded
from tests.chaos.storm import Storm
from tests.chaos.writers import Writer, s3_client, stopping
from tests.embedded import ROOT, Embedded

ACCOUNT, REPOSITORY = "noaa", "globe-land-mask"
WRITERS = 4
SETTLE_SECONDS = 60.0


@pytest.mark.parametrize(
    ("seed", "seconds", "least"),
    [
        pytest.param(1, 6.0, 3, id="short"),
        pytest.param(2, 60.0, 40, id="long", marks=pytest.mark.slow),
    ],
)
@pytest.mark.timeout(300)
async def test_kills_lose_nothing(tmp_path: Path, seed: int, seconds: float, least: int) -> None:
    with embedded.running(tmp_path / "home") as platform:
        ready = platform.ready
        client = s3_client(ready)
        writers = [
            Writer(client, ACCOUNT, f"{REPOSITORY}/chaos/w{n}", seed=seed * 100 + n)
            for n in range(WRITERS)
        ]
        storm = Storm(platform.process.pid, seed)
        with stopping(writers):
            async with asyncio.TaskGroup() as group:
                for writer in writers:
                    group.create_task(writer.write())
                await storm.rage(seconds)
                for writer in writers:
                    writer.stopped = True
        assert len(storm.kills) >= least, storm.kills
        await all_back(platform)
        await settled(ready)
        compare_bytes(client, writers)
        await compare_events(ready, writers)
        await compare_with_rebuild(platform)


async def all_back(platform: Embedded) -> None:
    """Wait until every process is ready again, without anybody's hand."""
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS
    async with httpx.AsyncClient(timeout=5) as client:
        while not await is_all_ready(client, platform.ready):
            assert asyncio.get_running_loop().time() < end, "a process did not come back"
            await asyncio.sleep(0.2)


async def is_all_ready(client: httpx.AsyncClient, ready: dict[str, Any]) -> bool:
    """Whether each process says that it is ready."""
    try:
        answers = [await client.get(f"{one['ops']}/readyz") for one in ready["processes"]]
    except httpx.TransportError:
        return False
    return all(answer.status_code == 200 for answer in answers)


async def settled(ready: dict[str, Any]) -> None:
    """Wait until no outbox and no consumer has anything left, without anybody's hand."""
    connection = await nats.connect(ready["nats"], **operator(ready))
    end = asyncio.get_running_loop().time() + SETTLE_SECONDS
    quiet, last = 0, -1
    while quiet < 15:
        assert asyncio.get_running_loop().time() < end, "it did not settle"
        await asyncio.sleep(0.2)
        info = await connection.jetstream().stream_info("COOP_DATA")
        # What a killed process was at is given to another only after ACK_WAIT_SECONDS.
        indexer = await connection.jetstream().consumer_info("COOP_DATA", "indexer-data")
        left = indexer.num_pending + indexer.num_ack_pending
        quiet = quiet + 1 if info.state.last_seq == last and not left else 0
        last = info.state.last_seq
    await connection.close()


def operator(ready: dict[str, Any]) -> dict[str, Any]:
    """The printed credentials, as nats-py takes them."""
    return {**ready["nats_credentials"], "max_reconnect_attempts": -1}


def compare_bytes(client: Any, writers: list[Writer]) -> None:
    """Each key holds what was promised last, or what was sent later and not answered."""
    promised = 0
    for writer in writers:
        for key, history in writer.histories.items():
            promised += len(history.acknowledged)
            if not history.acknowledged:
                continue
            body = client.get_object(Bucket=writer.bucket, Key=key)["Body"].read()
            assert hashlib.md5(body, usedforsecurity=False).hexdigest() in history.may_hold(), key
    assert promised > 0


async def compare_events(ready: dict[str, Any], writers: list[Writer]) -> None:
    """One event for each change, in the order of the changes of each object."""
    told = defaultdict(list)
    for event in await events_of(ready):
        if event["type"] == "coop.storage.object_created.v1":
            told[event["data"]["object"]["key"]].append(event)
    for writer in writers:
        for key, history in writer.histories.items():
            events = told[key.removeprefix(f"{REPOSITORY}/")]
            ids = [event["id"] for event in events]
            versions = [int(event["sequence"]) for event in events]
            etags = [event["data"]["object"]["etag"] for event in events]
            assert len(ids) == len(set(ids)), key
            assert versions == sorted(versions), key
            assert is_subsequence(history.acknowledged, etags), key
            assert is_subsequence(etags, [md5 for md5, _ in history.attempts]), key


def is_subsequence(part: list[str], whole: list[str]) -> bool:
    """Whether all of `part` stands in `whole` in the same order."""
    rest = iter(whole)
    return all(one in rest for one in part)


async def events_of(ready: dict[str, Any]) -> list[dict[str, Any]]:
    """Everything on the data stream, read with the operator's credentials."""
    connection = await nats.connect(ready["nats"], **operator(ready))
    jetstream = connection.jetstream()
    subscription = await jetstream.pull_subscribe("coop.v1.storage.>", durable="chaos")
    events: list[dict[str, Any]] = []
    pending = 1
    while pending:
        for message in await subscription.fetch(500, timeout=5):
            events.append(json.loads(message.data))
            pending = message.metadata.num_pending
            await message.ack()
    await connection.close()
    return events


async def compare_with_rebuild(platform: Embedded) -> None:
    """Items and directories are what a rebuild from the other services' facts makes of them."""
    before = await derived(platform.ready)
    await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.indexer", "rebuild"],
        cwd=ROOT,
        env={**os.environ, **addresses_of(platform)},  # noqa: TID251 -- a child's
        check=True,
        timeout=120,
    )
    assert await derived(platform.ready) == before


def addresses_of(platform: Embedded) -> dict[str, str]:
    """The settings by which a command finds the running platform."""
    ready = platform.ready
    return {
        "COOP_HOME": str(platform.home),
        "COOP_NATS__URL": ready["nats"],
        "COOP_STORAGE__URL": ready["s3"],
    }


async def derived(ready: dict[str, Any]) -> dict[str, Any]:
    """The whole tree of directories and all items of the repository, as the web tells them."""
    found: dict[str, Any] = {}
    async with httpx.AsyncClient(base_url=ready["web"], timeout=30) as client:
        pending = [""]
        while pending:
            prefix = pending.pop()
            page = await listing(client, prefix)
            found[f"directory {prefix}"] = page
            pending += [entry["key"] for entry in page if entry["is_directory"]]
        url: str | None = f"/stac/collections/{ACCOUNT}--{REPOSITORY}/items?limit=100"
        while url:
            body = (await client.get(url)).raise_for_status().json()
            found |= {f"item {item['id']}": item for item in body["features"]}
            url = next((link["href"] for link in body["links"] if link["rel"] == "next"), None)
    return found


async def listing(client: httpx.AsyncClient, prefix: str) -> list[dict[str, Any]]:
    """All entries of one directory."""
    entries: list[dict[str, Any]] = []
    cursor = ""
    while True:
        answer = await client.get(
            f"/api/v1/repositories/{ACCOUNT}/{REPOSITORY}/directory",
            params={"prefix": prefix, "limit": 500, **({"cursor": cursor} if cursor else {})},
        )
        body = answer.raise_for_status().json()
        entries += body["entries"]
        cursor = body.get("cursor") or ""
        if not cursor:
            return entries
