"""What accounts say of themselves: in order, proved where it can be, and told to whom it may."""

from typing import Any

import pytest
from pydantic import ValidationError

from services.accounts.operations.accounts import edit_account, get_account, list_accounts
from shared.contracts.accounts import Account, EditAccount, GetAccount, ListAccounts
from shared.errors import Forbidden, Invalid
from shared.identifiers import new_uid
from shared.outbox import Outbox
from shared.policy import ANONYMOUS_PRINCIPAL
from tests.announced import announced
from tests.people import SERVICE_PRINCIPAL, actor_of, organization, person, principal_of


async def edited(outbox: Outbox, owner: Account, account: Account, **values: Any) -> Account:
    wanted = EditAccount(actor=actor_of(owner), account_uid=account.account_uid, **values)
    return await edit_account(outbox, await principal_of(outbox, owner), wanted)


async def test_a_profile_is_kept_in_order(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    after = await edited(
        outbox,
        ada,
        ada,
        location="  Tromsø,\nNorway ",
        websites=["https://example.org/~ada", "https://example.org/~ada"],
        contact_email=" Ada@Example.org",
        orcid="https://orcid.org/0000-0002-1694-233x",
    )
    assert after.location == "Tromsø, Norway"
    assert after.websites == ["https://example.org/~ada"]
    assert after.contact_email == "ada@example.org"
    assert after.orcid == "0000-0002-1694-233X"
    assert (await edited(outbox, ada, ada, orcid="", location="", websites=[])).orcid == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("orcid", "0000-0002-1825-0098"),
        ("orcid", "0000-0002-1825"),
        ("orcid", "0000-0002-1825-0097x"),
        ("orcid", "٠٠٠٠-0002-1825-0097"),
        ("ror", "05dxps055"),
        ("websites", ["javascript:alert(1)"]),
        ("websites", ["https://"]),
        ("websites", ["https://user:secret@example.org/"]),
        ("websites", ["https://[::1"]),
        ("websites", ["ftp://example.org/"]),
        ("websites", ['https://example.org/"><script>']),
        ("contact_email", "nobody"),
        ("location", "\u202e\u200b"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    outbox: Outbox, field: str, value: object
) -> None:
    ada = await person(outbox, "ada")
    with pytest.raises(Invalid) as refused:
        await edited(outbox, ada, ada, **{field: value})
    assert [one["field"] for one in refused.value.errors] == [field]


@pytest.mark.parametrize("said", ["05dxps055", "https://ror.org/05dxps055", "ROR.org/00HX57361"])
async def test_an_organization_has_a_ror_id_and_no_orcid(outbox: Outbox, said: str) -> None:
    ada = await person(outbox, "ada")
    org = await organization(outbox, "noaa", ada)
    assert (await edited(outbox, ada, org, ror=said)).ror == said.lower()[-9:]
    for wrong in ({"ror": "05dxps056"}, {"ror": "05dxpu055"}, {"orcid": "0000-0002-1825-0097"}):
        with pytest.raises(Invalid):
            await edited(outbox, ada, org, **wrong)


async def test_an_address_that_is_not_public_is_told_to_nobody_else(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    await edited(outbox, ada, ada, contact_email="ada@example.org")
    wanted = GetAccount(account_uid=ada.account_uid)
    for principal in (ANONYMOUS_PRINCIPAL, SERVICE_PRINCIPAL, await principal_of(outbox, eve)):
        assert (await get_account(outbox, principal, wanted)).contact_email == ""
    own = await get_account(outbox, await principal_of(outbox, ada), wanted)
    assert own.contact_email == "ada@example.org"
    listed = await list_accounts(outbox, SERVICE_PRINCIPAL, ListAccounts())
    assert "ada@example.org" not in listed.model_dump_json()
    assert "ada@example.org" not in str(await announced(outbox))
    await edited(outbox, ada, ada, contact_public=True)
    assert (await get_account(outbox, ANONYMOUS_PRINCIPAL, wanted)).contact_email


async def test_it_goes_by_a_picture_of_this_name_or_by_none(outbox: Outbox) -> None:
    ada, eve = await person(outbox, "ada"), await person(outbox, "eve")
    name = new_uid()
    after = await edited(outbox, ada, ada, avatar=name)
    assert after.avatar == name
    assert (await announced(outbox))[-1]["data"]["account"]["avatar"] == name
    assert (await edited(outbox, ada, after, bio="Numbers.")).avatar == name
    assert (await edited(outbox, ada, after, avatar="")).avatar == ""
    with pytest.raises(Forbidden):
        await edited(outbox, eve, ada, avatar=name)
    for wrong in ("../x", name.lower(), f"{name}\n", f"{name}{name}"):
        with pytest.raises(ValidationError):
            EditAccount(account_uid=ada.account_uid, avatar=wrong)
