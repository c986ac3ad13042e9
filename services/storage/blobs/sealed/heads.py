"""Heads and lists of sealed bytes that were read lately, so that a range costs one read of them."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from services.storage.blobs.port import Bytes
from services.storage.blobs.sealed.ciphers import BrokenError

Read = Callable[[int, int], Awaitable[Bytes]]


class Heads:
    """So many bytes of them at most; only of places where nothing is ever written over."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._size = 0
        self._known: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    async def read(self, place: str, offset: int, count: int, read: Read) -> bytes:
        """What lies there, by `read` where it is not known. Raises BrokenError."""
        known = self._known.get((place, offset))
        if known is not None:
            self._known.move_to_end((place, offset))
            return known
        found = await exactly(read, offset, count)
        if count <= self._most and (place, offset) not in self._known:
            self._known[place, offset] = found
            self._size += count
            while self._size > self._most:
                self._size -= len(self._known.popitem(last=False)[1])
        return found


async def exactly(read: Read, offset: int, count: int) -> bytes:
    """So many bytes as they lie there. Raises BrokenError where there are fewer."""
    found = bytes(await read(offset, count))
    if len(found) != count:
        raise BrokenError
    return found
