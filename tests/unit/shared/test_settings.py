"""What is set wrong is told by the name of its setting, before anything starts."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.settings import Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COOP_WEB__PORT", "65536"),
        ("COOP_WEB__PORT", "-1"),
        ("COOP_STORAGE__PORT", "9" * 5000),
        ("COOP_NATS__PORT", "http"),
        ("COOP_ACCOUNTS__OPS_PORT", "70000"),
        ("COOP_WEB__PUBLIC_URL", "nonsense"),
        ("COOP_WEB__PUBLIC_URL", "javascript:alert(1)"),
        ("COOP_STORAGE__PUBLIC_URL", "http://"),
        ("COOP_STORAGE__PUBLIC_URL", "https://data.example/a path"),
        ("COOP_KRATOS__ADMIN_URL", "127.0.0.1:4434"),
    ],
)
def test_what_cannot_be_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)
    place = name.removeprefix("COOP_").lower().split("__")
    assert [list(one["loc"]) for one in caught.value.errors()] == [place]


@pytest.mark.parametrize(
    "url", ["http://localhost:8080", "https://coop.example/", "http://[::1]:1"]
)
def test_addresses(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("COOP_WEB__PUBLIC_URL", url)
    assert Settings(_env_file=None).web.public_url == url


def test_a_file_beside_the_start_is_read_and_the_environment_has_the_last_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("COOP_WEB__PORT=1234\nCOOP_NATS__PORT=1235\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COOP_NATS__PORT", "1236")
    settings = Settings()
    assert (settings.web.port, settings.nats.port, settings.storage.port) == (1234, 1236, 9000)
