"""A form sent twice is done once: the second sending gets the answer of the first.

Its token names one rendering of one form. The memory is this process's own; across processes the
owner's own uniqueness (a name that is taken) is what keeps a second sending harmless.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256
from typing import NamedTuple

import orjson
from starlette.responses import Response

from services.web.session.memory import Memory

REMEMBERED_SECONDS = 120.0


class Sent(NamedTuple):
    """An answer as it left the view; what is outside adds headers to the copy it gets."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes

    def response(self) -> Response:
        """A copy of its own for each who is answered."""
        copy = Response(self.body, self.status)
        copy.raw_headers = list(self.headers)
        return copy


class Once:
    """The answers of forms that were just sent."""

    def __init__(self) -> None:
        self._answers: Memory[Sent] = Memory(REMEMBERED_SECONDS, entries=1000)

    async def answer(
        self, address: str, fields: Mapping[str, str], do: Callable[[], Awaitable[Response]]
    ) -> Response:
        """What `do` answered when this very form came first; a refusal is not remembered.

        `address` is the method and path. The same token with other values is a form changed after
        going back: another sending.
        """

        async def sending() -> Sent:
            response = await do()
            return Sent(response.status_code, tuple(response.raw_headers), bytes(response.body))

        key = sha256(orjson.dumps([address, fields], option=orjson.OPT_SORT_KEYS)).hexdigest()
        sent = await self._answers.get(key, sending)
        if sent.status >= 400:
            self._answers.forget(key)
        return sent.response()
