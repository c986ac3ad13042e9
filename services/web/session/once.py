"""A form sent twice is done once: the second sending gets the answer of the first.

Its token names one rendering of one form. The memory is this process's own; across processes the
owner's own uniqueness (a name that is taken) is what keeps a second sending harmless.
"""

from collections.abc import Awaitable, Callable, Mapping
from hashlib import sha256

import orjson
from starlette.responses import Response

from services.web.session.memory import Memory

REMEMBERED_SECONDS = 120.0


class Once:
    """The answers of forms that were just sent."""

    def __init__(self) -> None:
        self._answers: Memory[Response] = Memory(REMEMBERED_SECONDS, entries=1000)

    async def answer(
        self, fields: Mapping[str, str], do: Callable[[], Awaitable[Response]]
    ) -> Response:
        """What `do` answered when this very form came first; a refusal is not remembered.

        The same token with other values is a form changed after going back: another sending.
        """
        key = sha256(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS)).hexdigest()
        response = await self._answers.get(key, do)
        if response.status_code >= 400:
            self._answers.forget(key)
        return response
