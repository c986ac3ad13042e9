"""Storage without its doors: a real table and a real folder, nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.operations.resources import Resources
from shared.contracts.repositories import Repository
from tests.storage_room import REPOSITORY, opened_resources


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
async def resources(home: Path) -> AsyncIterator[Resources]:
    async with opened_resources(home) as resources:
        yield resources


@pytest.fixture
def repository() -> Repository:
    return REPOSITORY
