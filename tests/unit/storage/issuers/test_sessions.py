"""Session tokens: opened by every holder of the key file, for their own key alone."""

from datetime import UTC, datetime

import pytest

from services.storage.issuers.sessions import Sessions
from shared.sealing import SealError

WHEN = datetime(2030, 1, 1, tzinfo=UTC)


def test_every_process_opens_it() -> None:
    session, token = Sessions(bytes(32)).make("T", WHEN)
    other = Sessions(bytes(32))
    assert other.open(session.access_key_id, token) == session
    secret = other.secret_of(session.access_key_id)
    assert secret == Sessions(bytes(32)).secret_of(session.access_key_id)
    assert secret not in token


def test_nobody_else_does() -> None:
    sessions = Sessions(bytes(32))
    session, token = sessions.make("T", WHEN)
    stranger = Sessions(b"x" * 32)
    for opening, key_id, text in (
        (stranger, session.access_key_id, token),
        (sessions, "COOPSESSIONAAAA", token),
        (sessions, session.access_key_id, token[:-4]),
        (sessions, session.access_key_id, "é"),
        (sessions, session.access_key_id, ""),
        (sessions, session.access_key_id, "A" * 10_000),
    ):
        with pytest.raises(SealError):
            opening.open(key_id, text)
    assert stranger.secret_of(session.access_key_id) != sessions.secret_of(session.access_key_id)
