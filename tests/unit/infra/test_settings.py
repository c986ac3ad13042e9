import pytest
from pydantic import ValidationError

from infra.settings import PlatformSettings
from shared.topology import SERVICES


def test_all_services_are_chosen_unless_a_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PlatformSettings(_env_file=None).chosen == SERVICES

    monkeypatch.setenv("COOP_SERVICES", "indexer, storage")
    assert PlatformSettings(_env_file=None).chosen == ("storage", "indexer")


def test_a_service_that_is_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_SERVICES", "storge")

    with pytest.raises(ValidationError, match="there is no service storge; there are accounts"):
        PlatformSettings(_env_file=None)


def test_processes_are_counted_from_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_INDEXER__PROCESSES", "0")

    with pytest.raises(ValidationError):
        PlatformSettings(_env_file=None)
