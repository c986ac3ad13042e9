"""READMEs, fetched through the data door and kept rendered for as long as they are the same."""

import asyncio
from datetime import datetime
from typing import NamedTuple

from starlette.requests import Request

from services.web.data_door import AWAY
from services.web.render.markdown import Beside
from services.web.render.readme import LARGEST_BYTES, Readme, render_readme
from services.web.resources import resources_of
from services.web.views.contents import fetch
from shared.contracts.repositories import Repository
from shared.errors import Problem

TOO_LARGE = "It is too large to be shown here; open the file instead."


class Text(NamedTuple):
    """One state of one text file: a changed file has another."""

    key: str
    size: int
    changed_at: datetime


async def readme_of(request: Request, repository: Repository, text: Text) -> Readme:
    """The README rendered, or the reason why it is not."""
    name = text.key.rpartition("/")[2]
    if text.size > LARGEST_BYTES:
        return Readme(text.key, name, reason=TOO_LARGE)
    edge = resources_of(request)
    state = f"{repository.repository_uid}/{text.changed_at.timestamp()}/{text.size}/{text.key}"
    try:
        return await edge.readmes.get(state, lambda: _render(request, repository, text.key))
    except Problem:
        return Readme(text.key, name, reason=AWAY)


async def _render(request: Request, repository: Repository, key: str) -> Readme:
    content = (await fetch(request, repository, key, LARGEST_BYTES)).content
    prefix = key[: len(key) - len(key.rpartition("/")[2])]
    names = (repository.account_id, repository.repository_id)
    beside = Beside(*names, prefix, resources_of(request).data_door)
    return await asyncio.to_thread(render_readme, key, content, beside)
