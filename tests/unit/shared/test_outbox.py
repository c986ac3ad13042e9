"""Versions only grow, and events wait beside the state they tell of."""

import time
from pathlib import Path

import pytest

from shared.contracts.accounts import Account, AccountCreated
from shared.contracts.base import now
from shared.errors import TooLarge
from shared.outbox import (
    MAX_EVENT_BYTES,
    OUTBOX_INDEX,
    Outbox,
    announce,
    announce_again,
    history_key,
    newer,
    next_version,
)
from shared.settings import Settings
from shared.tables import ConditionFailed, Put, Schema, open_table


def event(version: int, name: str = "Ada") -> Put:
    account = Account(
        account_uid="01A", account_id="ada", kind="individual", name=name, created_at=now()
    )
    created = AccountCreated(account_id="ada", account=account)
    return announce(created, aggregate="01A", version=version)


def test_versions_only_grow() -> None:
    first = next_version()
    assert next_version(first) > first
    ahead = first + 10**12
    assert next_version(ahead) == ahead + 1


@pytest.mark.parametrize("letter", ["k", "岩"])
def test_an_event_that_a_stream_would_refuse_is_refused_before_the_commit(letter: str) -> None:
    letters = MAX_EVENT_BYTES // len(letter.encode())
    event(1, letter * (letters - 1000))
    with pytest.raises(TooLarge):
        event(1, letter * letters)


async def test_a_refused_state_leaves_no_event(tmp_path: Path) -> None:
    schema = Schema(name="accounts", indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service="accounts", settings=Settings(home=tmp_path))
    outbox = Outbox(table)
    state = {"pk": "A", "sk": "a", "version": 5}
    await outbox.commit(Put(state, when=newer(5)), event(5))
    assert outbox.rung.is_set(), "the relay is told at once"
    outbox.rung.clear()
    with pytest.raises(ConditionFailed):
        await outbox.commit(Put(state, when=newer(5)), event(6))
    assert not outbox.rung.is_set()
    waiting = (await outbox.pending(limit=10)).items
    assert [row["id"] for row in waiting] == ["01A:5"]
    await outbox.sent(waiting)
    assert (await outbox.pending(limit=10)).items == []
    assert await outbox.latest_version("01A") == 5
    await table.close()


async def test_a_history_is_forgotten_and_what_waits_is_not(tmp_path: Path) -> None:
    schema = Schema(name="accounts", indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service="accounts", settings=Settings(home=tmp_path))
    outbox = Outbox(table)
    for version in range(1, 200):
        await outbox.commit(event(version))
    await outbox.sent((await outbox.pending(limit=150)).items)
    (oldest, *_) = (await table.query(history_key("01A"))).items
    assert 39 < (oldest["expires_at"] - time.time()) / 86400 < 41
    assert not await outbox.forget("01A")
    assert len((await outbox.pending(limit=1000)).items) == 49
    await outbox.sent((await outbox.pending(limit=1000)).items)
    assert await outbox.forget("01A")
    assert (await table.query(history_key("01A"))).items == []
    await table.close()


async def test_what_waits_does_not_keep_what_came_after_it(tmp_path: Path) -> None:
    schema = Schema(name="accounts", indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service="accounts", settings=Settings(home=tmp_path))
    outbox = Outbox(table)
    for version in range(1, 201):
        await outbox.commit(event(version))
    await outbox.sent((await outbox.pending(limit=1000)).items[1:])
    assert not await outbox.forget("01A")
    assert [row["id"] for row in (await table.query(history_key("01A"))).items] == ["01A:1"]
    await table.close()


async def test_in_a_copy_later_events_wait_again(tmp_path: Path) -> None:
    schema = Schema(name="accounts", indexes=(OUTBOX_INDEX,))
    table = await open_table(schema, service="accounts", settings=Settings(home=tmp_path))
    outbox = Outbox(table)
    await outbox.commit(*(event(version) for version in (9, 10, 11)))
    was = (await outbox.pending(limit=10)).items
    await outbox.sent(was)
    await outbox.commit(event(12))
    waits = (await outbox.pending(limit=10)).items
    await table.close()

    announce_again(tmp_path / "accounts" / "accounts.db", 10)

    table = await open_table(schema, service="accounts", settings=Settings(home=tmp_path))
    assert (await Outbox(table).pending(limit=10)).items == [*was[1:], *waits]
    await table.close()
