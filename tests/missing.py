"""What a test needs and this machine lacks."""

import os

import pytest


def give_up(reason: str) -> None:
    """Skip, or fail where the suite must be whole (CI=true)."""
    if os.environ.get("CI") == "true":  # noqa: TID251 -- a switch of the tests themselves
        pytest.fail(reason)
    pytest.skip(reason)
