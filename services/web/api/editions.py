"""Editions of things: `ETag` on what is read, `If-Match` on what is changed (RFC 9110 §13.1.1)."""

import re
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Response

from shared.contracts.base import Reply, Snapshot
from shared.errors import Invalid, Outdated, PreconditionFailed

VERSION = re.compile(r'"([0-9]{1,20})"')


def tag(response: Response, thing: Snapshot) -> None:
    """Tell the edition of what is answered."""
    response.headers["etag"] = f'"{thing.version}"'


async def expected(
    if_match: Annotated[
        str | None,
        Header(max_length=100, description="The ETag of what was read: 412 where it is another"),
    ] = None,
) -> int | None:
    """The version that a change is meant for; None: whatever is there. Raises Invalid."""
    if if_match in {None, "*"}:
        return None
    found = VERSION.fullmatch(str(if_match).strip())
    if found is None:
        raise Invalid("If-Match is the ETag of one answer, in its quotes.")
    return int(found[1])


@dataclass(frozen=True)
class Changing:
    """Which version a change is meant for, and where that of the answer is told."""

    response: Response
    version: int | None

    async def done(self, change: Awaitable[Reply]) -> Reply:
        """Its answer; what came too late fails the condition, if that is where it was made."""
        try:
            after = await change
        except Outdated as problem:
            if self.version is None:
                raise
            raise PreconditionFailed(problem.detail) from problem
        if isinstance(after, Snapshot):
            tag(self.response, after)
        return after


async def changing(
    response: Response, version: Annotated[int | None, Depends(expected)]
) -> Changing:
    """What the request's `If-Match` is meant for."""
    return Changing(response, version)


Edition = Annotated[Changing, Depends(changing)]
