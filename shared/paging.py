"""Lists that are read to their end; and such as hide things and yet fill their pages.

A cursor names the last thing shown, never a hidden one, and exists only where more can be shown.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import TypeVar

from shared.contracts.base import Listed
from shared.errors import Invalid

Row = TypeVar("Row")
Stretch = tuple[list[Row], str | None]


async def stretches(
    read: Callable[[str | None], Awaitable[Stretch[Row]]],
) -> AsyncGenerator[list[Row], None]:
    """All rows, some at a time.

    `read` gives some after a place (None: from the start) and the place to go on from (None: there
    are no more).
    """
    after = None
    while True:
        rows, after = await read(after)
        yield rows
        if after is None:
            return


async def fill(
    read: Callable[[str | None], Awaitable[Stretch[Row]]],
    listed: Listed,
    *,
    keep: Callable[[Row], bool],
    place: Callable[[Row], str],
) -> tuple[list[Row], str | None]:
    """One page of the rows to keep, and the cursor of the next.

    `read` is as for `stretches`, `place` is a row's own. Raises Invalid for a cursor that is not
    one of ours.
    """
    kept: list[Row] = []
    after = place_at(listed.cursor)
    while True:
        rows, after = await read(after)
        for row in filter(keep, rows):
            if len(kept) == listed.limit:
                return kept, cursor_at(place(kept[-1]))
            kept.append(row)
        if after is None:
            return kept, None


def cursor_at(place: str) -> str:
    """The opaque text that goes on after a place."""
    return urlsafe_b64encode(place.encode()).rstrip(b"=").decode()


def place_at(cursor: str | None) -> str | None:
    """The place in a cursor; raises Invalid."""
    if cursor is None:
        return None
    try:
        raw = urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
        place = raw.decode()
    except (binascii.Error, ValueError):
        place = ""
    if not place or cursor_at(place) != cursor:
        raise Invalid("The cursor is not one of ours.")
    return place
