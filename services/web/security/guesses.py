"""Tries at secrets, counted by all processes of the edge together.

Each is told to all of them, to the one that tells it too, and counted where it is heard of: of two
that come at once to two processes, neither is let through before the other is counted. A process
that hears nothing takes none (ADR 0023).
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any

import orjson

from services.web.security.backoff import MOST_NAMES, Backoff
from services.web.security.names import nameless
from shared.errors import TooManyRequests, Unavailable
from shared.identifiers import new_uid

GUESSED = "coop.live.web.guessed"
HEARD_SECONDS = 2.0
UNHEARD = "Nothing can be tried at the moment. Wait a minute, then try again."

Tell = Callable[[str, bytes], Awaitable[None]]


class Guesses:
    """`by` counts under names of one kind each: accounts, addresses."""

    def __init__(self, by: Mapping[str, Backoff], *, key: bytes, tell: Tell) -> None:
        self.by = by
        self._key = key
        self._tell = tell
        self._process, self._numbers = new_uid(), count()
        self._waiting: dict[str, asyncio.Future[TooManyRequests | None]] = {}
        self._joined: OrderedDict[str, str] = OrderedDict()

    async def enter(self, **names: str) -> None:
        """Count a try before it is made, under all of these names or none.

        Raises TooManyRequests, and Unavailable where it cannot be known whether it is one.
        """
        number = f"{self._process}-{next(self._numbers)}"
        verdict = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._say("enter", names, number=number)
            async with asyncio.timeout(HEARD_SECONDS):
                problem = await verdict
        except TimeoutError:
            raise Unavailable(UNHEARD) from None
        finally:
            del self._waiting[number]
        if problem is not None:
            raise problem

    async def succeed(self, **names: str) -> None:
        """Whoever knows the secret begins anew."""
        await self._say("succeed", names)

    async def undo(self, times: int = 1, **names: str) -> None:
        """So many tries were none."""
        await self._say("undo", names, times=times)

    async def join(self, alias: str, *, account: str) -> None:
        """Tries under `alias` are tries at this account from now on."""
        await self._say("join", {"account": account}, alias=nameless(self._key, alias))

    async def heard(self, body: bytes) -> None:
        """What a process has told; nothing is done that only a later release knows."""
        said = orjson.loads(body)
        told = said["names"].items()
        names = {kind: self._joined.get(name, name) for kind, name in told if kind in self.by}
        match said["do"]:
            case "enter":
                self._decide(said["number"], self._enter(names))
            case "succeed":
                for kind, name in names.items():
                    self.by[kind].succeed(name)
            case "undo":
                for kind, name in names.items():
                    self.by[kind].undo(name, said["times"])
            case "join":
                self._join(said["alias"], names["account"])

    def _join(self, alias: str, account: str) -> None:
        self._joined[alias] = account
        if len(self._joined) > MOST_NAMES:
            self._joined.popitem(last=False)

    async def _say(self, do: str, names: Mapping[str, str], **more: Any) -> None:  # noqa: ANN401
        hidden = {kind: nameless(self._key, name) for kind, name in names.items()}
        await self._tell(GUESSED, orjson.dumps({"do": do, "names": hidden, **more}))

    def _enter(self, names: Mapping[str, str]) -> TooManyRequests | None:
        entered: list[tuple[str, str]] = []
        for kind, name in names.items():
            try:
                self.by[kind].enter(name)
            except TooManyRequests as problem:
                for one, counted in entered:
                    self.by[one].undo(counted)
                return problem
            entered.append((kind, name))
        return None

    def _decide(self, number: str, verdict: TooManyRequests | None) -> None:
        waiting = self._waiting.get(number)
        if waiting is not None and not waiting.done():
            waiting.set_result(verdict)
