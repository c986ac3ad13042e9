"""Mail is caught where nobody is named who sends it, and where Kratos is ours."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from infra.settings import EmbeddedKratos, MailSettings, PlatformSettings
from services.supervisor.addresses import Addresses, choose_addresses
from services.supervisor.commands import addresses_environment, kratos_child, kratos_place
from shared.keyfile import hook_secret
from shared.settings import NatsSettings, StorageSettings, WebSettings

KEY = bytes(range(32))
SENDS = "smtps://us:secret@mail.example.org:465/"


def chosen(mail: MailSettings, **settings: object) -> Addresses:
    free = {
        "web": WebSettings(port=0),
        "storage": StorageSettings(port=0),
        "nats": NatsSettings(port=0),
        "kratos": EmbeddedKratos(public_port=0, admin_port=0),
    }
    return choose_addresses(PlatformSettings(**{**free, "mail": mail, **settings}))


def test_it_is_caught_and_web_says_where() -> None:
    addresses = chosen(MailSettings())
    assert addresses.mail_url == f"http://127.0.0.1:{addresses.mail_port}"
    assert addresses.smtp_url.startswith(f"smtp://127.0.0.1:{addresses.mail_smtp_port}/")
    environment = addresses_environment(Path("home"), addresses)
    assert environment["COOP_WEB__MAIL_URL"] == addresses.mail_url


def test_web_says_nothing_of_it_to_the_world() -> None:
    addresses = chosen(MailSettings(), listen="0.0.0.0")  # noqa: S104 -- that is the question
    assert addresses.mail_url.startswith("http://127.0.0.1:")
    assert "COOP_WEB__MAIL_URL" not in addresses_environment(Path("home"), addresses)


def test_a_server_that_sends_takes_its_place_and_stands_in_no_file(tmp_path: Path) -> None:
    addresses = chosen(MailSettings(smtp_url=SENDS, sender="us@example.org"))
    assert (addresses.mail_port, addresses.mail_url) == (0, "")
    place = kratos_place(tmp_path, addresses, KEY)
    child = kratos_child(Path("kratos"), place, addresses, KEY)
    assert child.environment["COURIER_SMTP_CONNECTION_URI"] == SENDS
    assert place.sender == "us@example.org"
    assert place.hook_secret == hook_secret(KEY)


def test_a_kratos_elsewhere_has_its_own_mail() -> None:
    elsewhere = EmbeddedKratos(public_url="http://k.example/", admin_url="http://a.example/")
    assert chosen(MailSettings(), kratos=elsewhere).mail_port == 0


def test_it_is_never_read_from_elsewhere() -> None:
    with pytest.raises(ValidationError):
        MailSettings.model_validate({"listen": "0.0.0.0"})  # noqa: S104 -- refused
