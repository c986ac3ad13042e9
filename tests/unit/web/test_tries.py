"""Tries of one page: mails count against their address too, and a code proves no other mail."""

from types import SimpleNamespace
from typing import cast

import pytest
from starlette.requests import Request

from services.web.resources import STATE, Resources
from services.web.security.backoff import Backoff
from services.web.security.guesses import Guesses
from services.web.settings import ServiceSettings
from services.web.views.email import tries_of as tries_of_mails
from services.web.views.tries import Tries
from shared.errors import TooManyRequests

FREE, MANY = 3, 100


@pytest.fixture
def edge() -> Resources:
    """What tries look at, and nothing else."""
    by = {
        "account": Backoff(free=FREE, longest_seconds=60),
        "address": Backoff(free=MANY, longest_seconds=60),
    }

    async def tell(_: str, body: bytes) -> None:
        await guesses.heard(body)

    guesses = Guesses(by, key=b"", tell=tell)
    return cast(Resources, SimpleNamespace(settings=ServiceSettings(), guesses=guesses))


def tries_of(edge: Resources, name: str) -> Tries:
    return Tries(request_at(edge), name)


def request_at(edge: Resources, address: str = "9.9.9.9") -> Request:
    return Request({"type": "http", "client": (address, 1), "headers": [], STATE: edge})


async def test_who_tries_one_account_after_the_other_has_to_wait_too(edge: Resources) -> None:
    for number in range(MANY):
        await tries_of(edge, f"name-{number}").enter()
    with pytest.raises(TooManyRequests):
        await tries_of(edge, "another").enter()
    await Tries(request_at(edge, "8.8.8.8"), "another").enter()


async def test_mails_to_one_address_are_counted_whoever_has_them_sent(edge: Resources) -> None:
    for number in range(FREE):
        await tries_of(edge, f"sender-{number}").enter_mail("eve@example.org")
    with pytest.raises(TooManyRequests):
        await tries_of(edge, "another").enter_mail(" Eve@example.org")
    await tries_of(edge, "another").enter_mail("kim@example.org")


async def test_a_code_that_came_back_undoes_its_own_mail_and_no_other(edge: Resources) -> None:
    ada = tries_of(edge, "ada")
    for _ in range(FREE - 1):
        await ada.enter()
    await ada.undo_all(1)
    await ada.enter()
    await ada.enter()
    with pytest.raises(TooManyRequests):
        await ada.enter()


async def test_another_secret_that_was_known_lets_nobody_send_more_mails(edge: Resources) -> None:
    for _ in range(FREE):
        await tries_of_mails(request_at(edge), "ada").enter()
    await tries_of(edge, "ada").succeed()
    with pytest.raises(TooManyRequests):
        await tries_of_mails(request_at(edge), "ada").enter()
