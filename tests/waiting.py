"""Waiting for what others do in their own time: `until` blocks, `eventually` lets the loop run."""

import asyncio
import subprocess
import time
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

Outcome = TypeVar("Outcome")
START_SECONDS = 30


def until(
    condition: Callable[[], Outcome], *, seconds: float = 10.0, pause: float = 0.02
) -> Outcome:
    """The first answer that is true; an AssertionError with the last one after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < end, f"not within {seconds} s: {answer!r}"
        time.sleep(pause)


async def eventually(condition: Callable[[], Any], *, seconds: float = 10.0) -> None:
    """Wait until the condition (plain or async) is true; an AssertionError after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        answer = condition()
        if asyncio.iscoroutine(answer):
            answer = await answer
        if answer:
            return
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def wait_until_up(name: str, process: "subprocess.Popen[bytes]", port: int) -> None:
    """Until a server that was just started answers; anything but silence is an answer."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"{name} ended with {process.returncode}")
        try:
            urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except HTTPError as answer:
            answer.close()
            return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"{name} did not start")
