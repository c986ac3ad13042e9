"""A service knows what it needs of others, asks once for what it does not, and hears changes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from shared.bus import Bus
from shared.contracts.accounts import (
    AccessKeySealed,
    Account,
    AccountUpdated,
    GetAccount,
    GetSealedAccessKey,
    Role,
    SealedAccessKey,
)
from shared.contracts.base import Actor, now
from shared.contracts.repositories import GetRepository, Repository, State
from shared.errors import NotFound, Unavailable
from shared.following import control_handlers, follow, private_handlers
from shared.outbox import OUTBOX_INDEX, Outbox, announce
from shared.policy import ANONYMOUS_PRINCIPAL, account_principal, service_principal
from shared.projection import Projection
from shared.relay import Relay
from shared.settings import Settings
from shared.tables import Schema, Table, open_table
from tests.nats_server import NatsServer, connected, running
from tests.waiting import eventually

ADA = Account(
    version=1, account_uid="01A", account_id="ada", kind="individual", name="Ada", created_at=now()
)


def repository(name: str, state: State) -> Repository:
    """A repository of `noaa`."""
    return Repository(
        version=1,
        repository_uid=f"01{name.upper()}",
        repository_id=name,
        account_uid="01O",
        account_id="noaa",
        title="t",
        state=state,
        created_at=now(),
        updated_at=now(),
    )


@asynccontextmanager
async def table_of(home: Path, service: str) -> AsyncIterator[Table]:
    schema = Schema(name=service, indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service=service, settings=Settings(home=home))
    try:
        yield table
    finally:
        await table.close()


@asynccontextmanager
async def projecting(server: NatsServer, home: Path) -> AsyncIterator[Projection]:
    async with table_of(home, "storage") as table:
        bus = server.bus("storage")
        projection = Projection(table, bus)
        follow(projection)
        bus.consume("COOP_CONTROL", "storage-control", control_handlers(projection))
        bus.consume("COOP_PRIVATE", "storage-private", private_handlers(projection))
        async with connected(bus):
            yield projection


@asynccontextmanager
async def announcing(server: NatsServer, home: Path) -> AsyncIterator[Outbox]:
    async with table_of(home, "accounts") as table:
        bus = server.bus("accounts")
        outbox = Outbox(table)
        relay = Relay(outbox, bus)
        relay.start()
        async with connected(bus):
            try:
                yield outbox
            finally:
                await relay.stop()


async def update(outbox: Outbox, account: Account) -> None:
    event = AccountUpdated(account_id=account.account_id, account=account)
    await outbox.commit(announce(event, aggregate=account.account_uid, version=account.version))


async def test_a_role_that_was_taken_is_gone_within_a_second(tmp_path: Path) -> None:
    actor = Actor(kind="account", account_uid="01A")
    async with (
        running(tmp_path) as server,
        projecting(server, tmp_path) as projection,
        announcing(server, tmp_path) as outbox,
    ):
        await update(outbox, ADA.model_copy(update={"version": 2, "roles": {"01O": Role.WRITER}}))
        # Until the event has come the account is unknown, and nobody is there to be asked.
        await eventually(lambda: projection.table.get("ACCOUNT", "01A"))

        async def has_the_role() -> bool:
            return (await projection.principal(actor)).roles == {"01O": Role.WRITER}

        await eventually(has_the_role)
        await update(outbox, ADA.model_copy(update={"version": 3}))

        async def has_it_no_more() -> bool:
            return not await has_the_role()

        await eventually(has_it_no_more, seconds=1.0)


async def test_an_older_snapshot_changes_nothing(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as server,
        projecting(server, tmp_path) as projection,
        announcing(server, tmp_path) as outbox,
    ):
        await update(outbox, ADA.model_copy(update={"version": 9, "name": "new"}))

        async def known() -> Account | None:
            item = await projection.table.get("ACCOUNT", "01A")
            return Account.model_validate_json(item["body"]) if item else None

        await eventually(known)
        await update(outbox, ADA.model_copy(update={"version": 4, "name": "old"}))
        async with connected(server.bus("admin")) as admin:

            async def both_taken() -> bool:
                info = await admin.jetstream.consumer_info("COOP_CONTROL", "storage-control")
                return info.ack_floor is not None and info.ack_floor.consumer_seq == 2

            await eventually(both_taken)
        account = await known()
    assert account is not None
    assert account.name == "new"


async def test_what_is_not_known_is_asked_once_and_a_no_is_remembered(tmp_path: Path) -> None:
    asked: list[str] = []

    async def account_of(wanted: GetAccount) -> Account:
        asked.append(wanted.account_uid)
        if wanted.account_uid != "01A":
            raise NotFound
        return ADA

    async with running(tmp_path) as server, projecting(server, tmp_path) as projection:
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts):
            for _ in range(3):
                assert await projection.account("01A") == ADA
                assert await projection.account("01X") is None
            assert asked == ["01A", "01X"]
            nobody = await projection.principal(Actor(kind="account", account_uid="01X"))
        assert nobody == ANONYMOUS_PRINCIPAL
        # Nobody answers any more: what is known stays known, what is not cannot be told.
        assert await projection.account("01A") == ADA
        with pytest.raises(Unavailable):
            await projection.account("01Y")


async def test_a_deleted_repository_is_not_there(tmp_path: Path) -> None:
    async def repository_of(wanted: GetRepository) -> Repository:
        state = State.DELETED if wanted.repository_id == "gone" else State.ACTIVE
        return repository(wanted.repository_id, state)

    async with running(tmp_path) as server, projecting(server, tmp_path) as projection:
        repositories = server.bus("repositories")
        repositories.answer(GetRepository, repository_of)
        async with connected(repositories):
            assert await projection.repository("noaa", "mask") is not None
            assert await projection.repository("noaa", "gone") is None


async def test_sealed_keys_come_by_the_private_stream_and_go_with_it(tmp_path: Path) -> None:
    key = SealedAccessKey(version=1, access_key_id="COOPA", account_uid="01A", sealed_secret="s")

    async def unknown(_: GetSealedAccessKey) -> SealedAccessKey:
        raise NotFound

    async with (
        running(tmp_path) as server,
        projecting(server, tmp_path) as projection,
        announcing(server, tmp_path) as outbox,
    ):
        accounts = server.bus("accounts")
        accounts.answer(GetSealedAccessKey, unknown)
        async with connected(accounts):

            async def announce_key(sealed: SealedAccessKey) -> None:
                event = AccessKeySealed(account_id="ada", repository_id="COOPA", access_key=sealed)
                row = announce(event, aggregate="COOPA", version=sealed.version)
                await outbox.commit(row)

            await announce_key(key)

            async def works() -> bool:
                return await projection.access_key("COOPA") is not None

            await eventually(works)
            gone = key.model_copy(update={"version": 2, "sealed_secret": "", "revoked": True})
            await announce_key(gone)

            async def works_no_more() -> bool:
                return not await works()

            await eventually(works_no_more)
        async with connected(server.bus("admin")) as admin:
            stream = await admin.jetstream.stream_info("COOP_PRIVATE")
    assert stream.state.messages == 1


async def test_a_process_that_takes_no_events_of_the_durable_hears_them_live(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path) as server,
        table_of(tmp_path, "repositories") as table,
        announcing(server, tmp_path) as outbox,
    ):
        projection = Projection(table, server.bus("repositories"))
        follow(projection, accounts_only=True)
        async with connected(projection.bus):
            await update(outbox, ADA)
            await eventually(lambda: table.get("ACCOUNT", "01A"))


async def test_before_a_refusal_accounts_is_asked_once_for_many(tmp_path: Path) -> None:
    asked: list[str] = []

    async def account_of(wanted: GetAccount) -> Account:
        asked.append(wanted.account_uid)
        return ADA.model_copy(update={"version": 2, "roles": {"01O": Role.WRITER}})

    before = account_principal(ADA)
    async with running(tmp_path) as server, projecting(server, tmp_path) as projection:
        await projection.keep(ADA)
        accounts = server.bus("accounts")
        accounts.answer(GetAccount, account_of)
        async with connected(accounts):
            fresh = [await projection.fresh_principal(before) for _ in range(2)]
            service = await projection.fresh_principal(service_principal("indexer"))
    assert [one.roles for one in fresh] == [{"01O": Role.WRITER}] * 2
    assert service == service_principal("indexer")
    assert asked == ["01A"]


async def test_a_refusal_stands_where_nobody_answers(tmp_path: Path) -> None:
    async with running(tmp_path) as server, projecting(server, tmp_path) as projection:
        await projection.keep(ADA)
        principal = account_principal(ADA)
        assert await projection.fresh_principal(principal) == principal


async def test_an_accounts_repositories_are_those_that_are_active(tmp_path: Path) -> None:
    async with table_of(tmp_path, "storage") as table:
        projection = Projection(table, Bus("nats://127.0.0.1:9", service="storage"))
        for name, state in (("mask", State.ACTIVE), ("gone", State.DELETED)):
            await projection.keep(repository(name, state))
        found = await projection.repositories_of("noaa")
    assert [one.repository_id for one in found] == ["mask"]


async def test_the_heartbeat_of_accounts_is_heard(tmp_path: Path) -> None:
    async with running(tmp_path) as server, projecting(server, tmp_path) as projection:
        projection.heard_at -= 1000
        assert projection.silence() > 999
        async with connected(server.bus("accounts")) as accounts:
            await accounts.tell("coop.live.accounts")
            await eventually(lambda: projection.silence() < 5)
