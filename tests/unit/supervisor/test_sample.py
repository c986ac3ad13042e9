from pathlib import Path

import pytest

from infra.sample.marker import mark_published
from infra.settings import PlatformSettings
from services.supervisor.refusal import StartRefused
from services.supervisor.sample import is_wanted, refuse_on_open_address


def settings(home: Path, **values: object) -> PlatformSettings:
    return PlatformSettings(_env_file=None, home=home, **values)


def test_sample_accounts_are_refused_on_an_open_address(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="COOP_SAMPLE=false"):
        refuse_on_open_address(settings(tmp_path, listen="192.0.2.1"))


def test_an_open_address_is_fine_without_them(tmp_path: Path) -> None:
    refuse_on_open_address(settings(tmp_path, listen="192.0.2.1", sample=False))


def test_accounts_published_earlier_are_refused_too(tmp_path: Path) -> None:
    mark_published(tmp_path)

    with pytest.raises(StartRefused, match=r"holds the sample accounts.*COOP_HOME"):
        refuse_on_open_address(settings(tmp_path, listen="192.0.2.1", sample=False))


def test_a_part_of_the_platform_does_not_publish_it(tmp_path: Path) -> None:
    assert is_wanted(settings(tmp_path))
    assert not is_wanted(settings(tmp_path, services="storage"))
    assert not is_wanted(settings(tmp_path, sample=False))
