"""Deletions of accounts: typed, told what stands in the way, cancelled while there is time."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from services.accounts.operations.access_keys import create_access_key
from services.accounts.operations.accounts import edit_account, get_account
from services.accounts.operations.administering import enable_account, search_accounts
from services.accounts.operations.auditing import list_audit_entries
from services.accounts.operations.deleting import cancel_deletion, delete_account, get_deletion
from services.accounts.operations.trusts import create_trust
from services.accounts.store.jobs import JOBS, Job, JobKind
from shared.contracts.accounts import (
    Account,
    CancelDeletion,
    CreateAccessKey,
    CreateTrust,
    DeleteAccount,
    Deletion,
    DeletionState,
    EditAccount,
    EnableAccount,
    GetAccount,
    GetDeletion,
    ListAuditEntries,
    RepositoryName,
    Role,
    SearchAccounts,
)
from shared.contracts.base import KeyAction, Scope, now
from shared.contracts.repositories import Repository
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import Principal, service_principal
from tests.announced import announced_types
from tests.people import (
    SERVICE,
    actor_of,
    grant,
    organization,
    overwritten,
    person,
    principal_of,
    repository_of,
    sources,
)

GRACE = timedelta(days=7)


async def delete(
    outbox: Outbox, who: Account, what: Account, *there_are: Repository, confirm: str | None = None
) -> Deletion:
    wanted = DeleteAccount(
        actor=actor_of(who),
        account_uid=what.account_uid,
        confirm=what.account_id if confirm is None else confirm,
        reason="Enough.",
    )
    principal = await principal_of(outbox, who)
    return await delete_account(sources(outbox, *there_are), principal, wanted, grace=GRACE)


async def cancel(outbox: Outbox, who: Account, what: Account) -> Deletion:
    wanted = CancelDeletion(actor=actor_of(who), account_uid=what.account_uid)
    return await cancel_deletion(outbox, await principal_of(outbox, who), wanted)


async def state(outbox: Outbox, who: Account) -> DeletionState:
    wanted = GetDeletion(actor=actor_of(who), account_uid=who.account_uid)
    return (await get_deletion(outbox, await principal_of(outbox, who), wanted)).state


async def waiting(outbox: Outbox) -> list[Job]:
    items = (await outbox.table.query(JOBS)).items
    return [Job.model_validate_json(item["body"]) for item in items]


async def test_it_is_scheduled_told_and_cancelled(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    deletion = await delete(outbox, ada, ada)
    assert deletion.due_at - now() > timedelta(days=6, hours=23)
    assert await delete(outbox, ada, ada) == deletion
    kinds = [(job.kind, job.due_at) for job in await waiting(outbox)]
    assert kinds[1] == (JobKind.DELETION, deletion.due_at)
    assert [kind for kind, _ in kinds] == [JobKind.DELETION_MAIL, JobKind.DELETION]
    await cancel(outbox, ada, ada)
    assert await state(outbox, ada) is DeletionState.CANCELLED
    with pytest.raises(Conflict, match="No deletion is scheduled"):
        await cancel(outbox, ada, ada)
    assert (await announced_types(outbox))[-2:] == [
        "account_deletion_scheduled",
        "account_deletion_cancelled",
    ]
    wanted = ListAuditEntries(actor=actor_of(ada), account_uid=ada.account_uid)
    entries = (await list_audit_entries(outbox, await principal_of(outbox, ada), wanted)).entries
    assert [(one.action, one.reason) for one in reversed(entries)] == [
        ("account_deletion_scheduled", "Enough."),
        ("account_deletion_cancelled", ""),
    ]


@pytest.mark.parametrize("typed", ["", "Ada", "ada ", "eve"])
async def test_its_name_must_be_typed(outbox: Outbox, typed: str) -> None:
    ada = await person(outbox, "ada")
    with pytest.raises(Invalid, match="must be ada, exactly so"):
        await delete(outbox, ada, ada, confirm=typed)
    assert await waiting(outbox) == []


async def test_the_last_owner_is_told_which_organizations_to_hand_over(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    for name in ("usgs", "noaa", "esa"):
        org = await organization(outbox, name, ada)
    with pytest.raises(Conflict, match="owner first of: esa, noaa, usgs"):
        await delete(outbox, ada, ada)
    await grant(outbox, ada, org, eve, Role.OWNER)
    with pytest.raises(Conflict, match="owner first of: noaa, usgs"):
        await delete(outbox, ada, ada)


async def test_repositories_go_first_and_are_named(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    many = [repository_of(ada, f"number-{n:02d}") for n in range(22)]
    with pytest.raises(Conflict, match=r"hand over first: ada/number-00, .* and 2 more\."):
        await delete(outbox, ada, ada, *many)


async def test_only_owners_delete_and_no_limited_key(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    for what in (ada, org):
        with pytest.raises(Forbidden):
            await delete(outbox, eve, what)
    wanted = DeleteAccount(actor=actor_of(ada), account_uid=ada.account_uid, confirm="ada")
    scope = Scope(actions=frozenset(KeyAction))
    limited = Principal(kind="account", account_uid=ada.account_uid, scope=scope)
    for principal in (limited, service_principal("web")):
        with pytest.raises(Forbidden):
            await delete_account(sources(outbox), principal, wanted, grace=GRACE)
    assert (await delete(outbox, ada, org)).state is DeletionState.SCHEDULED


async def nowhere(name: RepositoryName) -> Repository:
    raise NotFound(name.full)


create_key = partial(create_access_key, sealing_key=b"k" * 32, find_repository=nowhere)


async def test_no_service_brings_a_key_for_what_is_deleted(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    await overwritten(outbox, ada, deleted=True, disabled=True)
    brought = {"access_key_id": "COOP" + "A" * 16, "secret_access_key": "a" * 40}
    wanted = CreateAccessKey(actor=SERVICE, account_uid=ada.account_uid, **brought)
    with pytest.raises(NotFound):
        await create_key(outbox, service_principal("web"), wanted)


async def test_what_is_deleted_is_nobody_s_any_more(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    gone = await overwritten(outbox, ada, deleted=True, disabled=True, name="")
    admin = Principal(kind="account", account_uid="01ADMIN", admin=True)
    of_it = {"account_uid": gone.account_uid}
    trust = CreateTrust(issuer="https://a.example", audience="coop", subject="a", **of_it)
    requests: list[tuple[Any, Any]] = [
        (edit_account, EditAccount(name="Ada", **of_it)),
        (partial(create_trust, find_repository=nowhere), trust),
        (create_key, CreateAccessKey(**of_it)),
        (get_account, GetAccount(**of_it)),
        (enable_account, EnableAccount(**of_it)),
        (get_deletion, GetDeletion(**of_it)),
    ]
    for operation, wanted in requests:
        with pytest.raises(NotFound):
            await operation(outbox, admin, wanted)
    assert (await search_accounts(outbox, admin, SearchAccounts(text="ada"))).accounts == []
    of_service = GetAccount(actor=SERVICE, account_uid=gone.account_uid)
    assert (await get_account(outbox, service_principal("storage"), of_service)).deleted
