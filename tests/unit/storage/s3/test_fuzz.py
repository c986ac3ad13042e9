"""A few of the cases of `make fuzz`."""

import pytest

from tests.fuzz.targets import MISSPELT, run


@pytest.mark.parametrize("name", MISSPELT)
def test_misspelt_requests(name: str) -> None:
    ends = run(name, 20261128, range(20 * MISSPELT[name].share))
    assert ends["refused"] > 0


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", MISSPELT)
def test_many_misspelt_requests(name: str) -> None:
    run(name, 20261129, range(1000 * MISSPELT[name].share))
