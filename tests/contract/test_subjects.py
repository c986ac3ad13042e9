"""Two roots that no stream joins, and every event in exactly one stream."""

import pytest

from infra.documents.messages import all_events, all_requests
from infra.documents.names import address
from infra.nats.permissions import of_service
from shared.topology import CALLS, CONSUMERS, SERVICES, STREAMS


def covers(pattern: str, subject: str) -> bool:
    """Whether a NATS pattern takes a subject (or another pattern as a whole)."""
    wanted, said = pattern.split("."), subject.split(".")
    for index, level in enumerate(wanted):
        if level == ">":
            return len(said) > index
        if index >= len(said) or level not in {"*", said[index]}:
            return False
    return len(wanted) == len(said)


@pytest.mark.parametrize(
    ("pattern", "subject", "taken"),
    [
        ("a.>", "a.b.c", True),
        ("a.>", "a", False),
        ("a.*.c", "a.b.c", True),
        ("a.*", "a.b.c", False),
        ("a.b", "a.b", True),
    ],
)
def test_patterns_are_read_as_nats_reads_them(pattern: str, subject: str, *, taken: bool) -> None:
    assert covers(pattern, subject) is taken


def test_no_stream_takes_a_request() -> None:
    """It would answer it itself."""
    for request in all_requests():
        for stream in STREAMS:
            assert not any(covers(one, request.nats_subject()) for one in stream.subjects)


def test_every_event_is_kept_by_one_stream() -> None:
    for event in all_events():
        subject = address(event)
        keeping = [one.name for one in STREAMS if any(covers(s, subject) for s in one.subjects)]
        assert len(keeping) == 1, f"{subject} is kept by {keeping}"


def test_an_owner_may_announce_and_answer_and_nobody_else_may() -> None:
    for service in SERVICES:
        role = of_service(service)
        for event in all_events():
            may = any(covers(one, address(event)) for one in role.publish)
            assert may is (event.owner == service)
        for request in all_requests():
            may = any(covers(one, request.nats_subject()) for one in role.subscribe)
            assert may is (request.owner == service)


def test_only_those_may_ask_who_are_listed() -> None:
    for service in SERVICES:
        for request in all_requests():
            may = any(covers(one, request.nats_subject()) for one in of_service(service).publish)
            assert may is (request.owner in CALLS[service])


def test_consumers_take_from_their_own_stream() -> None:
    kept = {stream.name: stream.subjects for stream in STREAMS}
    for consumer in CONSUMERS:
        for subject in consumer.subjects:
            assert any(covers(one, subject) for one in kept[consumer.stream])
