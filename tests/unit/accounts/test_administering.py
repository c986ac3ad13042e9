"""Administrators find accounts, shut them and open them; operators at the machine do more."""

from pathlib import Path

import pytest

from services.accounts.commands import command
from services.accounts.operations.administering import (
    disable_account,
    enable_account,
    search_accounts,
    set_account_quota,
)
from services.accounts.operations.auditing import audited
from services.accounts.settings import ServiceSettings
from services.accounts.store.accounts import find_account_named
from services.accounts.store.audit import ENTRY, trail_key
from services.accounts.store.layout import SCHEMA
from shared.contracts.accounts import (
    Account,
    AccountPage,
    DisableAccount,
    EnableAccount,
    SearchAccounts,
    SetAccountQuota,
)
from shared.contracts.base import Quota
from shared.errors import Conflict, NotFound
from shared.outbox import Outbox
from shared.policy import Principal
from shared.tables import Delete, Put, open_table
from tests.announced import announced
from tests.people import (
    SERVICE,
    actor_of,
    fresh,
    organization,
    overwritten,
    person,
    principal_of,
)
from tests.unit.accounts.test_auditing import trail


async def root(outbox: Outbox) -> tuple[Account, Principal]:
    """An administrator."""
    account = await overwritten(outbox, await person(outbox, "root-admin"), admin=True)
    return account, await principal_of(outbox, account)


async def test_a_shut_account_is_told_of_once_and_opened_again(outbox: Outbox) -> None:
    admin, principal = await root(outbox)
    eve = await person(outbox, "eve")
    wanted = DisableAccount(actor=actor_of(admin), account_uid=eve.account_uid, reason="Spam.")
    for _ in range(2):
        assert (await disable_account(outbox, principal, wanted)).disabled
    assert (await principal_of(outbox, eve)).disabled
    told = [one for one in await announced(outbox) if one["type"].endswith("account_disabled.v1")]
    assert [one["data"]["reason"] for one in told] == ["Spam."]
    assert len({one["id"] for one in await announced(outbox)}) == len(await announced(outbox))
    opened = await enable_account(
        outbox, principal, EnableAccount(actor=actor_of(admin), account_uid=eve.account_uid)
    )
    assert not opened.disabled
    assert not (await principal_of(outbox, eve)).disabled


