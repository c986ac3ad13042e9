"""What a file shows of itself: asked for when its page is, and kept as long as it is the same."""

import asyncio

from starlette.requests import Request

from services.web.render.markdown import Beside
from services.web.render.previews import Preview, render_preview
from services.web.render.readme import LARGEST_BYTES, is_prose
from services.web.resources import resources_of, visitor_of
from services.web.security.callers import counted_as
from shared.contracts.indexer import FileMetadata, GetPreview
from shared.contracts.repositories import Repository
from shared.errors import NotFound, Problem

# A page that waited longer would be worse than one without it.
WAIT_SECONDS = 0.3
# The indexer's line, its reading and a run of a parser.
LONGEST_SECONDS = 15.0
SLOW = "The preview is being made; reload the page in a moment."
AWAY = "The preview cannot be made at the moment; reload the page in a while."
KNOWN = frozenset({"indexed", "described"})


async def preview_of(
    request: Request, repository: Repository, file: FileMetadata
) -> Preview | None:
    """None where there is nothing, or all of it is shown anyway; a reason where it cannot be."""
    if is_prose(file.key) and file.size <= LARGEST_BYTES:
        return None
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            found = await look(request, repository, file)
    except TimeoutError:
        return Preview(reason=SLOW)
    except NotFound:
        return None
    except Problem:
        return Preview(reason=AWAY)
    return found if found.parts or found.reason else None


async def look(request: Request, repository: Repository, file: FileMetadata) -> Preview:
    """However long it takes. Raises what the indexer raises."""
    if file.status not in KNOWN:
        return Preview()
    names = f"{repository.account_id}/{repository.repository_id}"
    state = f"{names}/{file.object_uid}/{file.version}"
    memory = resources_of(request).previews
    return await memory.get(state, lambda: _look(request, repository, file.key))


async def _look(request: Request, repository: Repository, key: str) -> Preview:
    edge, visitor = resources_of(request), await visitor_of(request)
    names = (repository.account_id, repository.repository_id)
    wanted = GetPreview(actor=visitor.actor, account_id=names[0], repository_id=names[1], key=key)
    address = counted_as(request, edge.settings.web.trusted_proxies)
    name = visitor.access_key_id or visitor.actor.uid or address
    async with edge.preview_turns.turn(name):
        found = await edge.bus.request(wanted, timeout=LONGEST_SECONDS)
    beside = Beside(*names, key[: key.rfind("/") + 1], edge.data_door)
    return await asyncio.to_thread(render_preview, found, beside)
