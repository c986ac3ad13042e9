"""What a dead letter says of the event in it: consumers and operators write it, operators read."""

from collections.abc import Mapping
from dataclasses import dataclass

ROOT = "coop.dlq"
SUBJECT, SEQUENCE = "coop-dlq-subject", "coop-dlq-sequence"
DELIVERIES, ERROR = "coop-dlq-deliveries", "coop-dlq-error"
LONGEST_ERROR = 500


@dataclass(frozen=True)
class Origin:
    """Which event of which stream it is, which durable consumer could not take it, and why."""

    stream: str
    durable: str
    subject: str
    sequence: int
    deliveries: int
    error: str

    @property
    def place(self) -> str:
        """One letter's worth: the same event of the same consumer is buried once."""
        return f"{self.stream}:{self.durable}:{self.sequence}"

    @property
    def letter_subject(self) -> str:
        """Where the letter is published."""
        return f"{ROOT}.{self.stream}.{self.durable}"

    @property
    def headers(self) -> dict[str, str]:
        """The letter's headers, which hold one line of ASCII each."""
        line = self.error.encode("ascii", "replace").decode()[:LONGEST_ERROR]
        return {
            SUBJECT: self.subject,
            SEQUENCE: str(self.sequence),
            DELIVERIES: str(self.deliveries),
            ERROR: line.replace("\n", " ").replace("\r", " "),
            "Nats-Msg-Id": self.place,
        }


def origin_of(letter_subject: str, headers: Mapping[str, str]) -> Origin:
    """As it was written; raises ValueError for what is none of ours."""
    stream, durable = letter_subject.removeprefix(f"{ROOT}.").split(".", 1)
    return Origin(
        stream,
        durable,
        subject=headers.get(SUBJECT, ""),
        sequence=int(headers.get(SEQUENCE, 0)),
        deliveries=int(headers.get(DELIVERIES, 0)),
        error=headers.get(ERROR, ""),
    )