async def test_nobody_else_shuts_or_finds_accounts(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    for account in (eve, org):
        with pytest.raises(NotFound):
            await disable_account(
                outbox,
                await principal_of(outbox, ada),
                DisableAccount(account_uid=account.account_uid),
            )
    with pytest.raises(NotFound):
        await search_accounts(outbox, await principal_of(outbox, ada), SearchAccounts())
    assert not (await fresh(outbox, eve)).disabled


async def test_an_admin_does_not_shut_the_door_behind_themselves(outbox: Outbox) -> None:
    admin, principal = await root(outbox)
    with pytest.raises(Conflict):
        await disable_account(outbox, principal, DisableAccount(account_uid=admin.account_uid))
    with pytest.raises(NotFound):
        await disable_account(outbox, principal, DisableAccount(account_uid="01NOBODY"))


async def found(outbox: Outbox, principal: Principal, **what: object) -> list[str]:
    """The ids of all that match, over all pages."""
    ids: list[str] = []
    page = AccountPage(accounts=[], cursor=None)
    while True:
        wanted = SearchAccounts.model_validate({"limit": 2, "cursor": page.cursor, **what})
        page = await search_accounts(outbox, principal, wanted)
        ids += [one.account_id for one in page.accounts]
        if page.cursor is None:
            return ids


async def test_accounts_are_found_by_a_part_of_id_or_name_and_by_state(outbox: Outbox) -> None:
    _, principal = await root(outbox)
    for number in range(5):
        await person(outbox, f"person-{number}")
    await overwritten(outbox, await person(outbox, "gone"), disabled=True)
    assert await found(outbox, principal, text="PERSON-") == [f"person-{n}" for n in range(5)]
    assert await found(outbox, principal, disabled=True) == ["gone"]
    assert len(await found(outbox, principal)) == 7


async def test_a_name_is_found_as_it_is_written(outbox: Outbox) -> None:
    _, principal = await root(outbox)
    named = {"one": 'The "Île" \\ Sea', "two": "Σίσυφος"}
    for account_id, name in named.items():
        await overwritten(outbox, await person(outbox, account_id), name=name)
    assert await found(outbox, principal, text='"ÎLE" \\') == ["one"]
    assert await found(outbox, principal, text="ΣΊΣΥΦΟΣ") == ["two"]
    assert await found(outbox, principal, text="individual") == []


async def test_an_operator_s_commands(tmp_path: Path) -> None:
    settings = ServiceSettings(home=tmp_path)

    async def say(*words: str) -> tuple[int, str]:
        return await command(words, settings)

    assert (await say("create-account", "ada", "--identity", "identity-ada"))[0] == 0
    code, told = await say("create-account", "ada", "--identity", "other")
    assert (code, told) == (1, "This name is taken; choose another.")
    code, told = await say("create-account", "root", "--identity", "other")
    assert (code, told) == (1, "account_id: is reserved; choose another")
    code, told = await say("create-access-key", "ada", "--name", "sync")
    assert code == 0
    assert told.startswith("COOP")
    for words in (
        ("revoke-access-key", "ada", "--key", told.split()[0]),
        ("grant-admin", "ada"),
        ("disable", "ada", "--reason", "Lost."),
        ("enable", "ada"),
    ):
        assert (await say(*words))[0] == 0
    code, told = await say("verify-audit", "ada")
    assert code == 0
    assert told.startswith("5 entries, whole")
    code, told = await say("revoke-access-key", "ada", "--key", "COOPNONE")
    assert code == 1
    assert await say("disable", "nobody") == (1, "There is no account nobody.")


async def test_a_trail_altered_in_the_table_is_found_out(tmp_path: Path) -> None:
    settings = ServiceSettings(home=tmp_path)
    await command(["create-account", "ada", "--identity", "identity-ada"], settings)
    await command(["grant-admin", "ada"], settings)
    await command(["disable", "ada"], settings)
    table = await open_table(SCHEMA, service="accounts", settings=settings)
    ada = await find_account_named(Outbox(table), "ada")
    assert ada is not None
    first, last = (await table.query(trail_key(ada.account_uid), prefix=ENTRY)).items
    assert (await command(["verify-audit", "ada"], settings))[0] == 0
    altered = last["body"].replace("disabled", "enabled")
    for action, said in (
        (Put({**last, "body": altered}), "Entry 2 was altered."),
        (Delete(last["pk"], last["sk"]), "After entry 1 all up to entry 2 are missing."),
        (Delete(first["pk"], first["sk"]), "After entry 0 all up to entry 2 are missing."),
    ):
        await table.write(action)
        assert await command(["verify-audit", "ada"], settings) == (1, said)
    await table.close()


async def test_a_trail_altered_in_a_file_is_found_out(tmp_path: Path) -> None:
    settings = ServiceSettings(home=tmp_path)
    await command(["create-account", "ada", "--identity", "identity-ada"], settings)
    await command(["grant-admin", "ada"], settings)
    table = await open_table(SCHEMA, service="accounts", settings=settings)
    outbox = Outbox(table)
    ada = await find_account_named(outbox, "ada")
    assert ada is not None
    await outbox.commit(*await audited(outbox, ada.account_uid, SERVICE, "tested", "01X"))
    page = await table.query(trail_key(ada.account_uid), prefix=ENTRY)
    lines = [item["body"] for item in page.items]
    await table.close()
    path = tmp_path / "trail.ndjson"
    path.write_text("\n".join(lines))
    assert (await command(["verify-audit", "--file", str(path)], settings))[0] == 0
    path.write_text("\n".join(lines).replace("admin_granted", "admin_refused"))
    code, told = await command(["verify-audit", "--file", str(path)], settings)
    assert code == 1
    assert "was altered" in told
    path.write_text("no trail")
    assert (await command(["verify-audit", "--file", str(path)], settings))[0] == 1


async def test_a_quota_is_set_by_administrators_and_told_with_the_account(outbox: Outbox) -> None:
    admin, principal = await root(outbox)
    eve = await person(outbox, "eve")
    wanted = SetAccountQuota(
        actor=actor_of(admin), account_uid=eve.account_uid, quota=Quota(size=5), reason="As agreed."
    )
    for _ in range(2):
        assert (await set_account_quota(outbox, principal, wanted)).quota == Quota(size=5)
    told = [one["data"]["account"]["quota"] for one in await announced(outbox)]
    assert told.count({"size": 5, "objects": None}) == 1
    (entry,) = (one for one in await trail(outbox, admin, eve) if one.action == "quota_set")
    assert (entry.reason, entry.details) == ("As agreed.", {"quota": "size=5", "was": "usual"})
    with pytest.raises(NotFound):
        await set_account_quota(outbox, await principal_of(outbox, eve), wanted)


async def test_operators_set_quotas_too(tmp_path: Path) -> None:
    settings = ServiceSettings(home=tmp_path)
    await command(["create-account", "eve", "--identity", "01EVE"], settings)
    code, told = await command(["set-quota", "eve", "--size", "10", "--objects", "0"], settings)
    assert (code, told) == (0, "eve: {'size': 10, 'objects': 0}")
    assert await command(["set-quota", "eve"], settings) == (0, "eve: as is usual")
    code, told = await command(["set-quota", "eve", "--size", "much"], settings)
    assert code == 1
    assert "size" in told
