"""Domains of organizations, on a real DNS server and a real web server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from services.accounts.operations import domains
from services.accounts.operations.domains import (
    Looking,
    add_domain,
    check_domain,
    list_domains,
    remove_domain,
)
from services.accounts.operations.working import work_once
from services.accounts.proofs import Proofs
from services.accounts.store.audit import page_of_entries
from services.accounts.store.domains import find_domain, written_domain
from services.accounts.store.jobs import JOBS, Job, JobKind
from shared.contracts.accounts import (
    Account,
    AddDomain,
    CheckDomain,
    Domain,
    DomainState,
    ListAuditEntries,
    ListDomains,
    RemoveDomain,
    Role,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound, TooManyRequests
from shared.fetching import Fetcher
from shared.outbox import Outbox, next_version
from tests.announced import announced
from tests.dns_server import Zone, serving
from tests.issuer import Issuer, issuing
from tests.people import actor_of, fresh, grant, organization, person, principal_of

NAME = "noaa.example"
PERIOD = timedelta(hours=24)


@dataclass
class World:
    """Outside: DNS, a web server, and what looks at them."""

    zone: Zone
    site: Issuer
    proofs: Proofs


@pytest.fixture
async def world() -> AsyncIterator[World]:
    with issuing() as site:
        async with serving() as zone, proving(zone, site.url) as proofs:
            yield World(zone, site, proofs)


@asynccontextmanager
async def proving(zone: Zone, site: str) -> AsyncIterator[Proofs]:
    fetcher = Fetcher(allow_private=True)
    yield Proofs(fetcher, resolver=f"127.0.0.1:{zone.port}", well_known=site + "/{domain}.txt")
    await fetcher.close()


async def noaa(outbox: Outbox) -> tuple[Account, Account]:
    ada = await person(outbox, "ada")
    return ada, await organization(outbox, "noaa", ada)


async def add(outbox: Outbox, world: World, who: Account, org: Account, name: str = NAME) -> Domain:
    wanted = AddDomain(actor=actor_of(who), account_uid=org.account_uid, name=name)
    principal = await principal_of(outbox, who)
    return await add_domain(outbox, principal, wanted, places=world.proofs.places)


async def look(outbox: Outbox, world: World) -> int:
    looking = Looking(outbox, world.proofs.find, PERIOD)
    return await work_once(outbox, {JobKind.DOMAIN: looking.look})


async def check(outbox: Outbox, who: Account, org: Account, name: str = NAME) -> Domain:
    wanted = CheckDomain(actor=actor_of(who), account_uid=org.account_uid, name=name)
    return await check_domain(outbox, await principal_of(outbox, who), wanted)


async def state(outbox: Outbox, org: Account) -> DomainState:
    found = await find_domain(outbox, org.account_uid, NAME)
    assert found is not None
    return found.state


async def aged(outbox: Outbox, org: Account, by: timedelta, **changes: Any) -> None:
    """The domain as it is once so much time has passed since anything."""
    before = await find_domain(outbox, org.account_uid, NAME)
    assert before is not None
    times = {
        name: moment - by
        for name in ("added_at", "checked_at", "seen_at")
        if (moment := getattr(before, name)) is not None
    }
    version = next_version(before.version)
    after = before.model_copy(update={**times, **changes, "version": version})
    await outbox.commit(written_domain(after, before=before))


async def test_a_record_proves_it_and_the_profile_shows_it(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org, " NOAA.example. ")
    assert (domain.name, domain.record) == (NAME, f"_coop.{NAME}")
    assert await add(outbox, world, ada, org) == domain
    assert (await fresh(outbox, org)).domains == []
    world.zone.texts[domain.record] = ["something else", domain.proof]
    assert await look(outbox, world) == 1
    assert await state(outbox, org) is DomainState.VERIFIED
    assert (await fresh(outbox, org)).domains == [NAME]
    told = (await announced(outbox))[-1]
    assert told["data"]["account"]["domains"] == [NAME]
    entries, _ = await page_of_entries(outbox, ListAuditEntries(account_uid=org.account_uid))
    assert [one.action for one in entries[:2]] == ["domain_verified", "domain_added"]


async def test_a_file_proves_it_too(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org)
    world.site.documents[f"/{NAME}.txt"] = f"hello\r\n{domain.proof}\r\n".encode()
    await look(outbox, world)
    assert (await fresh(outbox, org)).domains == [NAME]


async def test_another_s_proof_proves_nothing(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    other = await organization(outbox, "esa", ada)
    domain = await add(outbox, world, ada, org)
    world.zone.texts[domain.record] = [(await add(outbox, world, ada, other)).proof]
    world.site.documents[f"/{NAME}.txt"] = domain.proof.encode() + b"0"
    await look(outbox, world)
    assert (await fresh(outbox, org)).domains == []
    assert (await fresh(outbox, other)).domains == [NAME]


async def test_it_is_looked_at_daily_and_lost_where_the_proof_is_gone(
    outbox: Outbox, world: World
) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org)
    world.zone.texts[domain.record] = [domain.proof]
    await look(outbox, world)
    (row,) = (await outbox.table.query(JOBS)).items
    job = Job.model_validate_json(row["body"])
    assert timedelta(hours=23) < job.due_at - job.made_at <= PERIOD
    world.zone.texts.clear()
    await aged(outbox, org, timedelta(minutes=1))
    await check(outbox, ada, org)
    await look(outbox, world)
    assert await state(outbox, org) is DomainState.ABSENT
    assert (await fresh(outbox, org)).domains == []


async def test_what_cannot_be_looked_at_is_trusted_for_a_week(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org)
    world.zone.texts[domain.record] = [domain.proof]
    await look(outbox, world)
    world.zone.broken = True
    for days, still in ((6, [NAME]), (2, [])):
        await aged(outbox, org, timedelta(days=days))
        await check(outbox, ada, org)
        await look(outbox, world)
        assert (await fresh(outbox, org)).domains == still


async def test_a_redirect_and_what_is_too_large_prove_nothing(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org)
    world.site.documents[f"/{NAME}.txt"] = domain.proof.encode() + b" " * 300_000
    assert await world.proofs.find(NAME, domain.proof) is None
    world.site.redirect = f"{world.site.url}/elsewhere"
    assert await world.proofs.find(NAME, domain.proof) is None


async def test_a_private_network_is_not_asked(world: World) -> None:
    careful = Fetcher()
    proofs = Proofs(
        careful, resolver=f"127.0.0.1:{world.zone.port}", well_known=world.site.url + "/{domain}"
    )
    asked = world.site.asked
    assert await proofs.find(NAME, "x") is None
    assert world.site.asked == asked
    await careful.close()


@pytest.mark.parametrize(
    "name",
    ["", "noaa", "127.0.0.1", "[::1]", "noaa.example:80", "a..b", "-a.example", "noaa.example/x"],
)
async def test_what_is_no_domain_is_refused(outbox: Outbox, world: World, name: str) -> None:
    ada, org = await noaa(outbox)
    with pytest.raises((Invalid, ValueError)):
        await add(outbox, world, ada, org, name)


async def test_who_may_and_how_many(outbox: Outbox, world: World) -> None:
    ada, org = await noaa(outbox)
    eve = await person(outbox, "eve")
    await grant(outbox, ada, org, eve, Role.WRITER)
    with pytest.raises(Forbidden):
        await add(outbox, world, eve, org)
    with pytest.raises(Invalid, match="Only organizations"):
        await add(outbox, world, ada, ada)
    for n in range(5):
        await add(outbox, world, ada, org, f"d{n}.example")
    with pytest.raises(Conflict, match="5 domains"):
        await add(outbox, world, ada, org)
    wanted = ListDomains(actor=actor_of(ada), account_uid=org.account_uid)
    principal = await principal_of(outbox, ada)
    listed = (await list_domains(outbox, principal, wanted)).domains
    assert [one.name for one in listed] == [f"d{n}.example" for n in range(5)]


async def test_one_that_is_removed_is_shown_no_more_nor_looked_at(
    outbox: Outbox, world: World
) -> None:
    ada, org = await noaa(outbox)
    domain = await add(outbox, world, ada, org)
    world.zone.texts[domain.record] = [domain.proof]
    await look(outbox, world)
    with pytest.raises(TooManyRequests):
        await check(outbox, ada, org)
    wanted = RemoveDomain(actor=actor_of(ada), account_uid=org.account_uid, name=NAME)
    principal = await principal_of(outbox, ada)
    await remove_domain(outbox, principal, wanted)
    assert (await fresh(outbox, org)).domains == []
    with pytest.raises(NotFound):
        await remove_domain(outbox, principal, wanted)
    with pytest.raises(NotFound):
        await check(outbox, ada, org)


async def test_after_a_month_in_vain_nobody_looks_any_more(
    outbox: Outbox, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "LOOKED_FOR", timedelta(0))
    ada, org = await noaa(outbox)
    await add(outbox, world, ada, org)
    await look(outbox, world)
    assert await state(outbox, org) is DomainState.ABSENT
    assert (await outbox.table.query(JOBS)).items == []
