"""What was caught: the last mails, newest first."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast

from aiosmtpd.smtp import SMTP, Envelope, Session

LARGEST_BYTES = 256 * 1024
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its reader sees it."""

    to: str
    subject: str
    text: str
    caught_at: datetime


@dataclass
class Caught:
    """Takes every mail (aiosmtpd calls it by this name) and forgets the oldest.

    Without slots: aiosmtpd reads every attribute there is, and until Python 3.11.3 a data class
    with slots had one, `__weakref__`, that could not be read.
    """

    mails: deque[Mail] = field(default_factory=lambda: deque(maxlen=MOST_KEPT))

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep one mail; nothing is refused."""
        self.mails.appendleft(read(cast(bytes, envelope.content), envelope.rcpt_tos))
        return "250 Caught"


def read(content: bytes, recipients: list[str]) -> Mail:
    """The parts of a mail that people read; what cannot be decoded is shown as it came."""
    message = message_from_bytes(content, _class=EmailMessage, policy=default)
    body = message.get_body(("plain", "html"))
    try:
        text = str(body.get_content()) if body else ""
    except (LookupError, KeyError):
        text = content.decode(errors="replace")
    return Mail(", ".join(recipients), str(message["subject"] or ""), text, datetime.now(UTC))
