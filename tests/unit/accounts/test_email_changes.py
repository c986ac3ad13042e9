"""Changes of address: for services alone, tries counted, codes made of the change and our key."""

import asyncio
from datetime import timedelta

import pytest

from services.accounts.kratos import Kratos
from services.accounts.models import EmailChangeRecord
from services.accounts.operations import email_changes
from services.accounts.operations.email_changes import (
    TRIES,
    code_of,
    confirm_email_change,
    start_email_change,
)
from services.accounts.store.email_changes import find_change
from shared.contracts.accounts import ConfirmEmailChange, EmailChange, StartEmailChange
from shared.contracts.base import Actor, now
from shared.errors import Forbidden, Invalid, NotFound, Problem
from shared.outbox import Outbox
from tests.people import SERVICE, SERVICE_PRINCIPAL, person, principal_of

KEY = bytes(32)
IDENTITY = "identity-ada"
EMAIL = "new@example.org"


async def start(outbox: Outbox, email: str = EMAIL) -> EmailChange:
    wanted = StartEmailChange(actor=SERVICE, identity_id=IDENTITY, email=email)
    return await start_email_change(outbox, SERVICE_PRINCIPAL, wanted)


async def confirm(outbox: Outbox, change_uid: str, code: str) -> Problem:
    """The refusal; a right code would find nobody to tell."""
    away = Kratos("http://127.0.0.1:9", timeout_seconds=0.5)
    wanted = ConfirmEmailChange(
        actor=SERVICE, identity_id=IDENTITY, change_uid=change_uid, code=code
    )
    with pytest.raises(Problem) as refused:
        await confirm_email_change(outbox, SERVICE_PRINCIPAL, wanted, kratos=away, key=KEY)
    away.close()
    return refused.value


async def test_it_is_for_services_alone(outbox: Outbox) -> None:
    ada = await principal_of(outbox, await person(outbox, "ada"))
    start_ = StartEmailChange(actor=Actor(), identity_id=IDENTITY, email=EMAIL)
    with pytest.raises(Forbidden):
        await start_email_change(outbox, ada, start_)


async def test_tries_made_at_once_are_all_counted(outbox: Outbox) -> None:
    change = await start(outbox)
    tries = [confirm(outbox, change.change_uid, f"no {n}") for n in range(TRIES * 2)]
    refused = await asyncio.gather(*tries)
    assert [type(one) for one in refused].count(Invalid) == TRIES
    assert isinstance(await confirm(outbox, change.change_uid, "one more"), NotFound)


async def test_it_grows_old(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_changes, "EMAIL_CODE_LIFETIME", timedelta(seconds=-1))
    change = await start(outbox)
    assert isinstance(await confirm(outbox, change.change_uid, "000000"), NotFound)


async def test_a_code_belongs_to_one_change_and_one_key(outbox: Outbox) -> None:
    codes = set()
    for number in range(20):
        change = await start(outbox, f"new-{number}@example.org")
        record = await find_change(outbox, change.change_uid)
        assert record is not None
        assert code_of(KEY, record) == code_of(KEY, record)
        codes |= {code_of(KEY, record), code_of(b"another key", record)}
    assert len(codes) > 35
    assert {len(code) for code in codes} == {6}


def test_a_code_starts_with_zeros_too() -> None:
    moment = now()
    records = (
        EmailChangeRecord(
            change_uid=str(number),
            email=EMAIL,
            identity_id=IDENTITY,
            made_at=moment,
            expires_at=moment,
        )
        for number in range(200)
    )
    assert any(code_of(KEY, record).startswith("0") for record in records)
