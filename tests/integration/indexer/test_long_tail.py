"""What is left to GDAL, in the sandbox: it is loaded there, sees no other file and ends nothing."""

import random

from services.indexer.settings import SandboxSettings
from tests.integration.indexer.test_sandbox import fetching, finding, opened, parse
from tests.mutations import mutated
from tests.unit.indexer.extractors.test_gdal import MADE, VRT, written

ROUNDS = 3


async def test_each_format_is_read_there() -> None:
    async with opened(SandboxSettings()) as sandbox:
        for driver, (name, _) in MADE.items():
            files = written(driver)
            main = "a.hdr" if driver == "ENVI" else name
            data = files[main]
            outcome = await sandbox.parse(main, len(data), fetching(data), finding(files))
            assert (outcome.status, outcome.reason) == ("read", "")
            assert outcome.facts.bands


async def test_what_is_broken_or_hostile_ends_with_a_reason() -> None:
    randomness = random.Random("gdal")
    async with opened(SandboxSettings()) as sandbox:
        outcome = await parse(sandbox, "a.jp2", VRT)
        assert (outcome.status, outcome.facts.format) == ("failed", "XML")
        for driver, (name, _) in MADE.items():
            for _ in range(ROUNDS):
                outcome = await parse(sandbox, name, mutated(written(driver)[name], randomness))
                assert "crashed" not in outcome.reason
                assert "longer than" not in outcome.reason
