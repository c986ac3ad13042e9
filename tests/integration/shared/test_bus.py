"""Requests, replies and problems over a real NATS server with our users."""

import asyncio
from functools import partial
from pathlib import Path

import pytest
import structlog
from nats.errors import Error as NatsError
from structlog.testing import capture_logs

from shared.bus import Bus, events
from shared.contracts.accounts import Account, GetAccount, ListAccounts
from shared.contracts.base import now
from shared.contracts.repositories import CreateRepository
from shared.errors import Internal, Invalid, NotFound, Unavailable
from shared.log import correlated, correlation_id
from tests.nats_server import NatsServer, connected, declared, listening, running
from tests.waiting import eventually

PICKY = "coop.live.web.picky"


async def account_of(wanted: GetAccount) -> Account:
    if wanted.account_id == "nobody":
        raise NotFound("There is no account nobody.")
    if wanted.account_id == "broken":
        raise RuntimeError("a secret reason")
    return Account(
        account_uid="01A",
        account_id=wanted.account_id,
        kind="individual",
        name=correlation_id(),
        created_at=now(),
    )


async def test_a_reply_is_typed_and_carries_the_correlation_id(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts), connected(server.bus("web")) as web:
            with correlated("from-the-click"):
                account = await web.request(GetAccount(account_id="ada"))
    assert account.account_id == "ada"
    assert account.name == "from-the-click"


async def test_problems_cross_the_bus_and_reasons_of_faults_do_not(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts), connected(server.bus("web")) as web:
            with pytest.raises(NotFound, match="There is no account nobody"):
                await web.request(GetAccount(account_id="nobody"))
            with pytest.raises(Internal) as fault:
                await web.request(GetAccount(account_id="broken"))
            assert "secret reason" not in str(fault.value)


