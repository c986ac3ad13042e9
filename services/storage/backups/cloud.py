"""A bucket for backups, reached as the one for bytes is."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from services.storage.blobs.cloud.bucket import CHUNK_BYTES, Bucket, open_bucket
from services.storage.blobs.cloud.presence import Presence
from services.storage.blobs.port import READ_BYTES, Bytes
from shared.errors import Conflict, Invalid, Unavailable

MOST_PARTS = 10_000


class CloudTarget:
    """See Target. Who writes there is seen by others, and by nobody a while after it was killed."""

    def __init__(self, url: str, bucket: Bucket) -> None:
        self.url = url
        self.bucket = bucket
        self._presence: Presence | None = None

    async def take(self) -> None:
        """Be seen at work there, and be the only one. Raises Conflict."""
        presence = Presence(self.bucket)
        with self._answering():
            await presence.start()
            self._presence = presence
            others = await presence.others()
        if others:
            raise Conflict(
                f"Another backup or restore is at work on {self.url}, or was killed less than two "
                "minutes ago; try again later."
            )

    async def put(self, name: str, pieces: AsyncIterator[Bytes], size: int) -> None:
        """See Target.put."""
        raised = list[Exception]()
        watched = _watched(pieces, raised)
        try:
            with self._answering():
                if size > CHUNK_BYTES:
                    await self.bucket.put_stream(name, watched, {}, chunk_bytes=_chunk(size))
                else:
                    content = b"".join([piece async for piece in watched])
                    await self.bucket.put(name, content, {})
        except Exception:
            # The bucket's client has words of its own for it.
            for error in raised:
                raise error from None
            raise

    async def get(self, name: str) -> AsyncIterator[Bytes]:
        """See Target.get."""
        with self._answering():
            async for piece in self.bucket.whole(name, READ_BYTES):
                yield piece

    async def pages(self, folder: str) -> AsyncIterator[Sequence[tuple[str, int]]]:
        """See Target.pages."""
        with self._answering():
            async for page in self.bucket.pages(folder):
                yield [(one["path"], one["size"]) for one in page]

    async def remove(self, names: Sequence[str]) -> None:
        """See Target.remove."""
        with self._answering():
            await self.bucket.remove(names)

    async def settle(self) -> None:
        """See Target.settle: a bucket answers when it is."""

    async def be_alone(self) -> None:
        """See Target.be_alone: who stood still for long was taken for dead by somebody."""
        if self._presence is None:
            # A restore needs no more than to read.
            with suppress(Unavailable):
                await self.take()
            return
        with self._answering():
            others = await self._presence.others()
        if others:
            raise Conflict(f"Another backup to {self.url} began meanwhile; try again later.")

    async def close(self) -> None:
        """See Target.close."""
        if self._presence is not None:
            await self._presence.stop()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except Unavailable as error:
            said = str(error.__cause__ or "").partition("\n")[0][:300]
            raise Unavailable(f"{self.url} does not answer as it should: {said}") from error


async def open_cloud_target(
    url: str, options: Mapping[str, str], patience_seconds: float, *, writes: bool
) -> CloudTarget:
    """Raises Invalid, Unavailable, Conflict."""
    try:
        target = CloudTarget(url, open_bucket(url, options, patience_seconds))
    except ValueError as error:
        raise Invalid(f"{url}: {error.__cause__ or error}") from error
    try:
        if writes:
            await target.take()
    except BaseException:
        await target.close()
        raise
    return target


def _chunk(size: int) -> int:
    """Bytes of each part of an upload, which has ten thousand at most."""
    return max(CHUNK_BYTES, -(-size // MOST_PARTS))


async def _watched(pieces: AsyncIterator[Bytes], raised: list[Exception]) -> AsyncIterator[bytes]:
    """The same pieces, and what they raise kept for who asks."""
    try:
        async for piece in pieces:
            yield bytes(piece)
    except Exception as error:
        raised.append(error)
        raise
