"""What the data door is measured against: nginx, its server alone, the bare cost of an upload."""

import asyncio
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop
from awscrt.checksums import crc64nvme

from shared.http1 import Listener
from shared.lifeline import tied_to_this_process
from shared.runtime import free_port
from tests.benchmarks.load import Connection
from tests.embedded import descendants

NGINX = """
worker_processes 1; daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr warn;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type image/tiff;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {root}; }}
}}
"""


@contextmanager
def nginx(root: Path, folder: Path) -> Iterator[tuple[str, set[int]]]:
    """Serve a folder; the address and the process."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, root=root, port=port))
    with _process("nginx", "-c", str(config)) as pids:
        yield _listening(port), pids


@contextmanager
def bare_upload(folder: Path, *digests: str) -> Iterator[tuple[str, set[int]]]:
    """A server that reads a body, writes, syncs and digests it (`md5 crc64nvme`), no more."""
    port = free_port()
    words = [sys.executable, "-m", "tests.benchmarks.peers", str(port), str(folder), *digests]
    with _process(*words) as pids:
        yield _listening(port), pids


@contextmanager
def idle() -> Iterator[tuple[str, set[int]]]:
    """The data door's server with an application that says `ok` to everything."""
    port = free_port()
    with _process(sys.executable, "-m", "tests.benchmarks.peers", str(port)) as pids:
        yield _listening(port), pids


@contextmanager
def _process(*words: str) -> Iterator[set[int]]:
    process = subprocess.Popen(
        words,
        stderr=subprocess.DEVNULL,
        preexec_fn=tied_to_this_process(),  # noqa: PLW1509 -- no threads yet
    )
    try:
        yield {process.pid, *descendants(process.pid)}
    finally:
        process.terminate()
        process.wait(10)


def _listening(port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            Connection(url).close()
        except OSError:
            time.sleep(0.02)
        else:
            return url
    raise TimeoutError(url)


class BareUpload:
    """Receive, and in a thread a batch behind: write and digest."""

    def __init__(self, folder: Path, digests: tuple[str, ...]) -> None:
        self.folder = folder
        self.digests = digests
        self.pool = ThreadPoolExecutor(4)

    async def __call__(self, _: Any, receive: Any, send: Any) -> None:
        hashes = [
            hashlib.new(name, usedforsecurity=False) for name in self.digests if name != "crc64nvme"
        ]
        crc, more, batch, size, writing = 0, True, [], 0, None
        descriptor = os.open(self.folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)

        def store(pieces: list[bytes]) -> None:
            nonlocal crc
            for piece in pieces:
                os.write(descriptor, piece)
                for one in hashes:
                    one.update(piece)
                crc = crc64nvme(piece, crc)

        loop = asyncio.get_running_loop()
        while more:
            message = await receive()
            batch.append(message.get("body", b""))
            size += len(batch[-1])
            more = message.get("more_body", False)
            if size >= 1024**2 or not more:
                if writing is not None:
                    await writing
                writing = loop.run_in_executor(self.pool, store, batch)
                batch, size = [], 0
        if writing is not None:
            await writing
        # The door promises durable bytes, so both sync; the loop is not held up on either side.
        await loop.run_in_executor(self.pool, os.fsync, descriptor)
        os.close(descriptor)
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]}
        )
        await send({"type": "http.response.body", "body": b""})


async def say_ok(_: Any, __: Any, send: Any) -> None:
    """The least that an application can do."""
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


async def _serve(port: int, *words: str) -> None:
    application = BareUpload(Path(words[0]), words[1:]) if words else say_ok
    async with Listener(application, "127.0.0.1", port, stop_seconds=1):
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), *sys.argv[2:]))
