"""Reading objects through the data door, as any client does, with this service's own key."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import quote, urlsplit

from services.indexer.data_door.connections import Connections
from services.indexer.data_door.signing import Signer
from services.indexer.models.stored import Stored
from services.indexer.models.superseded import Superseded
from shared.errors import Unavailable

Fetch = Callable[[int, int], Awaitable[bytes]]

GONE = frozenset({404, 412})


class DataDoor:
    """Connections to the data door, held open: `async with DataDoor(url, id, secret)`."""

    def __init__(self, url: str, access_key_id: str, secret_access_key: str) -> None:
        parts = urlsplit(url)
        self.path = parts.path.rstrip("/")
        self._signer = Signer(parts.netloc, access_key_id, secret_access_key)
        self._connections = Connections(url)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._connections.close()

    def fetching(self, stored: Stored) -> Fetch:
        """A function that gets bytes of this object, from start up to, not including, end.

        It raises Superseded where the object is another by now, Unavailable where none are to be
        had at the moment.
        """
        key = quote(stored.key, safe="/~")
        path = f"{self.path}/{stored.account_id}/{stored.repository_id}/{key}"

        async def fetch(start: int, end: int) -> bytes:
            headers = self._signer.headers(path, datetime.now(UTC))
            headers["range"] = f"bytes={start}-{end - 1}"
            headers["if-match"] = f'"{stored.etag}"'
            status, body = await self._connections.get(path, headers, most=end - start)
            if status in GONE:
                raise Superseded
            if status not in {200, 206} or len(body) != end - start:
                raise Unavailable(f"The data door answers {status} with {len(body):,} bytes.")
            return body

        return fetch
