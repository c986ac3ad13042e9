"""Work that goes on beside everything else does not end because it failed once."""

import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from shared import runtime
from shared.runtime import going


async def test_work_that_fails_is_told_and_begins_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(runtime, "AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(runtime, "log", structlog.get_logger())
    turns, well = iter(range(3)), asyncio.Event()

    async def work() -> None:
        if next(turns) < 2:
            raise RuntimeError("a slip")
        well.set()

    with capture_logs() as told:
        async with going(work):
            await asyncio.wait_for(well.wait(), 5)
    assert [one["log_level"] for one in told] == ["error", "error"]
