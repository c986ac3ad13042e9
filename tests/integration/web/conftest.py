"""One platform with real NATS, Kratos and services for all tests of this folder."""

from collections.abc import Iterator
from itertools import count

import httpx
import pytest

from tests.edge import Edge, Person, bearer, registered, starting
from tests.visitor import Visitor, visiting

_numbers = count(1)


@pytest.fixture(scope="package")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    # Nobody waits a minute for a file of all items.
    soon = {"COOP_INDEXER__MIRRORS__LAG_SECONDS": "0.5"}
    with starting(tmp_path_factory.mktemp("edge") / "home", **soon) as edge:
        yield edge


@pytest.fixture
def visitor(edge: Edge) -> Iterator[Visitor]:
    """Somebody nobody knows."""
    with visiting(edge.web) as visitor:
        yield visitor


@pytest.fixture
def ada(edge: Edge) -> Iterator[Person]:
    """Somebody with an account of their own, signed in."""
    with registered(edge, f"ada-{next(_numbers)}") as person:
        yield person


@pytest.fixture
def eve(edge: Edge) -> Iterator[Person]:
    """Somebody else, who has nothing to do with it."""
    with registered(edge, f"eve-{next(_numbers)}") as person:
        yield person


@pytest.fixture
def program(edge: Edge, ada: Person) -> Iterator[httpx.Client]:
    """What asks the API with a key of ada's."""
    with httpx.Client(base_url=f"{edge.web}/api/v1", headers=bearer(ada.new_key())) as client:
        yield client


@pytest.fixture
def org(program: httpx.Client, ada: Person) -> str:
    """The name of an organization of ada's."""
    name = f"org-{ada.account_id}"
    assert program.post("/accounts", json={"account_id": name, "name": "Org"}).status_code == 201
    return name
