"""Messages may only grow by optional fields; whatever else changes is a new message."""

from infra.documents.messages import Message, all_events, all_requests
from infra.documents.snapshots import all_breaches, committed, snapshots

BROKEN = """
{said}

Processes of the last release, events that wait in a stream and other people's programs know the
old form. Add an optional field instead, or a new request; an event with a new meaning gets a new
type (`.v2`) beside the old one. Only if nobody can know the old form yet: python -m infra.documents
--breaking
"""


def test_no_message_breaks_those_who_know_its_old_form() -> None:
    said = all_breaches(committed(), snapshots())
    assert not said, BROKEN.format(said="\n".join(said))


def test_the_snapshots_are_of_today() -> None:
    before, after = committed(), snapshots()
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    assert not changed, f"run `python -m infra.documents` and commit: {', '.join(changed)}"


def test_every_message_is_found_and_says_what_it_is() -> None:
    messages: list[Message] = [*all_events(), *all_requests()]
    assert len(messages) == len(committed())
    assert {message.owner for message in messages} == {
        "accounts",
        "repositories",
        "storage",
        "indexer",
    }
    for message in messages:
        assert message.__module__.split(".")[:3] == ["shared", "contracts", message.owner]
        assert message.__dict__["__doc__"], f"{message.__name__} needs a sentence"


def test_an_event_is_called_as_its_class() -> None:
    for event in all_events():
        assert event.event.replace("_", "") == event.__name__.lower()
