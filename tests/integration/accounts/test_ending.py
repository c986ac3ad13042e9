"""The end of an account beside the real Kratos: whole, also where it was cut short."""

from datetime import timedelta
from functools import partial

import httpx
import pytest

from infra.kratos.config import KratosPlace
from services.accounts.kratos import Kratos
from services.accounts.operations.access_keys import create_access_key
from services.accounts.operations.accounts import create_account
from services.accounts.operations.deleting import cancel_deletion, delete_account
from services.accounts.operations.ending import Ending
from services.accounts.operations.exporting import start_export, write_export
from services.accounts.operations.working import work_once
from services.accounts.store import jobs
from services.accounts.store.access_keys import find_key
from services.accounts.store.accounts import find_account, find_account_named
from services.accounts.store.audit import page_of_entries
from services.accounts.store.deletions import find_deletion
from services.accounts.store.exports import find_export_of
from services.accounts.store.identities import find_email
from services.accounts.store.jobs import Job, JobKind
from services.accounts.store.memberships import memberships_after
from shared.contracts.accounts import (
    Account,
    CancelDeletion,
    CreateAccessKey,
    CreateAccount,
    DeleteAccount,
    DeletionState,
    Export,
    ListAuditEntries,
    Role,
    StartExport,
)
from shared.errors import Conflict, Unavailable
from shared.outbox import Outbox, history_key
from tests.announced import announced_types
from tests.kratos_server import new_identity, sign_in
from tests.people import (
    SERVICE,
    SERVICE_PRINCIPAL,
    actor_of,
    fresh,
    grant,
    no_repository,
    organization,
    overwritten,
    person,
    principal_of,
    sources,
)

REST = timedelta(days=90)


async def ada_of(outbox: Outbox, identity_id: str) -> Account:
    wanted = CreateAccount(
        actor=SERVICE, account_id="ada", kind="individual", name="Ada", identity_id=identity_id
    )
    return await create_account(outbox, SERVICE_PRINCIPAL, wanted)


async def schedule(outbox: Outbox, who: Account, what: Account) -> None:
    wanted = DeleteAccount(
        actor=actor_of(who), account_uid=what.account_uid, confirm=what.account_id
    )
    principal = await principal_of(outbox, who)
    await delete_account(sources(outbox), principal, wanted, grace=timedelta(0))


async def work(outbox: Outbox, kratos: Kratos, rest: timedelta = REST) -> None:
    async def told(_: Job) -> None:
        """Mail is another test's."""

    ending = Ending(sources(outbox), kratos, rest)
    await work_once(outbox, {JobKind.DELETION: ending.end_account, JobKind.DELETION_MAIL: told})


async def new_key(outbox: Outbox, who: Account) -> str:
    wanted = CreateAccessKey(actor=actor_of(who), account_uid=who.account_uid, name="laptop")
    principal = await principal_of(outbox, who)
    made = await create_access_key(
        outbox, principal, wanted, sealing_key=bytes(32), find_repository=no_repository
    )
    return made.access_key_id


async def exported(outbox: Outbox, who: Account) -> Export:
    """What is written of a person, all of it."""
    wanted = StartExport(actor=actor_of(who))
    principal = await principal_of(outbox, who)
    export = await start_export(outbox, principal, wanted, lifetime=timedelta(days=7))

    async def told(_: Job) -> None:
        """Mail is another test's."""

    write = partial(write_export, sources(outbox))
    while await work_once(outbox, {JobKind.EXPORT: write, JobKind.EXPORT_MAIL: told}):
        pass
    assert (await outbox.table.query(f"EXPORT#{export.export_uid}")).items
    return export


async def test_nothing_is_left_but_the_name_which_rests(
    place: KratosPlace, kratos: Kratos, outbox: Outbox
) -> None:
    ada, eve = await ada_of(outbox, await new_identity(place, "ada")), await person(outbox, "eve")
    org = await organization(outbox, "noaa", eve)
    await grant(outbox, eve, org, ada, Role.OWNER)
    key = await new_key(outbox, ada)
    export = await exported(outbox, ada)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{place.public_port}") as client:
        session = {"x-session-token": (await sign_in(client, "ada")).json()["session_token"]}
        await schedule(outbox, await fresh(outbox, ada), ada)
        await work(outbox, kratos)
        assert (await client.get("/sessions/whoami", headers=session)).status_code == 401
        assert (await sign_in(client, "ada")).status_code == 400
    await assert_gone(outbox, ada, key)
    assert await find_export_of(outbox, ada.account_uid) is None
    assert (await outbox.table.query(f"EXPORT#{export.export_uid}")).items == []
    members, _ = await memberships_after(outbox, f"ACCOUNT#{org.account_uid}", None)
    assert [one.member_uid for one in members] == [eve.account_uid]
    with pytest.raises(Conflict, match="This name is taken"):
        await person(outbox, "ada")
    types = await announced_types(outbox)
    assert types[-1] == "account_deleted"
    assert types.index("access_key_revoked") < types.index("membership_revoked")


