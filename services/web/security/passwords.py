"""Passwords that would be guessed: told before Kratos is asked, which knows no lists of them.

Its own API takes them still; nothing but the edge leads there.
"""

import asyncio
import re
from collections.abc import Iterable

# 10^6 guesses and more, by zxcvbn's measure: what is tried at a door that slows guessing down.
LOWEST_SCORE = 2
# What follows is not looked at: nobody guesses so far, and of signs that stand for letters a longer
# text takes the estimate seconds.
MEASURED = 24
# What Kratos itself finds too short.
SHORTEST = 8
# Shorter names are in many words: what is beside them must be good by itself.
SHORTEST_NAME = 4
SHORTEST_LEFT_OUT = 2

OWN = "This has your e-mail address or your account's name in it. Choose something else."
GUESSED = (
    "This is easy to guess. Choose something longer, such as a few words that do not go together."
)


async def weakness(password: str, names: Iterable[str]) -> str:
    """What is wrong with it and what to do, or nothing; `names` are those of whose it is."""
    if len(password) < SHORTEST:
        return ""
    typed, names = password.casefold(), [one for one in names if len(one) >= SHORTEST_LEFT_OUT]
    if any(one.casefold() in typed for one in names if len(one) >= SHORTEST_NAME):
        return OWN
    rest = _without(password, names)
    if len(rest) >= SHORTEST and await asyncio.to_thread(_score, rest[:MEASURED]) >= LOWEST_SCORE:
        return ""
    return GUESSED if rest == password else OWN


def names_in(email: str, account_id: str) -> list[str]:
    """What a password must not have in it: the address, what stands before its @, the account."""
    return [email, email.partition("@")[0], account_id]


def _without(password: str, names: list[str]) -> str:
    """What is left of it, however the names are written."""
    pattern = "|".join(re.escape(one) for one in names)
    return re.sub(pattern, "", password, flags=re.IGNORECASE) if names else password


def _score(password: str) -> int:
    # Its lists take a sixth of a second to read, which no start has to wait for.
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415 -- see above

    return int(zxcvbn(password)["score"])
