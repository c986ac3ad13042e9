"""Who tries again and again waits; by which address a caller is counted; even answers."""

import asyncio
import time
from collections.abc import Callable
from ipaddress import ip_network

import pytest
from starlette.requests import Request

from services.web.render.devices import device
from services.web.security import backoff
from services.web.security.backoff import Backoff
from services.web.security.callers import address_of, counted_as
from services.web.security.even import Even
from shared.errors import TooManyRequests

Move = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Move:
    """Let so many seconds pass."""
    now = [1000.0]

    def move(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr(backoff.time, "monotonic", lambda: now[0])
    return move


def refused(tries: Backoff, name: str) -> int:
    with pytest.raises(TooManyRequests) as caught:
        tries.enter(name)
    return caught.value.retry_after_seconds


def test_some_are_free_then_each_waits_twice_as_long(later: Move) -> None:
    tries = Backoff(free=2, longest_seconds=5)
    waits = []
    for _ in range(2):
        tries.enter("ada")
    for _ in range(4):
        waits.append(refused(tries, "ada"))
        later(waits[-1])
        tries.enter("ada")
    assert waits == [1, 2, 4, 5]


def test_names_are_counted_apart(later: Move) -> None:
    later(0)
    tries = Backoff(free=1, longest_seconds=60)
    tries.enter("ada@example.org")
    tries.enter("eve@example.org")
    assert refused(tries, "ada@example.org") == 1


def test_success_begins_anew_and_undoing_takes_one_back(later: Move) -> None:
    later(0)
    tries = Backoff(free=1, longest_seconds=60)
    tries.enter("ada")
    tries.undo("ada")
    tries.enter("ada")
    tries.succeed("ada")
    tries.enter("ada")
    tries.undo("nobody")
    assert refused(tries, "ada") == 1


def test_after_the_longest_wait_all_is_forgotten(later: Move) -> None:
    tries = Backoff(free=2, longest_seconds=8)
    for _ in range(2):
        tries.enter("ada")
    later(8.5)
    for _ in range(2):
        tries.enter("ada")
    assert refused(tries, "ada") == 1


def test_it_holds_no_more_names_than_its_share() -> None:
    tries = Backoff(free=1, longest_seconds=60, names=10)
    for number in range(100):
        tries.enter(str(number))
    assert len(tries._tries) == 10


@pytest.mark.parametrize(
    ("near", "told", "trusted", "address"),
    [
        ("9.9.9.9", "", [], "9.9.9.9"),
        ("9.9.9.9", "1.1.1.1", [], "9.9.9.9"),
        ("9.9.9.9", "1.1.1.1", ["10.0.0.0/8"], "9.9.9.9"),
        ("10.0.0.1", "1.1.1.1", ["10.0.0.0/8"], "1.1.1.1"),
        ("10.0.0.1", "6.6.6.6, 1.1.1.1, 10.0.0.2", ["10.0.0.0/8"], "1.1.1.1"),
        ("10.0.0.1", "", ["10.0.0.0/8"], ""),
        ("::1", "2001:db8::1", ["::1/128"], "2001:db8::1"),
    ],
)
def test_what_is_believed_of_an_address(
    near: str, told: str, trusted: list[str], address: str
) -> None:
    headers = [(b"x-forwarded-for", told.encode())]
    request = Request({"type": "http", "client": (near, 1), "headers": headers})
    assert address_of(request, tuple(map(ip_network, trusted))) == address


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("::1", "::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:9.9.9.9", "9.9.9.9"),
        ("", ""),
        ("testclient", "testclient"),
    ],
)
def test_a_caller_of_ipv6_is_counted_by_the_network(address: str, counted: str) -> None:
    request = Request({"type": "http", "client": (address, 1), "headers": []})
    assert counted_as(request, ()) == counted


async def test_an_even_answer_takes_whole_steps() -> None:
    begun = time.monotonic()
    await Even(0.05).settle()
    assert time.monotonic() - begun >= 0.05


async def test_an_answer_without_steps_does_not_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncio, "sleep", None)
    await Even(0).settle()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Safari/604", "Safari on iPhone"),
        ("curl/8", "curl"),
        ("", "Another program"),
    ],
)
def test_a_device_in_words(agent: str, words: str) -> None:
    assert device(agent) == words
