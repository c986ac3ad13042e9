"""What there may be so many of is no more on any engine, however many are asked for at once."""

import asyncio
from collections.abc import Awaitable
from datetime import timedelta

from services.accounts.operations.domains import add_domain
from services.accounts.operations.exporting import start_export
from services.accounts.store.access_requests import open_places
from services.accounts.store.domains import MOST, domains_of
from shared.contracts.accounts import AddDomain, StartExport
from shared.contracts.base import Done
from shared.errors import TooManyRequests
from shared.outbox import Outbox
from tests.contract.records.test_access_requests import place_in
from tests.contract.records.test_accounts import winners
from tests.people import actor_of, organization, person, principal_of
from tests.unit.accounts.test_access_requests import TERMS


async def test_requests_for_access(accounts: Outbox) -> None:
    place = await place_in(accounts)
    tries = (place.ask(place.eve, f"name-{number}") for number in range(TERMS.open + 2))
    told = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(one, Done) for one in told) == TERMS.open
    assert sum(isinstance(one, TooManyRequests) for one in told) == 2
    assert len(await open_places(accounts, place.eve.account_uid, limit=9)) == TERMS.open


async def test_domains_of_an_organization(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    org = await organization(accounts, "noaa", ada)
    principal = await principal_of(accounts, ada)

    def add(number: int) -> Awaitable[object]:
        name = f"noaa-{number}.gov"
        wanted = AddDomain(actor=actor_of(ada), account_uid=org.account_uid, name=name)
        return add_domain(accounts, principal, wanted, places=lambda name: (name, name))

    for number in range(MOST - 1):
        await add(number)
    assert await winners(*(add(MOST + number) for number in range(3))) == 1
    assert len(await domains_of(accounts, org.account_uid)) == MOST


async def test_exports_that_are_made(accounts: Outbox) -> None:
    ada = await person(accounts, "ada")
    principal = await principal_of(accounts, ada)
    wanted = StartExport(actor=actor_of(ada))
    week = timedelta(days=7)
    told = await asyncio.gather(
        *(start_export(accounts, principal, wanted, lifetime=week) for _ in range(4))
    )
    assert len({one.export_uid for one in told}) == 1
