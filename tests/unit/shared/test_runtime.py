"""Work that goes on beside everything else does not end because it failed once."""

import asyncio

import pytest

from shared import runtime
from shared.runtime import going


async def test_work_that_fails_is_told_and_begins_anew(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runtime, "AGAIN_SECONDS", 0.0)
    turns, well = iter(range(3)), asyncio.Event()

    async def work() -> None:
        if next(turns) < 2:
            raise RuntimeError("a slip")
        well.set()

    async with going(work):
        await asyncio.wait_for(well.wait(), 5)
    told = capsys.readouterr()
    assert (told.out + told.err).count("begins anew") == 2
