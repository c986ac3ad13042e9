"""What is left to GDAL, in the sandbox: it is loaded there, sees no other file and ends nothing."""

import random

import pytest

from services.indexer.settings import SandboxSettings
from tests.integration.indexer.test_sandbox import fetching, finding, opened, parse
from tests.mutations import mutated
from tests.unit.indexer.extractors.test_gdal import MADE, written


async def test_each_format_is_read_there() -> None:
    async with opened(SandboxSettings()) as sandbox:
        for driver, (name, _) in MADE.items():
            files = written(driver)
            main = "a.hdr" if driver == "ENVI" else name
            data = files[main]
            outcome = await sandbox.parse(main, len(data), fetching(data), finding(files))
            assert (outcome.status, outcome.reason) == ("read", "")
            assert outcome.facts.bands


async def nothing_ends(rounds: int) -> None:
    """Broken files of each format: none takes a worker with it, or too long."""
    randomness = random.Random(f"gdal {rounds}")
    async with opened(SandboxSettings()) as sandbox:
        for driver, (name, _) in MADE.items():
            for _ in range(rounds):
                outcome = await parse(sandbox, name, mutated(written(driver)[name], randomness))
                assert "crashed" not in outcome.reason
                assert "took longer than" not in outcome.reason


async def test_what_is_broken_ends_nothing() -> None:
    await nothing_ends(3)


@pytest.mark.slow
async def test_many_that_are_broken_end_nothing() -> None:
    await nothing_ends(500)
