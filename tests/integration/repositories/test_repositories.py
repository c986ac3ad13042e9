"""Repositories over a real bus, by what it knows of accounts."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from shared.bus import Bus
from shared.contracts.accounts import Account, GrantRole, Role
from shared.contracts.base import ANONYMOUS, Actor, Reply, Request
from shared.contracts.repositories import (
    CreateRepository,
    DeleteRepository,
    EditRepository,
    GetRepository,
    ListAllRepositories,
    ListRepositories,
    Repository,
    Visibility,
)
from shared.errors import Forbidden, NotFound, Unavailable
from tests.control_plane import WEB, accounts, actor_of, organization, person, repositories
from tests.nats_server import NatsServer, connected, running
from tests.waiting import eventually


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[NatsServer]:
    async with running(tmp_path) as server:
        yield server


@pytest.fixture
async def web(server: NatsServer) -> AsyncIterator[Bus]:
    async with accounts(server), repositories(server), connected(server.bus("web")) as web:
        yield web


async def create(
    web: Bus, actor: Actor, name: str = "mask", *, visibility: Visibility = Visibility.PUBLIC
) -> Repository:
    wanted = CreateRepository(
        actor=actor, account_id="noaa", repository_id=name, title="Mask", visibility=visibility
    )
    return await web.request(wanted)


def get(actor: Actor, name: str = "mask") -> GetRepository:
    return GetRepository(actor=actor, account_id="noaa", repository_id=name)


async def grant(web: Bus, owner: Account, org: Account, member: Account, role: Role) -> None:
    await web.request(
        GrantRole(
            actor=actor_of(owner),
            organization_uid=org.account_uid,
            member_uid=member.account_uid,
            role=role,
        )
    )


async def is_refused(web: Bus, wanted: Request[Reply], problem: type[Exception]) -> bool:
    try:
        await web.request(wanted)
    except problem:
        return True
    return False


async def test_an_organization_just_made_gets_its_repository_at_once(web: Bus) -> None:
    """Faster than any event: who was refused by what is known is looked up anew."""
    ada = await person(web, "ada")
    await asyncio.sleep(0.2)
    for number in range(3):
        org = await organization(web, f"org-{number}", ada)
        wanted = CreateRepository(
            actor=actor_of(ada), account_id=org.account_id, repository_id="mask", title="Mask"
        )
        made = await web.request(wanted)
        assert made.account_uid == org.account_uid


async def test_the_whole_life_of_a_repository(web: Bus) -> None:
    ada = await person(web, "ada")
    await organization(web, "noaa", ada)
    made = await create(web, actor_of(ada))
    assert await web.request(get(ANONYMOUS)) == made
    edited = await web.request(
        EditRepository(
            actor=actor_of(ada),
            account_id="noaa",
            repository_id="mask",
            title="Land mask",
            version=made.version,
        )
    )
    for account_id in ("noaa", ""):
        page = await web.request(ListRepositories(account_id=account_id))
        assert page.repositories == [edited]
    await web.request(
        DeleteRepository(
            actor=actor_of(ada), account_id="noaa", repository_id="mask", confirm="noaa/mask"
        )
    )
    for actor in (ANONYMOUS, actor_of(ada), WEB):
        with pytest.raises(NotFound):
            await web.request(get(actor))
    assert (await web.request(ListRepositories(account_id="noaa"))).repositories == []
    assert len((await web.request(ListAllRepositories(actor=WEB))).repositories) == 1


async def test_a_right_given_or_taken_away_counts_within_a_second(web: Bus) -> None:
    ada, eve = await person(web, "ada"), await person(web, "eve")
    org = await organization(web, "noaa", ada)
    second = await person(web, "second")
    await create(web, actor_of(ada), visibility=Visibility.RESTRICTED)
    assert await is_refused(web, get(actor_of(eve)), NotFound)
    await grant(web, ada, org, eve, Role.MAINTAINER)
    await web.request(get(actor_of(eve)))
    edit = EditRepository(
        actor=actor_of(eve), account_id="noaa", repository_id="mask", title="Eve's"
    )
    await web.request(edit)
    await grant(web, ada, org, eve, Role.READER)
    await eventually(lambda: is_refused(web, edit, Forbidden), seconds=1)
    assert await is_refused(web, get(actor_of(second)), NotFound)


async def test_nothing_hidden_is_told_apart_from_nothing(web: Bus) -> None:
    ada, eve = await person(web, "ada"), await person(web, "eve")
    await organization(web, "noaa", ada)
    await create(web, actor_of(ada), "secret-mask", visibility=Visibility.RESTRICTED)
    for actor in (ANONYMOUS, actor_of(eve), Actor(kind="account", account_uid="nobody")):
        told = []
        for wanted in (
            get(actor, "secret-mask"),
            get(actor, "never-made"),
            GetRepository(actor=actor, account_id="never-made", repository_id="secret-mask"),
            GetRepository(actor=actor, account_id="", repository_id="secret-mask"),
        ):
            with pytest.raises(NotFound) as refused:
                await web.request(wanted)
            told.append(refused.value.to_dict())
        assert all(one == told[0] for one in told)


async def test_it_serves_while_accounts_is_away(server: NatsServer) -> None:
    async with repositories(server), connected(server.bus("web")) as web:
        async with accounts(server):
            ada = await person(web, "ada")
            await organization(web, "noaa", ada)
            made = await create(web, actor_of(ada), visibility=Visibility.RESTRICTED)
        await asyncio.sleep(1.1)
        assert await web.request(get(actor_of(ada))) == made
        await create(web, actor_of(ada), "second")
        with pytest.raises(NotFound):
            await web.request(get(ANONYMOUS))
        with pytest.raises(Unavailable):
            await web.request(
                GetRepository(account_id="unheard-of", repository_id="mask"), timeout=5
            )


async def test_a_process_that_was_away_catches_up(server: NatsServer) -> None:
    async with accounts(server), connected(server.bus("web")) as web:
        async with repositories(server):
            ada = await person(web, "ada")
            org = await organization(web, "noaa", ada)
            eve = await person(web, "eve")
            await grant(web, ada, org, eve, Role.MAINTAINER)
            await create(web, actor_of(eve))
        await grant(web, ada, org, eve, Role.READER)
        async with repositories(server):
            edit = EditRepository(
                actor=actor_of(eve), account_id="noaa", repository_id="mask", title="Eve's"
            )
            await eventually(lambda: is_refused(web, edit, Forbidden), seconds=5)


async def test_two_processes_answer_alike(server: NatsServer) -> None:
    async with (
        accounts(server),
        repositories(server),
        repositories(server),
        connected(server.bus("web")) as web,
    ):
        ada = await person(web, "ada")
        await organization(web, "noaa", ada)
        made = await create(web, actor_of(ada))
        wanted = [get(ANONYMOUS) for _ in range(40)]
        assert all(one == made for one in await asyncio.gather(*map(web.request, wanted)))
