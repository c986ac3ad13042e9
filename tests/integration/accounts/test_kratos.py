"""Accounts beside the real Kratos: addresses followed one by one and all, sessions ended."""

import asyncio

import httpx
import pytest

from infra.kratos.config import (
    KratosPlace,
)
from services.accounts.kratos import Kratos
from services.accounts.operations.accounts import create_account
from services.accounts.operations.identities import (
    get_email,
    reconcile,
    reconcile_for_ever,
    revoke_sessions,
)
from services.accounts.store.identities import claim_round
from shared.contracts.accounts import CreateAccount, EmailState, GetEmail, RevokeSessions
from shared.contracts.base import Actor
from shared.errors import Conflict, NotFound, Unavailable
from shared.outbox import Outbox
from shared.policy import Principal, service_principal
from tests.kratos_server import new_identity, sign_in
from tests.waiting import eventually

WEB = service_principal("web")


async def new_account(outbox: Outbox, account_id: str, identity_id: str) -> str:
    actor = Actor(kind="service", service="web")
    wanted = CreateAccount(
        actor=actor, account_id=account_id, kind="individual", name="X", identity_id=identity_id
    )
    return (await create_account(outbox, WEB, wanted)).account_uid


async def email(outbox: Outbox, principal: Principal, uid: str) -> EmailState:
    return await get_email(outbox, principal, GetEmail(actor=ACTOR, account_uid=uid))


ACTOR = Actor(kind="service", service="web")


async def test_all_are_looked_through_page_by_page(
    place: KratosPlace, kratos: Kratos, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounts.kratos.PAGE", 2)
    uids = {}
    for name in ("ada", "eve", "joe", "kim", "lea"):
        uids[name] = await new_account(outbox, name, await new_identity(place, name))
    await new_identity(place, "nameless")
    assert await reconcile(outbox, kratos) == 6
    for name, uid in uids.items():
        told = EmailState(email=f"{name}@example.org", verified=False, active=True)
        assert await email(outbox, WEB, uid) == told


async def test_what_kratos_refuses_is_not_taken_for_done(kratos: Kratos) -> None:
    with pytest.raises(Unavailable, match="Kratos refuses delete_identity_sessions: 400"):
        await kratos.revoke_sessions("not-a-uuid")
    with pytest.raises(Unavailable, match="Kratos refuses list_identities: 400"):
        await kratos.emails_after("not-a-token")


async def test_nobody_reads_or_ends_what_is_another_s(
    place: KratosPlace, kratos: Kratos, outbox: Outbox
) -> None:
    uid = await new_account(outbox, "ada", await new_identity(place, "ada"))
    await reconcile(outbox, kratos)
    other = Principal(kind="account", account_uid="01OTHER")
    own = Principal(kind="account", account_uid=uid)
    wanted = RevokeSessions(actor=ACTOR, account_uid=uid)
    assert (await email(outbox, own, uid)).email == "ada@example.org"
    with pytest.raises(NotFound):
        await email(outbox, other, uid)
    with pytest.raises(NotFound):
        await revoke_sessions(outbox, other, wanted, kratos=kratos)
    nobody = RevokeSessions(actor=ACTOR, account_uid="01NOBODY")
    with pytest.raises(NotFound):
        await revoke_sessions(outbox, WEB, nobody, kratos=kratos)


async def test_a_person_is_signed_out_everywhere(
    place: KratosPlace, kratos: Kratos, outbox: Outbox
) -> None:
    uid = await new_account(outbox, "ada", await new_identity(place, "ada"))
    await reconcile(outbox, kratos)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.public_port}") as client:
        signed = await sign_in(client, "ada")
        headers = {"x-session-token": signed.json()["session_token"]}
        assert (await client.get("/sessions/whoami", headers=headers)).status_code == 200
        await revoke_sessions(
            outbox, WEB, RevokeSessions(actor=ACTOR, account_uid=uid), kratos=kratos
        )
        assert (await client.get("/sessions/whoami", headers=headers)).status_code == 401


async def test_an_identity_that_is_gone_leaves_no_address(
    kratos: Kratos,
) -> None:
    assert await kratos.email_of("00000000-0000-4000-8000-000000000000") == EmailState()
    assert await kratos.email_of("no-id") == EmailState()


async def is_given_back(outbox: Outbox) -> bool:
    return await outbox.table.get("RECONCILED", "RECONCILED") is None


async def test_a_round_is_done_once_a_period_and_given_back_where_kratos_is_away(
    outbox: Outbox,
) -> None:
    assert await claim_round(outbox, now=1000, period_seconds=60)
    assert not await claim_round(outbox, now=1059, period_seconds=60)
    assert await claim_round(outbox, now=1061, period_seconds=60)
    away = Kratos("http://127.0.0.1:9", timeout_seconds=0.5)
    with pytest.raises(Unavailable):
        await away.email_of("x")
    going = asyncio.create_task(reconcile_for_ever(outbox, away, 3600.0))
    await eventually(lambda: is_given_back(outbox))
    going.cancel()
    away.close()


async def test_an_address_is_changed_proven_unless_it_is_another_s(
    place: KratosPlace, kratos: Kratos
) -> None:
    ada, eve = await new_identity(place, "ada"), await new_identity(place, "eve")
    await kratos.change_email(ada, "new@example.org")
    await kratos.change_email(ada, "new@example.org")
    assert await kratos.email_of(ada) == EmailState(
        email="new@example.org", verified=True, active=True
    )
    with pytest.raises(Conflict):
        await kratos.change_email(eve, "new@example.org")
    assert (await kratos.email_of(eve)).email == "eve@example.org"
    with pytest.raises(NotFound):
        await kratos.change_email("00000000-0000-4000-8000-000000000000", "x@example.org")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.public_port}") as client:
        assert (await sign_in(client, "new")).status_code == 200
        assert (await sign_in(client, "ada")).status_code == 400
