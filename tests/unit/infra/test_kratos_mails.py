"""What Kratos' courier writes: named after the platform, with its address and the code."""

import re
from pathlib import Path

import pytest

from infra.kratos.mails import MAILS, write_mails

URL = "https://data.example.org/a&b"
PARTS = ("subject", "body", "body.plaintext")
FIELD = re.compile(r"{{ (\.\w+) }}")


@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_names_the_platform_and_says_what_to_do(kind: str, tmp_path: Path) -> None:
    write_mails(tmp_path, "Coop", URL)
    told = {
        part: (tmp_path / kind / "valid" / f"email.{part}.gotmpl").read_text() for part in PARTS
    }
    assert "Coop" in told["subject"]
    assert "\n" not in told["subject"]
    assert f"Coop ({URL})" in told["body.plaintext"]
    assert "Coop (https://data.example.org/a&amp;b)" in told["body"]
    for part in PARTS[1:]:
        assert "there is nothing to do" in told[part]
        assert FIELD.findall(told[part]) == [MAILS[kind].code]


def test_written_again_it_follows_the_address(tmp_path: Path) -> None:
    for url in ("http://localhost:8080", URL):
        write_mails(tmp_path, "Coop", url)
    assert URL in (tmp_path / "recovery_code/valid/email.body.plaintext.gotmpl").read_text()
