"""Accounts over a real bus: what is asked is answered, what changes is on the streams, once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from nats.js.errors import NotFoundError

from shared.bus import Bus
from shared.contracts.accounts import (
    CreateAccessKey,
    CreateAccount,
    GetAccount,
    GetSealedAccessKey,
    GrantRole,
    ListAccessKeys,
    RevokeAccessKey,
    Role,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.sealing import sealing_key, unseal
from shared.topology import CONTROL, PRIVATE
from tests.control_plane import HEARTBEAT_SECONDS, WEB, accounts, actor_of, organization, person
from tests.nats_server import NatsServer, connected, running
from tests.waiting import eventually


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with running(tmp_path) as server:
        yield server


async def messages(server: NatsServer, stream: str) -> list[dict[str, Any]]:
    """All events of a stream as anyone with every right reads them, in order."""
    async with connected(server.bus("admin")) as admin:
        state = (await admin.jetstream.stream_info(stream)).state
        numbers = range(max(state.first_seq, 1), state.last_seq + 1)
        found = [await message(admin, stream, number) for number in numbers]
    return [one for one in found if one is not None]


async def message(admin: Bus, stream: str, number: int) -> dict[str, Any] | None:
    """One event, or None where a later one of its subject took its place."""
    try:
        raw = await admin.jetstream.get_msg(stream, number)
    except NotFoundError:
        return None
    return {**orjson.loads(raw.data or b"{}"), "nats_subject": raw.subject}


async def types_on(server: NatsServer, stream: str) -> list[str]:
    return [one["type"].split(".")[2] for one in await messages(server, stream)]


async def test_what_is_made_is_answered_and_announced_once(server: NatsServer) -> None:
    async with accounts(server), connected(server.bus("web")) as web:
        ada = await person(web, "ada")
        assert await web.request(GetAccount(account_id="ada")) == ada
        org = await organization(web, "noaa", ada)
        eve = await person(web, "eve")
        await web.request(
            GrantRole(
                actor=actor_of(ada),
                organization_uid=org.account_uid,
                member_uid=eve.account_uid,
                role=Role.WRITER,
            )
        )
        expected = {"account_created": 3, "account_updated": 2, "membership_granted": 2}

        async def all_told() -> bool:
            types = await types_on(server, CONTROL.name)
            return {one: types.count(one) for one in set(types)} == expected

        await eventually(all_told)
        latest: dict[str, int] = {}
        for event in await messages(server, CONTROL.name):
            aggregate = event["id"].partition(":")[0]
            assert int(event["sequence"]) > latest.get(aggregate, 0)
            latest[aggregate] = int(event["sequence"])


async def test_problems_keep_their_kind_over_the_bus(server: NatsServer) -> None:
    async with accounts(server), connected(server.bus("web")) as web:
        ada = await person(web, "ada")
        with pytest.raises(Conflict, match="taken"):
            await organization(web, "ada", ada)
        with pytest.raises(NotFound):
            await web.request(GetAccount(account_id="eve"))
        with pytest.raises(Forbidden):
            await web.request(GetSealedAccessKey(actor=actor_of(ada), access_key_id="any"))
        reserved = CreateAccount.model_construct(
            actor=WEB, account_id="admin", kind="individual", name="A", identity_id="i"
        )
        with pytest.raises(Invalid) as refused:
            await web.request(reserved)
        assert [error["field"] for error in refused.value.errors] == ["account_id"]


async def test_a_revoked_keys_material_leaves_the_private_stream(server: NatsServer) -> None:
    async with accounts(server), connected(server.bus("web")) as web:
        ada = await person(web, "ada")
        made = await web.request(
            CreateAccessKey(actor=actor_of(ada), account_uid=ada.account_uid, name="laptop")
        )
        secret = made.secret_access_key.get_secret_value()

        async def sealed() -> dict[str, Any]:
            found = await messages(server, PRIVATE.name)
            return found[-1]["data"]["access_key"] if found else {}

        async def is_told() -> bool:
            return bool(await sealed())

        await eventually(is_told)
        material = (await sealed())["sealed_secret"]
        key = sealing_key(server.key)
        assert unseal(key, material, name=made.access_key_id) == secret

        await web.request(RevokeAccessKey(actor=actor_of(ada), access_key_id=made.access_key_id))

        async def is_revoked() -> bool:
            return bool((await sealed()).get("revoked"))

        await eventually(is_revoked)
        (left,) = await messages(server, PRIVATE.name)
        assert left["data"]["access_key"]["sealed_secret"] == ""
        public = orjson.dumps(await messages(server, CONTROL.name)).decode()
        assert material not in public
        assert secret not in public
        page = await web.request(ListAccessKeys(actor=actor_of(ada), account_uid=ada.account_uid))
        assert [one.revoked for one in page.access_keys] == [True]


async def test_others_hear_that_it_lives(server: NatsServer) -> None:
    beats = asyncio.Semaphore(0)
    storage = server.bus("storage")

    async def beat() -> None:
        beats.release()

    storage.listen("coop.live.accounts", beat)
    async with connected(storage):
        async with accounts(server):
            for _ in range(3):
                await asyncio.wait_for(beats.acquire(), 5)
        await asyncio.sleep(2 * HEARTBEAT_SECONDS)
        while not beats.locked():
            await beats.acquire()
        await asyncio.sleep(3 * HEARTBEAT_SECONDS)
        assert beats.locked(), "a stopped process gives no sign of life"


async def test_it_goes_on_when_the_bus_comes_back(server: NatsServer) -> None:
    async with accounts(server), connected(server.bus("web")) as web:
        ada = await person(web, "ada")
        server.kill()
        await asyncio.wait_for(web.lost.wait(), 10)
        server.start()
        await eventually(lambda: not web.lost.is_set())
        org = await organization(web, "noaa", ada)
        assert (await web.request(GetAccount(account_id="noaa"))) == org

        async def all_told() -> bool:
            return len(await types_on(server, CONTROL.name)) == 4

        await eventually(all_told)


async def test_two_processes_share_the_work_and_let_one_win(server: NatsServer) -> None:
    async with accounts(server), accounts(server), connected(server.bus("web")) as web:
        wanted = [
            CreateAccount(
                actor=WEB,
                account_id="ada",
                kind="individual",
                name="Ada",
                identity_id=f"identity-{number}",
            )
            for number in range(12)
        ]
        outcomes = await asyncio.gather(
            *(web.request(one, timeout=10) for one in wanted), return_exceptions=True
        )
        assert sum(isinstance(one, Conflict) for one in outcomes) == 11

        async def all_told() -> bool:
            return await types_on(server, CONTROL.name) == ["account_created"]

        await eventually(all_told)