async def test_a_body_that_is_not_valid_is_answered_by_its_fields(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        repositories = server.bus("repositories")

        async def never(_: CreateRepository) -> Account:
            raise AssertionError

        repositories.answer(CreateRepository, never)
        async with connected(repositories), connected(server.bus("web")) as web:
            wanted = CreateRepository.model_construct(
                account_id="ada", repository_id="Not/A Slug\n", title=""
            )
            with pytest.raises(Invalid) as refused:
                await web.request(wanted)
    assert {error["field"] for error in refused.value.errors} == {"repository_id", "title"}


async def test_what_an_operation_finds_not_valid_is_no_fault_of_who_asks(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")

        async def broken(_: GetAccount) -> Account:
            return Account.model_validate_json('{"name": "no other field"}')

        accounts.answer(GetAccount, broken)
        async with connected(accounts), connected(server.bus("web")) as web:
            with pytest.raises(Internal) as fault:
                await web.request(GetAccount(account_id="ada"))
    assert "account_uid" not in str(fault.value)


async def test_nobody_there_is_unavailable_and_a_late_owner_is_waited_for(tmp_path: Path) -> None:
    async with running(tmp_path) as server, connected(server.bus("web")) as web:
        with pytest.raises(Unavailable, match="accounts does not answer"):
            await web.request(GetAccount(account_id="ada"), timeout=0.2)
        waiting = asyncio.create_task(web.request(GetAccount(account_id="ada"), timeout=5))
        await asyncio.sleep(0.2)
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts):
            assert (await waiting).account_id == "ada"


async def test_requests_are_worked_on_side_by_side(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        together = asyncio.Barrier(8)

        async def meet(wanted: GetAccount) -> Account:
            await together.wait()
            return await account_of(wanted)

        accounts.answer(GetAccount, meet)
        async with connected(accounts), connected(server.bus("web")) as web:
            asked = (web.request(GetAccount(account_id=f"n{n}")) for n in range(8))
            replies = await asyncio.gather(*asked)
    assert [reply.account_id for reply in replies] == [f"n{n}" for n in range(8)]


async def test_a_request_past_its_deadline_is_not_done(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        seen: list[str] = []

        async def slow(wanted: GetAccount) -> Account:
            seen.append(wanted.account_id)
            return await account_of(wanted)

        accounts.answer(GetAccount, slow)
        async with connected(accounts), connected(server.bus("web")) as web:
            await web.client.request(
                GetAccount.nats_subject(),
                GetAccount(account_id="on-time").model_dump_json().encode(),
                headers={"coop-deadline": "99999999999"},
            )
            with pytest.raises(TimeoutError):
                await web.client.request(
                    GetAccount.nats_subject(),
                    GetAccount(account_id="late").model_dump_json().encode(),
                    headers={"coop-deadline": "1.0"},
                    timeout=0.3,
                )
    assert seen == ["on-time"]


async def test_a_reply_outside_an_inbox_is_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts), connected(server.bus("web")) as web:
            await web.client.publish(
                GetAccount.nats_subject(),
                GetAccount(account_id="ada").model_dump_json().encode(),
                reply="coop.v1.accounts.ada.-.account_created",
            )
            await web.request(GetAccount(account_id="ada"))
            info = await accounts_stream(server.bus("admin"))
    assert info == 0


async def accounts_stream(admin: Bus) -> int:
    async with connected(admin):
        info = await admin.jetstream.stream_info("COOP_CONTROL")
    return info.state.messages


async def test_a_service_may_not_ask_whom_it_has_no_business_with(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        accounts.answer(ListAccounts, account_of)
        async with connected(accounts), connected(server.bus("accounts")) as stranger:
            with pytest.raises(Unavailable):
                await stranger.request(ListAccounts(), timeout=0.3)


async def test_the_bus_comes_back_after_the_server_was_killed(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts), connected(server.bus("web")) as web:
            server.kill()
            await asyncio.wait_for(web.lost.wait(), 10)
            with pytest.raises(Unavailable):
                await web.request(GetAccount(account_id="ada"), timeout=0.2)
            server.start()

            async def answered() -> bool:
                try:
                    await web.request(GetAccount(account_id="ada"), timeout=0.5)
                except (Unavailable, NatsError):
                    return False
                return True

            await eventually(answered)


async def test_a_service_starts_before_its_bus(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        server.kill()
        web = server.bus("web")
        web.start()
        with pytest.raises(Unavailable):
            await web.check()
        server.start()
        await asyncio.wait_for(web.started.wait(), 10)
        await web.check()
        await web.stop()


async def test_a_start_before_the_streams_are_there_is_tried_again_and_is_no_loss(
    tmp_path: Path,
) -> None:
    server = NatsServer(tmp_path)
    server.start()
    await listening(server)
    indexer = server.bus("indexer")
    indexer.consume("COOP_DATA", "indexer-data", {})
    indexer.start()
    # Its connection was closed, as the consumer is not there.
    await asyncio.wait_for(indexer.lost.wait(), 20)
    await declared(server)
    await asyncio.wait_for(indexer.started.wait(), 20)
    assert not indexer.lost.is_set()
    await indexer.check()
    await indexer.stop()
    server.kill()


async def test_whoever_is_connected_hears_from_then_on(tmp_path: Path) -> None:
    async with running(tmp_path) as server, connected(server.bus("web")) as speaker:
        for number in range(20):
            heard: list[bytes] = []
            listener = server.bus("web")
            listener.overhear("coop.live.web.guessed", partial(keep_in, heard))
            async with connected(listener):
                await speaker.tell("coop.live.web.guessed", b"%d" % number)
                await eventually(lambda heard=heard: heard, seconds=1)
            assert heard == [b"%d" % number]


async def test_what_fails_to_be_heard_is_told_and_the_next_is_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "log", structlog.get_logger())
    heard: list[bytes] = []

    async def picky(body: bytes) -> None:
        if body == b"bad":
            raise RuntimeError("a slip")
        heard.append(body)

    async with running(tmp_path) as server:
        web = server.bus("web")
        web.overhear(PICKY, picky)
        async with connected(web):
            await web.started.wait()
            with capture_logs() as told:
                for body in (b"bad", b"good"):
                    await web.tell(PICKY, body)
                await eventually(lambda: heard == [b"good"])
    assert [one["subject"] for one in told if one["log_level"] == "error"] == [PICKY]


async def keep_in(heard: list[bytes], body: bytes) -> None:
    heard.append(body)
