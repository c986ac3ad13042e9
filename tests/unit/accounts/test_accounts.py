"""Making, changing and showing accounts."""

import asyncio

import pytest
from pydantic import ValidationError

from services.accounts.operations.accounts import (
    create_account,
    edit_account,
    get_account,
    get_account_by_identity,
    list_accounts,
)
from shared.contracts.accounts import (
    Account,
    CreateAccount,
    EditAccount,
    GetAccount,
    GetAccountByIdentity,
    ListAccounts,
    Role,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.identifiers import RESERVED_IDS
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL
from tests.announced import announced, announced_types
from tests.people import (
    SERVICE,
    SERVICE_PRINCIPAL,
    actor_of,
    fresh,
    grant,
    organization,
    overwritten,
    person,
    principal_of,
)


def individual(account_id: str, identity_id: str, name: str = "Ada") -> CreateAccount:
    """What web asks when a person has chosen a name."""
    return CreateAccount(
        actor=SERVICE, account_id=account_id, kind="individual", name=name, identity_id=identity_id
    )


async def test_a_person_gets_an_account_and_it_is_announced(outbox: Outbox) -> None:
    made = await person(outbox, "ada")
    assert (made.account_id, made.kind, made.admin, made.roles) == ("ada", "individual", False, {})
    (event,) = await announced(outbox)
    assert event["type"] == "coop.accounts.account_created.v1"
    assert event["id"] == f"{made.account_uid}:{made.version}"
    assert Account.model_validate(event["data"]["account"]) == made


async def test_no_identity_and_no_email_is_in_an_event(outbox: Outbox) -> None:
    await person(outbox, "ada")
    (event,) = await announced(outbox)
    assert "identity" not in str(event)
    assert event["actor"] == "web"


async def test_a_name_is_never_overwritten(outbox: Outbox) -> None:
    first = await person(outbox, "ada")
    with pytest.raises(Conflict, match="taken"):
        await create_account(outbox, SERVICE_PRINCIPAL, individual("ada", "identity-other"))
    assert await fresh(outbox, first) == first
    assert len(await announced(outbox)) == 1
    with pytest.raises(NotFound):
        await get_account_by_identity(
            outbox, SERVICE_PRINCIPAL, GetAccountByIdentity(identity_id="identity-other")
        )


async def test_an_organization_does_not_overwrite_a_person(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    with pytest.raises(Conflict, match="taken"):
        await organization(outbox, "ada", eve)
    assert await fresh(outbox, ada) == ada
    assert (await fresh(outbox, eve)).roles == {}


async def test_an_identity_has_one_account(outbox: Outbox) -> None:
    await person(outbox, "ada")
    with pytest.raises(Conflict, match="have an account"):
        await create_account(outbox, SERVICE_PRINCIPAL, individual("ada-two", "identity-ada"))
    with pytest.raises(NotFound):
        await get_account(outbox, SERVICE_PRINCIPAL, GetAccount(account_id="ada-two"))


async def test_of_many_creations_of_one_name_exactly_one_wins(outbox: Outbox) -> None:
    tries = [
        create_account(outbox, SERVICE_PRINCIPAL, individual("ada", f"identity-{number}"))
        for number in range(10)
    ]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Account) for one in outcomes) == 1
    assert sum(isinstance(one, Conflict) for one in outcomes) == 9
    assert await announced_types(outbox) == ["account_created"]


async def test_of_many_accounts_for_one_identity_exactly_one_wins(outbox: Outbox) -> None:
    tries = [
        create_account(outbox, SERVICE_PRINCIPAL, individual(f"ada-{number}", "identity"))
        for number in range(10)
    ]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Account) for one in outcomes) == 1


BAD_IDS = [
    "ab",
    "a" * 41,
    "Ada",
    "a/b",
    "../x",
    "..",
    "a..b",
    "-ada",
    "ada-",
    "a--b",
    "ada\n",
    "ada ",
    " ada",
    "ädä",
    "аdа",
    "ada\0",
    "",
    "a_b",
    "ａｄａ",
    "١٢٣",
]


