import json
from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.kratos.config import (
    KratosPlace,
    kratos_environment,
    render_config,
    serve_command,
    write_config,
)
from infra.settings import Provider

KEY = bytes(range(32))
SMTP = "smtps://us:secret@mail.example.org/"


def place(home: Path, web_url: str = "http://localhost:8080") -> KratosPlace:
    return KratosPlace(home, 4433, 4434, web_url)


def test_browsers_see_kratos_under_the_origin_of_web(tmp_path: Path) -> None:
    config = render_config(place(tmp_path, "https://data.example.org/"))

    assert config["serve"]["public"]["base_url"] == "https://data.example.org/.kratos/"
    assert config["selfservice"]["flows"]["login"]["ui_url"] == "https://data.example.org/-/sign-in"


def test_kratos_listens_on_loopback_alone(tmp_path: Path) -> None:
    serve = render_config(place(tmp_path))["serve"]

    assert serve["public"]["host"] == serve["admin"]["host"] == "127.0.0.1"


def test_no_secret_is_written(tmp_path: Path) -> None:
    path = write_config(place(tmp_path))
    written = path.read_text()

    for secret in list(kratos_environment(place(tmp_path), KEY, SMTP).values())[1:]:
        assert secret not in written
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(written)["selfservice"]["methods"]["password"]["config"] == {
        "haveibeenpwned_enabled": False
    }


def test_the_cipher_secret_has_the_length_that_kratos_wants(tmp_path: Path) -> None:
    assert len(kratos_environment(place(tmp_path), KEY, SMTP)["SECRETS_CIPHER"]) == 32


@pytest.mark.parametrize(
    ("web_url", "dev"),
    [
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080", True),
        ("https://localhost:8080", False),
        ("http://data.example.org", False),
        ("https://data.example.org", False),
    ],
)
def test_secure_cookies_are_off_only_for_http_on_loopback(
    tmp_path: Path, web_url: str, dev: bool
) -> None:
    assert ("--dev" in serve_command(Path("kratos"), place(tmp_path, web_url))) is dev


def test_other_providers_sign_people_in_where_there_are_any(tmp_path: Path) -> None:
    said = {"id": "lab", "label": "Lab", "issuer": "https://id.example", "client_id": "coop"}
    provider = Provider.model_validate(said | {"client_secret": "of two"})
    with_one = replace(place(tmp_path), providers=(provider,))
    write_config(with_one)
    told = render_config(with_one)["selfservice"]["methods"]["oidc"]
    (listed,) = told["config"]["providers"]

    assert told["enabled"]
    assert listed["client_secret"] == "of two"
    assert Path(listed["mapper_url"].removeprefix("file://")).is_file()
    assert not render_config(place(tmp_path))["selfservice"]["methods"]["oidc"]["enabled"]
    assert "of two" not in repr(with_one)


@pytest.mark.parametrize(
    "wrong", [{"id": "../x"}, {"issuer": ""}, {"issuer": "id.example"}, {"label": ""}]
)
def test_a_provider_that_cannot_work_is_refused(wrong: dict[str, str]) -> None:
    said = {"id": "lab", "label": "Lab", "issuer": "https://id.example", "client_id": "coop"}
    with pytest.raises(ValidationError):
        Provider.model_validate(said | wrong)
