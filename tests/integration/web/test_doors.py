"""Whatever is changed: every door shows each persona what `may` says, never more, and soon all."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import product
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from shared.contracts.accounts import Role
from shared.contracts.repositories import CreateRepository, State, Visibility
from tests import control_plane
from tests.asking import asking
from tests.changes import CHANGES, Change, Give, Office, Put, Renew, Show, way_back
from tests.doors import (
    API,
    DOORS,
    FILE,
    OTHER,
    README,
    TITLE,
    WORD,
    Door,
    Visitors,
)
from tests.edge import Edge, registered
from tests.integration.web.test_disabled import operate
from tests.rights import ANYBODY, KEYS, ORGANIZATION, PEOPLE, REPOSITORY, Truth
from tests.waiting import until

# What is taken away is gone within a second; the rest is for a machine that is busy.
GONE_SECONDS = 1.5
SETTLED_SECONDS = 10.0
TREES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"told": WORD},
            "geometry": {"type": "Point", "coordinates": [11.5, 61.5]},
        }
    ],
}
FILES = {
    "README.md": f"# {README}\n",
    FILE: json.dumps(TREES),
    OTHER: "lat,lon,nests\n47.56,7.58,4\n",
}
ROLES = (
    ("bela", ORGANIZATION, Role.MAINTAINER),
    ("cleo", ORGANIZATION, Role.WRITER),
    ("dora", REPOSITORY, Role.READER),
)
Pair = tuple[str, Door]
PAIRS: list[Pair] = [
    (who, door)
    for who, door in product((ANYBODY, *KEYS), DOORS)
    if door.by_key or who not in KEYS.keys() - set(PEOPLE)
]


class World:
    """The running services, and what is so in them."""

    def __init__(self, office: Office, start: Truth) -> None:
        self.office = office
        self.start = self.truth = start

    def change(self, one: Change) -> None:
        """Make it, unless it is so already or cannot be."""
        after = one.after(self.truth)
        if after != self.truth:
            one.make(self.office, self.truth)
            self.truth = after

    def go_back(self) -> None:
        """To where everything starts."""
        for one in way_back(self.truth, self.start):
            self.change(one)
        assert self.truth == self.start
        self.settle(self.truth, time.monotonic(), is_strict=False)

    def settle(self, before: Truth, since: float, *, is_strict: bool = True) -> None:
        """Look until all is shown that is to be; nothing else is, but for a moment what was."""
        waiting, end = PAIRS, since + SETTLED_SECONDS
        while waiting:
            still = []
            for who, door in waiting:
                late = time.monotonic() > since + GONE_SECONDS
                seen = door.seen(self.office.visitors, who)
                wanted = self.truth.shows(who, door)
                most = wanted if late else max(wanted, before.shows(who, door))
                told = f"{door.name} shows {who} {seen!r}, not {wanted!r}: {self.truth}"
                assert seen <= most or not is_strict, told
                if seen != wanted:
                    assert time.monotonic() < end, told
                    still.append((who, door))
            waiting = still


@pytest.fixture(scope="module")
def world(edge: Edge) -> Iterator[World]:
    """An organization with its people, a repository with three files, and everyone's keys."""
    with ExitStack() as stack:
        asked = stack.enter_context(asking(edge.platform))
        people = {who: stack.enter_context(registered(edge, who)) for who in PEOPLE}
        browsers = {who: person.client for who, person in people.items()}
        browsers[ANYBODY] = stack.enter_context(httpx.Client(base_url=edge.web))
        visitors = Visitors(edge.web, edge.platform.ready["s3"], browsers)
        stack.enter_context(visitors.plain)
        operate(edge, "grant-admin", "rosa")
        ada, *others = (asked.wait(control_plane.account(asked.bus, who)) for who in PEOPLE)
        grove = asked.wait(control_plane.organization(asked.bus, ORGANIZATION, ada))
        wanted = CreateRepository(
            actor=control_plane.actor_of(ada),
            account_id=ORGANIZATION,
            repository_id=REPOSITORY,
            title=TITLE,
        )
        uids = {one.account_id: one.account_uid for one in (ada, *others, grove)}
        uids[REPOSITORY] = asked.ask(wanted).repository_uid
        office = Office(asked, visitors, people, uids)
        yield prepared(office, people["ada"].s3(edge))


def prepared(office: Office, s3: Any) -> World:
    """Filled, indexed, with the roles and keys that everything starts from."""
    for key, content in FILES.items():
        s3.put_object(Bucket=ORGANIZATION, Key=f"{REPOSITORY}/{key}", Body=content.encode())
    founder = {("ada", ORGANIZATION): Role.OWNER}
    world = World(office, Truth(office.uids, founder, revoked=frozenset(KEYS)))
    until(lambda: '"files":3' in office.visitors.call(ANYBODY, f"{API}/summary").text)
    found = until(lambda: office.visitors.call(ANYBODY, f"{API}/object?key={FILE}").json())
    office.visitors.item = found["item_id"]
    office.visitors.addresses[ANYBODY] = office.visitors.sign(ANYBODY)
    first: list[Change] = [Renew(who) for who in KEYS]
    for one in first + [Give(*one) for one in ROLES]:
        world.change(one)
    world.start = world.truth
    return world


def check(world: World, changes: list[Change]) -> None:
    """From the start, one change after another."""
    world.go_back()
    for one in changes:
        before, since = world.truth, time.monotonic()
        world.change(one)
        world.settle(before, time.monotonic() if before != world.truth else since)


def drawn(examples: int, changes: int) -> Callable[[Any], Any]:
    """So many histories of so many changes; a failing one is told as it is, since each is dear."""
    described = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    history = st.lists(CHANGES, min_size=changes, max_size=changes)
    return lambda test: seed(20261128)(described(given(changes=history)(test)))


@pytest.mark.slow
def test_what_is_put_aside_is_found_by_those_who_manage_it_and_what_is_deleted_by_nobody(
    world: World,
) -> None:
    states = (State.DEACTIVATED, State.ACTIVE, State.DELETED)
    check(world, [Show(Visibility.RESTRICTED), *(Put(state) for state in states)])


@drawn(examples=1, changes=6)
def test_no_door_shows_more_or_less(world: World, changes: list[Change]) -> None:
    check(world, changes)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@drawn(examples=40, changes=8)
def test_no_door_ever_shows_more_or_less(world: World, changes: list[Change]) -> None:
    check(world, changes)
