"""The catcher of mail: takes what Kratos would send, shows it to its own machine alone."""

import smtplib
import sys
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from subprocess import Popen

import httpx
import pytest

from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from tests.waiting import until

ROOT = Path(__file__).parents[3]


@pytest.fixture
def ports(tmp_path: Path) -> Iterator[tuple[int, int]]:
    """The ports of its page and of its SMTP door."""
    page, smtp = free_port(), free_port()
    settings = {
        "COOP_HOME": str(tmp_path),
        "COOP_LISTEN": "0.0.0.0",  # noqa: S104 -- it must not listen there
        "COOP_MAIL__PORT": str(page),
        "COOP_MAIL__SMTP_PORT": str(smtp),
    }
    process = Popen(
        [sys.executable, "-m", "infra.mail"],
        cwd=ROOT,
        env=settings,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- as the supervisor does
    )
    until(lambda: answers(page), seconds=30)
    yield page, smtp
    process.terminate()
    assert process.wait(10) == 0


def answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz").is_success
    except httpx.HTTPError:
        return False


def send(port: int, to: str, subject: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "coop@localhost", to, subject
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(message)


def test_mail_is_shown_newest_first_and_as_text(ports: tuple[int, int]) -> None:
    page, smtp = ports
    send(smtp, "ada@example.org", "First", "Your code: 123456")
    send(smtp, "eve@example.org", "Zweite, größer", "<script>alert(1)</script>")
    first, second = httpx.get(f"http://127.0.0.1:{page}/mails.json").json()
    assert (first["to"], first["subject"]) == ("eve@example.org", "Zweite, größer")
    assert second["text"].strip() == "Your code: 123456"
    shown = httpx.get(f"http://localhost:{page}/")
    assert "&lt;script&gt;" in shown.text
    assert "<script>" not in shown.text
    assert "script-src" not in shown.headers["content-security-policy"]
    assert "default-src 'none'" in shown.headers["content-security-policy"]


def test_a_site_that_points_its_own_name_here_reads_nothing(ports: tuple[int, int]) -> None:
    page, smtp = ports
    send(smtp, "ada@example.org", "Secret", "123456")
    for host in ("evil.example", f"evil.example:{page}", "127.0.0.1.evil.example", ""):
        answer = httpx.get(f"http://127.0.0.1:{page}/mails.json", headers={"host": host})
        assert answer.status_code in {400, 421}, host
        assert "123456" not in answer.text


def test_what_is_too_large_is_refused_and_nothing_breaks(ports: tuple[int, int]) -> None:
    page, smtp = ports
    with pytest.raises(smtplib.SMTPException):
        send(smtp, "ada@example.org", "Large", "x" * 300_000)
    assert httpx.get(f"http://127.0.0.1:{page}/mails.json").json() == []