async def assert_gone(outbox: Outbox, ada: Account, key: str) -> None:
    """Nobody, without key, address or anything that is still to be done."""
    gone = await fresh(outbox, ada)
    assert (gone.deleted, gone.disabled, gone.name, gone.roles) == (True, True, "", {})
    found = await find_key(outbox, key)
    assert found is not None
    assert (found.revoked, found.sealed_secret) == (True, "")
    assert (await find_email(outbox, ada.account_uid))[0] == ""
    assert await find_deletion(outbox, ada.account_uid) is None
    trail, _ = await page_of_entries(outbox, ListAuditEntries(account_uid=ada.account_uid))
    assert trail[0].action == "account_deleted"


async def test_its_history_is_forgotten_and_its_name_given_anew_once_it_rested(
    place: KratosPlace, kratos: Kratos, outbox: Outbox
) -> None:
    ada = await ada_of(outbox, await new_identity(place, "ada"))
    await outbox.sent((await outbox.pending(limit=10)).items)
    await schedule(outbox, ada, ada)
    await work(outbox, kratos, timedelta(seconds=-1))
    kept = (await outbox.table.query(history_key(ada.account_uid))).items
    assert len(kept) == 1
    assert "Ada" not in kept[0]["body"]
    other = await person(outbox, "ada")
    assert other.account_uid != ada.account_uid
    assert await find_account_named(outbox, "ada") == other


async def test_cut_short_it_goes_on_where_it_ended(
    place: KratosPlace, kratos: Kratos, outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "FIRST_WAIT", timedelta(0))
    ada = await ada_of(outbox, await new_identity(place, "ada"))
    key = await new_key(outbox, ada)
    await schedule(outbox, ada, ada)
    away = Kratos("http://127.0.0.1:9", timeout_seconds=0.5)
    await work(outbox, away)
    away.close()
    shut = await fresh(outbox, ada)
    assert shut.deleted
    assert await find_deletion(outbox, ada.account_uid) is not None

    async def killed(_: str) -> None:
        raise Unavailable("killed")

    with monkeypatch.context() as patched:
        patched.setattr(kratos, "delete_identity", killed)
        await work(outbox, kratos)
    found = await find_key(outbox, key)
    assert found is not None
    assert found.revoked
    await work(outbox, kratos)
    assert await find_deletion(outbox, ada.account_uid) is None
    assert (await fresh(outbox, ada)).version == shut.version


async def test_what_was_cancelled_or_is_hindered_by_now_stays(
    place: KratosPlace, kratos: Kratos, outbox: Outbox
) -> None:
    ada = await ada_of(outbox, await new_identity(place, "ada"))
    await schedule(outbox, ada, ada)
    cancel = CancelDeletion(actor=actor_of(ada), account_uid=ada.account_uid)
    await cancel_deletion(outbox, await principal_of(outbox, ada), cancel)
    await work(outbox, kratos)
    assert not (await fresh(outbox, ada)).deleted
    await schedule(outbox, ada, ada)
    await organization(outbox, "noaa", ada)
    await work(outbox, kratos)
    deletion = await find_deletion(outbox, ada.account_uid)
    assert deletion is not None
    assert deletion.state is DeletionState.DROPPED
    assert "noaa" in deletion.hindrance
    assert not (await fresh(outbox, ada)).disabled


async def test_who_is_disabled_waits(place: KratosPlace, kratos: Kratos, outbox: Outbox) -> None:
    ada = await ada_of(outbox, await new_identity(place, "ada"))
    await schedule(outbox, ada, ada)
    await overwritten(outbox, ada, disabled=True)
    await work(outbox, kratos)
    assert not (await fresh(outbox, ada)).deleted
    assert await find_deletion(outbox, ada.account_uid) is not None


async def test_an_organization_ends_with_all_its_memberships(
    kratos: Kratos, outbox: Outbox
) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.READER)
    await schedule(outbox, await fresh(outbox, ada), org)
    await work(outbox, kratos)
    assert (await fresh(outbox, ada)).roles == (await fresh(outbox, eve)).roles == {}
    gone = await find_account(outbox, org.account_uid)
    assert gone is not None
    assert gone.deleted
    assert await memberships_after(outbox, f"ACCOUNT#{org.account_uid}", None) == ([], None)