@pytest.mark.parametrize("account_id", [*BAD_IDS, *sorted(RESERVED_IDS)])
def test_an_id_that_cannot_be_is_refused(account_id: str) -> None:
    with pytest.raises(ValidationError):
        individual(account_id, "identity")


@pytest.mark.parametrize("account_id", ["ada", "a1b", "007", "natural-earth", "a-b-c", "a" * 40])
def test_an_id_that_can_be_is_taken(account_id: str) -> None:
    assert individual(account_id, "identity").account_id == account_id


@pytest.mark.parametrize("name", ["\n", "   ", "\u200b", "\x00\x01", "\u202e"])
async def test_a_name_that_cannot_be_seen_is_refused(outbox: Outbox, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        await create_account(outbox, SERVICE_PRINCIPAL, individual("ada", "identity", name))
    assert refused.value.errors[0]["field"] == "name"


async def test_only_a_service_makes_a_person(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    for principal in (ANONYMOUS_PRINCIPAL, await principal_of(outbox, ada)):
        with pytest.raises(Forbidden):
            await create_account(outbox, principal, individual("eve", "identity-eve"))


async def test_a_person_needs_an_identity_and_an_organization_has_none(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    with pytest.raises(Invalid):
        await create_account(outbox, SERVICE_PRINCIPAL, individual("eve", ""))
    wanted = CreateAccount(account_id="org", kind="organization", name="O", identity_id="identity")
    with pytest.raises(Invalid):
        await create_account(outbox, await principal_of(outbox, ada), wanted)


async def test_an_organization_belongs_to_its_maker(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await organization(outbox, "noaa", ada)
    owner = await fresh(outbox, ada)
    assert owner.roles == {made.account_uid: Role.OWNER}
    assert owner.version > ada.version
    assert sorted(await announced_types(outbox)) == [
        "account_created",
        "account_created",
        "account_updated",
        "membership_granted",
    ]


async def test_many_organizations_at_once_are_all_their_makers(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    made = await asyncio.gather(*(organization(outbox, f"org-{n}", ada) for n in range(4)))
    assert set((await fresh(outbox, ada)).roles) == {one.account_uid for one in made}


async def test_neither_nobody_nor_a_service_nor_the_disabled_makes_an_organization(
    outbox: Outbox,
) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    eve = await overwritten(outbox, await person(outbox, "eve"), disabled=True)
    wanted = CreateAccount(account_id="other", kind="organization", name="Other")
    for principal in (
        ANONYMOUS_PRINCIPAL,
        SERVICE_PRINCIPAL,
        await principal_of(outbox, eve),
        await principal_of(outbox, org),
    ):
        with pytest.raises(Forbidden):
            await create_account(outbox, principal, wanted)


async def test_edit_changes_what_is_given(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    principal = await principal_of(outbox, ada)
    wanted = EditAccount(actor=actor_of(ada), account_uid=ada.account_uid, bio="Counts.")
    changed = await edit_account(outbox, principal, wanted)
    assert (changed.name, changed.bio) == ("Ada", "Counts.")
    assert changed.version > ada.version
    assert await announced_types(outbox) == ["account_created", "account_updated"]
    same = await edit_account(outbox, principal, EditAccount(account_uid=ada.account_uid))
    assert same.version == changed.version


async def test_edits_at_once_all_succeed_in_some_order(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    principal = await principal_of(outbox, ada)
    edits = [EditAccount(account_uid=ada.account_uid, bio=str(n)) for n in range(4)]
    versions = [
        one.version
        for one in await asyncio.gather(*(edit_account(outbox, principal, one) for one in edits))
    ]
    assert len(set(versions)) == 4
    assert (await fresh(outbox, ada)).version == max(versions)


async def test_others_may_not_edit(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    wanted = EditAccount(account_uid=ada.account_uid, bio="was here")
    for principal in (ANONYMOUS_PRINCIPAL, SERVICE_PRINCIPAL, await principal_of(outbox, eve)):
        with pytest.raises(Forbidden):
            await edit_account(outbox, principal, wanted)
    with pytest.raises(NotFound):
        await edit_account(outbox, ANONYMOUS_PRINCIPAL, EditAccount(account_uid="nobody"))


async def test_a_maintainer_edits_the_organization_and_a_writer_does_not(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    org = await organization(outbox, "noaa", ada)
    wanted = EditAccount(account_uid=org.account_uid, name="NOAA")
    await grant(outbox, ada, org, eve, Role.WRITER)
    with pytest.raises(Forbidden):
        await edit_account(outbox, await principal_of(outbox, eve), wanted)
    await grant(outbox, ada, org, eve, Role.MAINTAINER)
    assert (await edit_account(outbox, await principal_of(outbox, eve), wanted)).name == "NOAA"


async def test_get_by_name_and_by_uid(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    for wanted in (GetAccount(account_id="ada"), GetAccount(account_uid=ada.account_uid)):
        assert await get_account(outbox, ANONYMOUS_PRINCIPAL, wanted) == ada
    for missing in (GetAccount(), GetAccount(account_id="eve"), GetAccount(account_uid="eve")):
        with pytest.raises(NotFound):
            await get_account(outbox, ANONYMOUS_PRINCIPAL, missing)


async def test_no_flag_of_another_account_is_shown(outbox: Outbox) -> None:
    ada = await overwritten(outbox, await person(outbox, "ada"), admin=True)
    eve = await person(outbox, "eve")
    wanted = GetAccount(account_id="ada")
    for principal in (ANONYMOUS_PRINCIPAL, await principal_of(outbox, eve)):
        assert not (await get_account(outbox, principal, wanted)).admin
    for principal in (SERVICE_PRINCIPAL, await principal_of(outbox, ada)):
        assert (await get_account(outbox, principal, wanted)).admin


async def test_a_disabled_account_is_there_for_admins_and_services_only(outbox: Outbox) -> None:
    ada = await overwritten(outbox, await person(outbox, "ada"), disabled=True)
    eve = await person(outbox, "eve")
    admin = await overwritten(outbox, await person(outbox, "root-admin"), admin=True)
    wanted = GetAccount(account_id="ada")
    for hidden in (ANONYMOUS_PRINCIPAL, *[await principal_of(outbox, one) for one in (ada, eve)]):
        with pytest.raises(NotFound) as gone:
            await get_account(outbox, hidden, wanted)
        with pytest.raises(NotFound) as never:
            await get_account(outbox, hidden, GetAccount(account_id="never-there"))
        assert gone.value.to_dict() == never.value.to_dict()
    assert await get_account(outbox, SERVICE_PRINCIPAL, wanted) == ada
    assert await get_account(outbox, await principal_of(outbox, admin), wanted) == ada


async def test_an_account_is_found_by_identity_for_services_alone(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    wanted = GetAccountByIdentity(identity_id="identity-ada")
    assert await get_account_by_identity(outbox, SERVICE_PRINCIPAL, wanted) == ada
    with pytest.raises(NotFound):
        await get_account_by_identity(
            outbox, SERVICE_PRINCIPAL, GetAccountByIdentity(identity_id="")
        )
    with pytest.raises(Forbidden):
        await get_account_by_identity(outbox, await principal_of(outbox, ada), wanted)


async def test_every_account_is_listed_in_order_for_services_alone(outbox: Outbox) -> None:
    made = [await person(outbox, f"person-{number}") for number in range(7)]
    found, cursor = [], None
    while True:
        page = await list_accounts(outbox, SERVICE_PRINCIPAL, ListAccounts(limit=3, cursor=cursor))
        found += page.accounts
        cursor = page.cursor
        if cursor is None:
            break
    assert sorted(one.account_uid for one in found) == sorted(one.account_uid for one in made)
    with pytest.raises(Forbidden):
        await list_accounts(outbox, await principal_of(outbox, made[0]), ListAccounts())
