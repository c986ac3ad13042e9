"""Dead letters one by one: read, published anew, or given up."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from shared.bus.dead_letters import ROOT, Origin, origin_of
from shared.cloudevents import CONTENT_TYPE
from shared.topology import DEAD_LETTERS, STREAMS

# JetStream's code of a publish whose expected last sequence is not the last any more.
WRONG_LAST_SEQUENCE = 10071
REPLAYED_HEADER = "coop-replayed"
LAST_OF_ITS_SUBJECT = frozenset(one.name for one in STREAMS if one.max_per_subject == 1)


@dataclass(frozen=True)
class Letter:
    """One event that one durable consumer could not take; `sequence` is its number among them."""

    sequence: int
    buried_at: datetime
    origin: Origin
    body: bytes


class SupersededError(Exception):
    """The stream keeps one message a subject, and has a later one by now."""


async def letters(jetstream: JetStreamContext) -> AsyncIterator[Letter]:
    """All of them, oldest first."""
    sequence = 0
    while True:
        try:
            found = await jetstream.get_msg(
                DEAD_LETTERS.name, seq=sequence + 1, subject=f"{ROOT}.>", next=True
            )
        except NotFoundError:
            return
        letter = letter_of(found)
        yield letter
        sequence = letter.sequence


async def letter_at(jetstream: JetStreamContext, sequence: int) -> Letter | None:
    """The letter of this number, if it is still there."""
    try:
        return letter_of(await jetstream.get_msg(DEAD_LETTERS.name, seq=sequence))
    except NotFoundError:
        return None


def letter_of(message: RawStreamMsg) -> Letter:
    """What `shared.bus` or `collect` wrote; raises ValueError for what neither did."""
    if message.subject is None or message.seq is None or message.time is None:
        raise ValueError("a message without subject, sequence or time")
    origin = origin_of(message.subject, message.headers or {})
    return Letter(message.seq, message.time, origin, message.data or b"")


async def replay(jetstream: JetStreamContext, letter: Letter) -> None:
    """Publish the event on its own subject again, then take the letter away.

    Every consumer of the subject gets it once more: they ignore what is not newer. The message id
    is new, or the stream would call it a double; it is the same for a second try of this command.
    Raises SupersededError where the stream would let an old message replace a later one.
    """
    origin = letter.origin
    headers = {
        "Nats-Msg-Id": f"{origin.place}:replay:{letter.sequence}",
        "content-type": CONTENT_TYPE,
        REPLAYED_HEADER: f"{origin.stream}:{origin.sequence}",
    }
    if origin.stream in LAST_OF_ITS_SUBJECT:
        # A revoked key's old material must not come back in place of the word that revoked it.
        headers["Nats-Expected-Last-Subject-Sequence"] = str(origin.sequence)
    try:
        await jetstream.publish(
            origin.subject, letter.body, stream=origin.stream, headers=headers, timeout=5
        )
    except APIError as error:
        if error.err_code == WRONG_LAST_SEQUENCE:
            raise SupersededError(f"{origin.subject} has a later message") from error
        raise
    await drop(jetstream, letter)


async def drop(jetstream: JetStreamContext, letter: Letter) -> None:
    """Give it up for good."""
    await jetstream.delete_msg(DEAD_LETTERS.name, letter.sequence)
