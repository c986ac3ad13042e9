"""Domains are proven by looking, trusted for a while when nobody can look, and given up in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.accounts.operations import domains
from services.accounts.operations.domains import (
    LOOKED_FOR,
    TRUSTED_FOR,
    Looking,
    add_domain,
    list_domains,
)
from services.accounts.store.jobs import JOBS, Job, JobKind
from shared.contracts.accounts import Account, AddDomain, Domain, DomainState, ListDomains
from shared.contracts.base import now
from shared.errors import NotFound, Unavailable
from shared.outbox import Outbox
from tests.people import actor_of, fresh, organization, overwritten, person, principal_of

NAME, DAY = "noaa.gov", timedelta(days=1)
SECOND = timedelta(seconds=1)


class Desk:
    """ada's organization, its domain, and a world in which the proof is there, is not, or is away.

    `moment` is what time it is.
    """

    def __init__(self, outbox: Outbox, ada: Account, org: Account) -> None:
        self.outbox, self.ada, self.org = outbox, ada, org
        self.found: bool | None = True
        self.moment = now()
        self.looking = Looking(outbox, self._find, DAY)

    async def _find(self, _: str, __: str) -> bool | None:
        return self.found

    async def add(self) -> Domain:
        principal = await principal_of(self.outbox, self.ada)
        wanted = AddDomain(actor=actor_of(self.ada), account_uid=self.org.account_uid, name=NAME)
        return await add_domain(
            self.outbox, principal, wanted, places=lambda name: (f"_coop.{name}", name)
        )

    async def look(self) -> Domain:
        """As the last order has it."""
        await self.looking.look((await self.orders())[-1])
        return await self.domain()

    async def orders(self) -> list[Job]:
        page = await self.outbox.table.query(JOBS)
        jobs = [Job.model_validate_json(item["body"]) for item in page.items]
        found = [job for job in jobs if job.kind == JobKind.DOMAIN]
        return sorted(found, key=lambda job: job.version)

    async def domain(self) -> Domain:
        principal = await principal_of(self.outbox, self.ada)
        wanted = ListDomains(actor=actor_of(self.ada), account_uid=self.org.account_uid)
        (domain,) = (await list_domains(self.outbox, principal, wanted)).domains
        return domain

    async def shown(self) -> list[str]:
        return (await fresh(self.outbox, self.org)).domains


@pytest.fixture
async def desk(outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> Desk:
    ada = await person(outbox, "ada")
    desk = Desk(outbox, ada, await organization(outbox, "noaa", ada))
    clock: Callable[[], datetime] = lambda: desk.moment  # noqa: E731 -- a clock that can be moved
    monkeypatch.setattr(domains, "now", clock)
    return desk


async def test_proven_it_is_shown_and_looked_at_again_a_day_later(desk: Desk) -> None:
    added = await desk.add()
    assert (added.state, await desk.shown()) == (DomainState.WAITING, [])
    seen = await desk.look()
    assert (seen.state, await desk.shown()) == (DomainState.VERIFIED, [NAME])
    (order,) = [job for job in await desk.orders() if job.version == seen.version]
    assert order.due_at == desk.moment + DAY


async def test_a_proof_that_is_gone_is_shown_no_more(desk: Desk) -> None:
    await desk.add()
    await desk.look()
    desk.found, desk.moment = False, desk.moment + DAY
    assert (await desk.look()).state is DomainState.ABSENT
    assert await desk.shown() == []


async def test_while_it_cannot_be_looked_at_it_is_trusted_for_a_week(desk: Desk) -> None:
    await desk.add()
    proven = await desk.look()
    desk.found, desk.moment = None, desk.moment + TRUSTED_FOR - SECOND
    with pytest.raises(Unavailable):
        await desk.look()
    assert (await desk.domain(), await desk.shown()) == (proven, [NAME])
    desk.moment += SECOND
    assert (await desk.look()).state is DomainState.ABSENT
    assert await desk.shown() == []


async def test_what_is_never_proven_is_given_up_in_the_end(desk: Desk) -> None:
    await desk.add()
    desk.found, desk.moment = False, desk.moment + LOOKED_FOR - SECOND
    absent = await desk.look()
    assert (await desk.orders())[-1].version == absent.version
    desk.moment += SECOND
    last = await desk.look()
    assert last.version not in {job.version for job in await desk.orders()}


async def test_an_account_that_was_deleted_proves_nothing(desk: Desk) -> None:
    await overwritten(desk.outbox, await fresh(desk.outbox, desk.org), deleted=True)
    with pytest.raises(NotFound):
        await desk.add()
