"""The bucket, and what it says when something goes wrong, in words that the port knows.

Whatever it cannot do now is Unavailable (503 at every door), and its own words go to the log.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import from_url

from services.storage.blobs.port import Bytes, GoneError
from shared.errors import Unavailable
from shared.log import logger

if TYPE_CHECKING:
    from obstore import BytesStream, ObjectMeta, PutResult
    from obstore.store import ObjectStore

CHUNK_BYTES = 8 * 1024**2
CHUNKS_AT_ONCE = 3
MAX_RETRIES = 4
LIST_PAGE = 1000
OUT_OF_REACH = "The bytes are out of reach at the moment."
# Of an address: what is signed there is a secret.
QUERY = re.compile(r"\?\S*")
READING = frozenset(("head", "get", "delete"))
log = logger("storage")


class Bucket:
    """A bucket and a prefix in it; names are relative to both."""

    def __init__(self, store: "ObjectStore") -> None:
        self._store = store

    async def put(self, name: str, content: Bytes, about: Mapping[str, str]) -> str:
        """Write an object; its ETag."""
        with answering("put", name):
            told = await self._put(name, bytes(content), dict(about))
        return told["e_tag"] or ""

    async def put_first(self, name: str, content: bytes) -> None:
        """Write an object that stays as whoever comes first wrote it."""
        with answering("put", name), suppress(AlreadyExistsError):
            await obstore.put_async(self._store, name, content, mode="create", use_multipart=False)

    async def put_over(self, name: str, content: bytes, mark: str) -> bool:
        """Write an object in the place of that with this ETag; whether it was still there."""
        with answering("put", name):
            try:
                await obstore.put_async(
                    self._store, name, content, mode={"e_tag": mark}, use_multipart=False
                )
            except PreconditionError:
                return False
        return True

    async def _put(self, name: str, content: bytes, about: dict[str, str]) -> "PutResult":
        """No name is written twice: a back end that calls one taken was at work on its folders."""
        put = partial(
            obstore.put_async, self._store, name, content, attributes=about, use_multipart=False
        )
        for _ in range(MAX_RETRIES):
            with suppress(AlreadyExistsError):
                return await put()
        return await put()

    async def put_stream(
        self,
        name: str,
        pieces: AsyncIterator[bytes],
        about: Mapping[str, str],
        *,
        chunk_bytes: int = CHUNK_BYTES,
    ) -> str:
        """Write an object piece by piece; its ETag. What `pieces` raises leaves nothing."""
        with answering("put", name):
            told = await obstore.put_async(
                self._store,
                name,
                pieces,
                attributes=dict(about),
                chunk_size=chunk_bytes,
                max_concurrency=CHUNKS_AT_ONCE,
            )
        return told["e_tag"] or ""

    async def head(self, name: str) -> "ObjectMeta":
        """What is there. Raises GoneError."""
        with answering("head", name):
            return await obstore.head_async(self._store, name)

    async def about(self, name: str) -> Mapping[str, str]:
        """What was written beside it. Raises GoneError."""
        with answering("head", name):
            told = await obstore.get_async(self._store, name, options={"head": True})
            return {str(name): value for name, value in told.attributes.items()}

    async def get(self, name: str) -> tuple[bytes, str]:
        """A small object and its ETag. Raises GoneError."""
        with answering("get", name):
            told = await obstore.get_async(self._store, name)
            content = bytes(await told.bytes_async())
        return content, told.meta["e_tag"] or ""

    async def stream(self, name: str, start: int, end: int, least: int) -> "BytesStream":
        """A range in pieces of so many bytes at least. Raises GoneError."""
        with answering("get", name):
            told = await obstore.get_async(self._store, name, options={"range": (start, end)})
        return told.stream(min_chunk_size=least)

    async def whole(self, name: str, least: int) -> AsyncIterator[Bytes]:
        """All of an object in pieces of so many bytes at least. Raises GoneError."""
        with answering("get", name):
            told = await obstore.get_async(self._store, name)
            async for piece in told.stream(min_chunk_size=least):
                yield memoryview(piece)

    async def copy(self, source: str, target: str) -> None:
        """Without moving a byte through here. Raises GoneError."""
        with answering("copy", source):
            await obstore.copy_async(self._store, source, target)

    async def remove(self, names: Sequence[str]) -> None:
        """It is no error if there are none."""
        if not names:
            return
        try:
            with answering("delete", names[0]):
                await obstore.delete_async(self._store, list(names))
        except GoneError:
            # A back end without a batch delete stops there.
            for name in names if len(names) > 1 else ():
                await self.remove([name])

    async def pages(self, folder: str) -> AsyncIterator["Sequence[ObjectMeta]"]:
        """Everything below a folder, a page at a time."""
        with answering("list", folder):
            async for page in obstore.list(self._store, folder, chunk_size=LIST_PAGE):
                yield page

    async def folders(self, folder: str | None) -> list[str]:
        """The names of the folders in a folder."""
        with answering("list", folder or ""):
            told = await obstore.list_with_delimiter_async(self._store, folder)
        return [path.rpartition("/")[2] for path in told["common_prefixes"]]

    async def objects(self, folder: str) -> "Sequence[ObjectMeta]":
        """The objects that lie in a folder itself."""
        with answering("list", folder):
            told = await obstore.list_with_delimiter_async(self._store, folder)
        return told["objects"]


@contextmanager
def answering(verb: str, name: str) -> Iterator[None]:
    """GoneError for what is not there to be read, Unavailable for all else that the bucket says.

    Who writes and is told that nothing is there has no bucket.
    """
    try:
        yield
    except (BaseError, FileNotFoundError) as error:
        if isinstance(error, FileNotFoundError) and verb in READING:
            raise GoneError from error
        reason = QUERY.sub("", str(error))[:500]
        log.warning("the bucket refuses", verb=verb, name=name, reason=reason)
        raise Unavailable(OUT_OF_REACH) from error


def open_bucket(url: str, options: Mapping[str, str], patience_seconds: float) -> Bucket:
    """The bucket of this address; nothing is asked of it yet. ValueError for unknown options."""
    config: Any = dict(options)
    patience = timedelta(seconds=patience_seconds)
    try:
        store = from_url(
            url,
            config=config,
            client_options={
                "allow_http": options.get("endpoint", "").startswith("http://"),
                "connect_timeout": min(patience, timedelta(seconds=5)),
                # A reader may take as long as it likes; only silence is an error.
                "timeout": timedelta(days=1),
                "read_timeout": patience,
            },
            retry_config={"max_retries": MAX_RETRIES, "retry_timeout": patience},
        )
    except BaseError as error:
        raise ValueError(f"COOP_STORAGE__BLOBS: {error}") from error
    return Bucket(store)
