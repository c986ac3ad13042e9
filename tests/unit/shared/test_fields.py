"""What people type into a field: one rule for all who ask for the same."""

import pytest

from shared.errors import Invalid
from shared.fields import email_address, is_email_address, is_web_address


@pytest.mark.parametrize(
    "text",
    [
        "http://example.org",
        "HTTPS://example.org:8443/a?b=c@d#e",
        "https://[::1]/",
        "https://é.fr/ß",
    ],
)
def test_an_address_on_the_web(text: str) -> None:
    assert is_web_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "example.org",
        "https://",
        "javascript:alert(1)",
        "https://noaa.gov@example.org/",
        "https://example.org:0/",
        "https://example.org:99999/",
        "https://[::1",
        "https://example.org/a b",
        'https://example.org/"',
        "https://example.org/\u202e",
        "https://example.org/\n",
    ],
)
def test_no_address_on_the_web(text: str) -> None:
    assert not is_web_address(text)


def test_an_email_address_is_one_however_it_is_spelt() -> None:
    assert is_email_address("Ada.Lovelace+x@Example.org")
    assert email_address("email", " Ada.Lovelace+x@Example.org ") == "ada.lovelace+x@example.org"


@pytest.mark.parametrize(
    "text",
    ["", "a", "a@b", "a@b@c.org", "a b@c.org", "a@b.org?bcc=c.org", "a\0@b.org", "\u0430@b.org"],
)
def test_no_email_address(text: str) -> None:
    assert not is_email_address(text)
    with pytest.raises(Invalid):
        email_address("email", text)
