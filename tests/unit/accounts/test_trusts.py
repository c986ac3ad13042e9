"""Trusts: made and removed by owners, in one transaction with event and trail."""

from typing import Any

import pytest

from services.accounts.operations.auditing import list_audit_entries
from services.accounts.operations.trusts import (
    create_trust,
    get_trust,
    list_trusts,
    remove_trust,
)
from shared.contracts.accounts import (
    Account,
    CreateTrust,
    GetTrust,
    ListAuditEntries,
    ListTrusts,
    RemoveTrust,
    RepositoryName,
    Role,
    Trust,
)
from shared.contracts.base import KeyAction, Scope
from shared.contracts.repositories import Repository
from shared.errors import Forbidden, Invalid, NotFound
from shared.outbox import Outbox
from shared.policy import account_principal
from tests.announced import announced_types
from tests.people import (
    SERVICE,
    SERVICE_PRINCIPAL,
    actor_of,
    grant,
    organization,
    person,
    principal_of,
)

GITHUB = "https://token.actions.githubusercontent.com"


async def nowhere(_: RepositoryName) -> Repository:
    raise NotFound


async def make(outbox: Outbox, who: Account, account: Account, **changes: Any) -> Trust:
    """A trust of that account, by who asks."""
    wanted = {"issuer": GITHUB, "audience": "coop", "subject": "repo:lab/data:*"} | changes
    request = CreateTrust(actor=actor_of(who), account_uid=account.account_uid, **wanted)
    return await create_trust(
        outbox, await principal_of(outbox, who), request, find_repository=nowhere
    )


async def listed(outbox: Outbox, who: Account, account: Account) -> list[str]:
    wanted = ListTrusts(actor=actor_of(who), account_uid=account.account_uid)
    page = await list_trusts(outbox, await principal_of(outbox, who), wanted)
    return [one.trust_uid for one in page.trusts]


async def remove(outbox: Outbox, who: Account, account: Account, trust: Trust) -> None:
    wanted = RemoveTrust(
        actor=actor_of(who), account_uid=account.account_uid, trust_uid=trust.trust_uid
    )
    await remove_trust(outbox, await principal_of(outbox, who), wanted)


async def test_made_listed_removed(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    lab = await organization(outbox, "lab", ada)
    one = await make(outbox, ada, lab, actions=[KeyAction.READ], places=["lab"])
    two = await make(outbox, ada, lab)
    assert one.scope is not None
    assert one.scope.places[0].account_uid == lab.account_uid
    assert two.scope == Scope(actions=frozenset(KeyAction), places=())
    assert two.role_arn == f"arn:aws:iam::lab:role/{two.trust_uid}"
    assert await listed(outbox, ada, lab) == [two.trust_uid, one.trust_uid]
    await remove(outbox, ada, lab, one)
    await remove(outbox, ada, lab, one)
    assert await listed(outbox, ada, lab) == [two.trust_uid]
    wanted = GetTrust(actor=SERVICE, trust_uid=one.trust_uid)
    assert (await get_trust(outbox, SERVICE_PRINCIPAL, wanted)).removed
    types = [one for one in await announced_types(outbox) if one.startswith("trust")]
    assert types == ["trust_created", "trust_created", "trust_removed"]


async def test_the_trail_has_them(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    trust = await make(outbox, ada, ada)
    await remove(outbox, ada, ada, trust)
    wanted = ListAuditEntries(actor=actor_of(ada), account_uid=ada.account_uid)
    page = await list_audit_entries(outbox, await principal_of(outbox, ada), wanted)
    told = [(one.action, one.subject) for one in page.entries]
    assert told[:2] == [("trust_removed", trust.trust_uid), ("trust_created", trust.trust_uid)]


async def test_owners_alone(outbox: Outbox) -> None:
    ada, bela, eve = [await person(outbox, name) for name in ("ada", "bela", "eve")]
    lab = await organization(outbox, "lab", ada)
    await grant(outbox, ada, lab, bela, Role.MAINTAINER)
    trust = await make(outbox, ada, lab)
    for who in (bela, eve):
        with pytest.raises(Forbidden):
            await make(outbox, who, lab)
        with pytest.raises(Forbidden):
            await listed(outbox, who, lab)
        with pytest.raises(Forbidden):
            await remove(outbox, who, lab, trust)
    with pytest.raises(NotFound):
        await remove(outbox, eve, eve, trust)
    wanted = GetTrust(actor=actor_of(ada), trust_uid=trust.trust_uid)
    with pytest.raises(Forbidden):
        await get_trust(outbox, account_principal(ada), wanted)


async def test_a_limited_key_reaches_no_further_by_a_trust(outbox: Outbox) -> None:
    ada = await person(outbox, "ada")
    limited = account_principal(ada, Scope(actions=frozenset({KeyAction.MANAGE})))
    wanted = CreateTrust(
        actor=actor_of(ada),
        account_uid=ada.account_uid,
        issuer=GITHUB,
        audience="coop",
        subject="repo:lab/data:*",
    )
    with pytest.raises(Forbidden):
        await create_trust(outbox, limited, wanted, find_repository=nowhere)


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "*"},
        {"subject": "*:main"},
        {"subject": "\x00"},
        {"audience": " "},
        {"issuer": "issuer.example"},
        {"issuer": "ftp://issuer.example"},
        {"issuer": "https://"},
        {"issuer": "https://a@b/"},
        {"issuer": "https://a/?b"},
        {"issuer": "https://a/#b"},
        {"issuer": "https://a b/"},
        {"issuer": "https://[::1/"},
        {"issuer": "https://a:99999/"},
        {"issuer": "https://\u0430/"},
        {"places": ["never-was"]},
    ],
)
async def test_what_is_no_trust(outbox: Outbox, changes: dict[str, Any]) -> None:
    ada = await person(outbox, "ada")
    with pytest.raises(Invalid):
        await make(outbox, ada, ada, **changes)
    assert await listed(outbox, ada, ada) == []
