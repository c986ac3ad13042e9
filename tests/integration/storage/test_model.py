"""Random operations, each by whichever of two processes, against a dictionary."""

from collections.abc import Iterator

import pytest

from tests.deaths import drafts_are_gone
from tests.door import Door, opened
from tests.door_model.dying import die
from tests.door_model.steps import check, model_of, step
from tests.version_model import version_model
from tests.waiting import until


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    home = tmp_path_factory.mktemp("model") / "home"
    with opened(home, COOP_STORAGE__PROCESSES="2") as door:
        yield door


def run(door: Door, seed: int, steps: int, deaths: int) -> None:
    """So many steps, and so many of them while a process dies."""
    with model_of(door, seed) as model:
        dying = set(model.random.sample(range(steps), deaths))
        for number in range(steps):
            (die if number in dying else step)(model)
        check(model)
    until(lambda: drafts_are_gone(door), seconds=40)


def test_any_order_of_operations(twins: Door) -> None:
    run(twins, seed=20261124, steps=150, deaths=0)


def test_any_order_with_a_death(twins: Door) -> None:
    run(twins, seed=20261125, steps=40, deaths=1)


def run_versions(door: Door, seed: int, steps: int, deaths: int) -> None:
    """The same of a repository that keeps versions."""
    model = version_model(door, seed)
    model.turn("Enabled")
    dying = set(model.random.sample(range(steps), deaths))
    for number in range(steps):
        (model.die if number in dying else model.step)()
    model.check()
    for client in model.clients:
        client.close()


def test_versions_with_a_death(twins: Door) -> None:
    run_versions(twins, seed=20261128, steps=30, deaths=1)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(4))
def test_versions_and_many_deaths(twins: Door, seed: int) -> None:
    run_versions(twins, seed, steps=300, deaths=12)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(6))
def test_many_operations_and_deaths(twins: Door, seed: int) -> None:
    run(twins, seed, steps=1200, deaths=12)
