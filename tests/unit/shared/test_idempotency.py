"""Whose key it is, for what, and for how long; every creation of every service keeps to it."""

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from services.accounts.handlers import REQUESTS as OF_ACCOUNTS
from services.repositories.handlers import REQUESTS as OF_REPOSITORIES
from shared.contracts.base import Actor, Creation, Request, Scope, Snapshot
from shared.contracts.repositories import CreateRepository, CreateShareLink
from shared.errors import (
    Conflict,
    Forbidden,
    KeyReused,
    NotFound,
    Problem,
    Unauthenticated,
    Unavailable,
)
from shared.idempotency import IdempotencyRecords, fingerprint
from shared.outbox import OUTBOX_INDEX, Outbox
from shared.sealing import answers_key
from shared.settings import Settings
from shared.tables import Put, Schema, open_table

ADA = Actor(kind="account", account_uid="01ADA")


class Made(Snapshot):
    """What is made."""

    name: str


class MakeThing(Request[Made], Creation):
    """Asks for a thing."""

    owner = "things"
    name: str
    color: str = "blue"


class MakeOther(MakeThing):
    """Asks for another kind of thing."""


@pytest.fixture
async def outbox(tmp_path: Path) -> AsyncIterator[Outbox]:
    schema = Schema(name="things", indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service="things", settings=Settings(home=tmp_path))
    yield Outbox(table)
    await table.close()


@pytest.fixture
def records(outbox: Outbox) -> IdempotencyRecords:
    return IdempotencyRecords(outbox, Outbox.commit, answers_key(bytes(32)), timedelta(hours=1))


class Maker:
    """Makes things, and numbers its tries."""

    def __init__(self) -> None:
        self.tried = 0

    def thing(self, wanted: MakeThing) -> Any:
        async def work(outbox: Outbox) -> Made:
            self.tried += 1
            version = self.tried
            await outbox.commit(Put({"pk": "THING", "sk": str(version)}))
            return Made(name=wanted.name, version=version)

        return work

    async def asked(self, records: IdempotencyRecords, wanted: MakeThing, key: str) -> Made:
        return await records.once(wanted, key, self.thing(wanted))


async def made(records: IdempotencyRecords) -> int:
    """How many things there are."""
    return len((await records.outbox.table.query("THING")).items)


@pytest.fixture
def maker() -> Maker:
    return Maker()


class MakeSecret(MakeThing):
    """A thing with a secret."""

    secret_fields = frozenset({"secret"})

    secret: str = ""


def test_nothing_of_a_secret_is_in_what_is_kept_of_a_request() -> None:
    without = MakeSecret(actor=ADA, name="a")
    assert fingerprint(without) == fingerprint(without.model_copy(update={"secret": "s"}))
    assert fingerprint(without) != fingerprint(without.model_copy(update={"name": "b"}))


async def test_without_a_key_each_is_another(records: IdempotencyRecords, maker: Maker) -> None:
    wanted = MakeThing(actor=ADA, name="a")
    assert [(await maker.asked(records, wanted, "")).version for _ in range(2)] == [1, 2]


async def test_what_is_made_is_kept_before_it_is_told(
    records: IdempotencyRecords, maker: Maker
) -> None:
    await maker.asked(records, MakeThing(actor=ADA, name="a"), "k")
    assert await records.outbox.table.get("THING", "1") is not None
    assert records.outbox.rung.is_set(), "the relay is told at once"


@pytest.mark.parametrize("changes", [{"name": "b"}, {"color": "red"}])
async def test_a_key_stands_for_one_request(
    records: IdempotencyRecords, maker: Maker, changes: dict[str, str]
) -> None:
    wanted = MakeThing(actor=ADA, name="a")
    await maker.asked(records, wanted, "k")
    with pytest.raises(KeyReused):
        await maker.asked(records, wanted.model_copy(update=changes), "k")
    assert await made(records) == 1


@pytest.mark.parametrize(
    "other",
    [
        MakeThing(actor=Actor(kind="account", account_uid="01EVE"), name="a"),
        MakeThing(actor=ADA.model_copy(update={"access_key_id": "COOPLIMITED"}), name="a"),
        MakeOther(actor=ADA, name="a"),
    ],
)
async def test_a_key_is_its_callers_own_for_one_operation(
    records: IdempotencyRecords, maker: Maker, other: MakeThing
) -> None:
    await maker.asked(records, MakeThing(actor=ADA, name="a"), "k")
    assert (await maker.asked(records, other, "k")).version == 2


