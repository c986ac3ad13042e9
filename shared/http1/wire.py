"""The way out of one connection: everything written waits until the kernel has taken it."""

import asyncio
import os
import socket

# Of Linux. Without, the ends of what `sendfile` takes in turns go out as packets of their own, each
# of which wakes the client: a third more CPU.
CORK: int | None = getattr(socket, "TCP_CORK", None)


class ClientGoneError(ConnectionError):
    """The client has left; what was to be sent is for nobody."""


class Wire:
    """A transport whose buffer never grows: `write` and `send_file` go at the client's pace."""

    __slots__ = ("_file", "_free", "_options", "_socket", "is_gone", "stuck_since", "transport")

    def __init__(self, transport: asyncio.Transport) -> None:
        # Nothing waits in the process: what the kernel does not take at once pauses the writer. Not
        # 0, which transports of TLS have reached also when nothing waits, and never fall below.
        transport.set_write_buffer_limits(1)
        self.transport = transport
        self.is_gone = False
        self.stuck_since: float | None = None
        self._free: asyncio.Future[None] | None = None
        self._file = -1
        self._options: socket.socket = transport.get_extra_info("socket")
        self._socket = self._options.fileno()

    async def write(self, data: bytes | bytearray | memoryview) -> None:
        """Raises ClientGoneError."""
        if self.is_gone:
            raise ClientGoneError
        self.transport.write(data)
        while self._free is not None:
            await self._free
            if self.is_gone:
                raise ClientGoneError

    async def send_file(self, file: int, offset: int, count: int) -> None:
        """Part of an open file, straight from the page cache. Raises ClientGoneError.

        EOFError where the file has become shorter.
        """
        end = offset + count
        self._cork(is_on=True)
        while offset < end:
            if self.is_gone:
                raise ClientGoneError
            try:
                sent = os.sendfile(self._socket, file, offset, end - offset)
            except BlockingIOError:
                await self._writable()
                continue
            except OSError as error:
                raise ClientGoneError from error
            if not sent:
                raise EOFError
            offset += sent
            if offset < end:
                # It took what it had room for; asking at once would only be told so.
                await self._writable()
        self._cork(is_on=False)
        # A client faster than the disk must not keep all others waiting.
        await asyncio.sleep(0)

    def _cork(self, *, is_on: bool) -> None:
        """Whether only full packets leave; taken off, the rest goes at once (tcp(7))."""
        if CORK is None or self.is_gone:
            return
        try:
            self._options.setsockopt(socket.IPPROTO_TCP, CORK, is_on)
        except OSError as error:
            raise ClientGoneError from error

    async def _writable(self) -> None:
        loop = asyncio.get_running_loop()
        if self._file < 0:
            # The loop lets nobody else watch a transport's own descriptor.
            self._file = os.dup(self._socket)
        self.pause()
        loop.add_writer(self._file, self.resume)
        try:
            while self._free is not None:
                await self._free
        finally:
            loop.remove_writer(self._file)

    def pause(self) -> None:
        """The kernel takes no more for now."""
        loop = asyncio.get_running_loop()
        if self._free is None:
            self._free = loop.create_future()
            self.stuck_since = loop.time()

    def resume(self) -> None:
        """It does again."""
        waiting, self._free, self.stuck_since = self._free, None, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def lost(self) -> None:
        """The client has left: whoever waits is woken."""
        self.is_gone = True
        self.resume()
        if self._file >= 0:
            asyncio.get_running_loop().remove_writer(self._file)
            os.close(self._file)
            self._file = -1
