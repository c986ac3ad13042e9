"""HTTP/1.1 for the data door: ASGI on the loop's own sockets, and files that go out by sendfile.

Why not the server of the other doors: docs/decisions/0009-the-data-door-has-its-own-server.md.
Messages are parsed by llhttp (httptools), which refuses what two readers could understand in two
ways. Beside ASGI 3.0 it knows the extension `http.response.zerocopysend`, and, as ASGI 2.4 has it,
`send` raises OSError (ClientGoneError) when the client has left.
"""

from shared.http1.listening import Listener
from shared.http1.wire import ClientGoneError

__all__ = ["ClientGoneError", "Listener"]