async def test_limits_of_a_key_that_changed_make_no_other_caller(
    records: IdempotencyRecords, maker: Maker
) -> None:
    scope = Scope(actions=frozenset())
    await maker.asked(records, MakeThing(actor=ADA, name="a"), "k")
    limited = MakeThing(actor=ADA.model_copy(update={"scope": scope}), name="a")
    assert (await maker.asked(records, limited, "k")).version == 1


async def test_a_field_that_is_new_in_a_release_changes_no_request() -> None:
    class Newer(MakeThing):
        size: int = 0

    wanted = {"actor": ADA, "name": "a"}
    assert fingerprint(Newer.model_validate(wanted)) == fingerprint(
        MakeThing.model_validate(wanted)
    )


async def test_a_refusal_is_not_kept(records: IdempotencyRecords, maker: Maker) -> None:
    wanted = MakeThing(actor=ADA, name="a")

    async def refuse(_: Outbox) -> Made:
        raise Forbidden

    with pytest.raises(Forbidden):
        await records.once(wanted, "k", refuse)
    assert (await maker.asked(records, wanted, "k")).version == 1


async def test_refused_for_what_another_sending_made_it_is_told_of_that(
    records: IdempotencyRecords, maker: Maker
) -> None:
    wanted = MakeThing(actor=ADA, name="a")

    async def overtaken(_: Outbox) -> Made:
        await maker.asked(records, wanted, "k")
        raise Conflict

    assert (await records.once(wanted, "k", overtaken)).version == 1


@pytest.mark.parametrize("refusal", [Forbidden, NotFound, Unauthenticated, Unavailable])
async def test_who_would_be_refused_now_is_told_nothing_again(
    records: IdempotencyRecords, maker: Maker, refusal: type[Problem]
) -> None:
    wanted = MakeThing(actor=ADA, name="a")
    await maker.asked(records, wanted, "k")

    async def refuse(_: Outbox) -> Made:
        raise refusal

    with pytest.raises(refusal):
        await records.once(wanted, "k", refuse)


async def test_what_has_ended_is_told_no_more(records: IdempotencyRecords, maker: Maker) -> None:
    wanted, over = MakeThing(actor=ADA, name="a"), set[str]()

    async def ended(outbox: Outbox, made: Made) -> bool:
        assert outbox is records.outbox
        return made.name in over

    work = maker.thing(wanted)
    first = await records.once(wanted, "k", work, ended)
    assert await records.once(wanted, "k", work, ended) == first
    over.add("a")
    with pytest.raises(Conflict, match="has ended since"):
        await records.once(wanted, "k", work, ended)


async def test_overtaken_by_another_sending_it_makes_nothing(
    records: IdempotencyRecords, maker: Maker
) -> None:
    wanted = MakeThing(actor=ADA, name="a")

    async def overtaken(outbox: Outbox) -> Made:
        await maker.asked(records, wanted, "k")
        await outbox.commit(Put({"pk": "THING", "sk": "second"}))
        return Made(name="second")

    assert (await records.once(wanted, "k", overtaken)).version == 1
    assert await records.outbox.table.get("THING", "second") is None


async def test_an_answer_that_opens_no_more_is_not_made_again(
    records: IdempotencyRecords, maker: Maker
) -> None:
    wanted = MakeThing(actor=ADA, name="a")
    await maker.asked(records, wanted, "k")
    rotated = IdempotencyRecords(
        records.outbox, Outbox.commit, answers_key(b"1" * 32), timedelta(hours=1)
    )
    with pytest.raises(Conflict):
        await maker.asked(rotated, wanted, "k")
    assert await made(records) == 1


class Reached(Exception):
    """The records were asked before anything else."""


class Stopping:
    """Records that answer nothing."""

    async def once(self, _: Request[Any], key: str, *__: object) -> BaseModel:
        raise Reached(key)


CREATIONS = [
    pytest.param(wanted, handler, id=wanted.__name__)
    for requests in (OF_ACCOUNTS, OF_REPOSITORIES)
    for wanted, handler in dict[type[Request[Any]], Any](requests).items()
    if issubclass(wanted, Creation)
]


@pytest.mark.parametrize(("wanted", "handler"), CREATIONS)
async def test_every_creation_is_done_once(wanted: Any, handler: Any) -> None:
    asked = wanted.model_construct(idempotency_key="k")
    with pytest.raises(Reached, match="k"):
        await handler(SimpleNamespace(idempotency=Stopping()), asked)


def test_repositories_and_share_links_are_creations() -> None:
    owners: Mapping[type[Request[Any]], Any] = OF_REPOSITORIES
    assert {CreateRepository, CreateShareLink} <= {
        one for one in owners if issubclass(one, Creation)
    }
