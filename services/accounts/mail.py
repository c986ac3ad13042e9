"""Mail as it is sent: plain text over SMTP, to the server that Kratos' courier uses too.

`smtplib` waits for the server, so it runs in threads of our own with timeouts.
"""

import asyncio
import smtplib
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from shared.errors import Invalid, Unavailable

THREADS = 4
IMPLICIT_TLS_PORT, SUBMISSION_PORT = 465, 587
AWAY = "The mail server does not take it now."


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail; `name` is the same however often it is sent."""

    name: str
    to: str
    subject: str
    text: str


class Mailer:
    """Sends by the server of an address such as `smtps://name:password@mail.example.org:465/`.

    `smtp:` begins TLS by STARTTLS unless `?disable_starttls=true`; with `?skip_ssl_verify=true` any
    certificate will do. The same words as Kratos has.
    """

    def __init__(self, url: str, sender: str, *, timeout_seconds: float = 10.0) -> None:
        self.server = urlsplit(url)
        self.sender = sender
        self.timeout_seconds = timeout_seconds
        self.threads = ThreadPoolExecutor(THREADS, thread_name_prefix="mail")

    async def send(self, mail: Mail) -> None:
        """Hand it over. Raises Unavailable to try again later, Invalid where it is refused."""
        message = self.message(mail)
        await asyncio.get_running_loop().run_in_executor(self.threads, self._send, message)

    def message(self, mail: Mail) -> EmailMessage:
        """As RFC 5322 has it, not to be answered by machines (RFC 3834 §5)."""
        host = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["Date"], message["Message-ID"] = formatdate(), f"<{mail.name}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.text)
        return message

    def close(self) -> None:
        """Let go of the threads."""
        self.threads.shutdown(wait=False, cancel_futures=True)

    def _send(self, message: EmailMessage) -> None:
        try:
            with self._client() as client:
                client.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            raise _problem(max(code for code, _ in refused.recipients.values())) from refused
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refused:
            raise _problem(refused.smtp_code) from refused
        except (smtplib.SMTPException, OSError) as error:
            raise Unavailable(AWAY) from error

    @contextmanager
    def _client(self) -> Iterator[smtplib.SMTP]:
        server, options = self.server, parse_qs(self.server.query)
        context = _context(options)
        with _connected(server, context, self.timeout_seconds) as client:
            if server.scheme == "smtp" and not _is_on(options, "disable_starttls"):
                client.starttls(context=context)
            if server.username:
                client.login(unquote(server.username), unquote(server.password or ""))
            yield client


def _connected(server: SplitResult, context: ssl.SSLContext, timeout: float) -> smtplib.SMTP:
    host = server.hostname or ""
    if server.scheme == "smtps":
        port = server.port or IMPLICIT_TLS_PORT
        return smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    return smtplib.SMTP(host, server.port or SUBMISSION_PORT, timeout=timeout)


def _context(options: dict[str, list[str]]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if _is_on(options, "skip_ssl_verify"):
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _is_on(options: dict[str, list[str]], name: str) -> bool:
    return options.get(name) == ["true"]


def _problem(code: int) -> Unavailable | Invalid:
    """5xx is a no for good (RFC 5321 §4.2.1)."""
    return Invalid("The mail server refuses it.") if code >= 500 else Unavailable(AWAY)
