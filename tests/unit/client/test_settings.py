"""Where access keys are kept: for their owner alone, and the environment goes first."""

import json
import stat
from pathlib import Path

import pytest

from coop.errors import Invalid, Refused
from coop.models import Profile
from coop.settings import forget_profile, load_profile, save_profile

NAMES = ("SERVER", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")
DEMO = Profile("https://coop.example", "COOP1", "secret")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in NAMES:
        monkeypatch.delenv(f"COOP_{name}", raising=False)
    monkeypatch.setenv("COOP_CONFIG_FOLDER", str(tmp_path / "coop"))
    return tmp_path / "coop"


def test_nobody_at_first() -> None:
    with pytest.raises(Refused, match="coop sign-in"):
        load_profile()


def test_a_server_alone_is_enough_to_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_SERVER", "https://said")
    assert load_profile() == Profile("https://said")


def test_kept_for_its_owner_alone(home: Path) -> None:
    path = save_profile("default", DEMO)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert load_profile() == DEMO
    assert [one.name for one in home.iterdir()] == ["credentials.json"]


def test_a_file_that_others_may_read_is_refused() -> None:
    save_profile("default", DEMO).chmod(0o644)
    with pytest.raises(Invalid, match="chmod 600"):
        load_profile()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"default": 1}', '{"default": {"x": "y"}}'])
def test_a_file_that_is_none_of_ours(text: str) -> None:
    save_profile("default", DEMO).write_text(text)
    with pytest.raises(Invalid, match="not what coop wrote"):
        load_profile()


def test_several_profiles() -> None:
    other = Profile("http://localhost:1", "COOP2", "another")
    save_profile("default", DEMO)
    save_profile("work", other)
    assert load_profile("work") == other
    assert forget_profile("work")
    assert not forget_profile("work")
    assert load_profile() == DEMO
    with pytest.raises(Refused, match="--profile work sign-in"):
        load_profile("work")


def test_the_environment_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    save_profile("default", Profile("https://kept", "COOP1", "secret", "token"))
    monkeypatch.setenv("COOP_SERVER", "https://said")
    assert load_profile().server == "https://said"
    assert load_profile().access_key_id == "COOP1"
    monkeypatch.setenv("COOP_ACCESS_KEY_ID", "COOP9")
    monkeypatch.setenv("COOP_SECRET_ACCESS_KEY", "nine")
    assert load_profile() == Profile("https://said", "COOP9", "nine", "")


def test_a_secret_is_not_shown() -> None:
    shown = repr(Profile("https://x", "COOP1", "hidden", "also"))
    assert "hidden" not in shown
    assert "also" not in shown


def test_what_is_written_is_json() -> None:
    kept = json.loads(save_profile("default", DEMO).read_text())
    assert kept["default"]["access_key_id"] == "COOP1"
