"""The confined side: `python -m services.indexer.sandbox.child <descriptor> <limits>`.

The first process loads the libraries once and then only forks: for each socket it is handed, a
worker that answers on it. It is a fresh process of one thread, since forking the parent, which has
threads, could leave a lock held for ever.
"""

import os
import signal
import socket
import sys
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn, cast

import orjson

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.registry import extract, extractors_found, preview
from services.indexer.extractors.sparse_file import (
    NeedBytes,
    NeedFiles,
    OutOfBytes,
    SparseFile,
)
from services.indexer.sandbox.wire import MIRROR, PREVIEW, frame, receive
from shared.confinement.landlock import hide_files, readable_places
from shared.confinement.limits import Limits, confine, cut_network, renounce
from shared.lifeline import die_with_parent

MIRRORING = "services.indexer.mirrors.steps"


def main(arguments: list[str]) -> None:
    """Serve until whoever started us is gone."""
    control = socket.socket(fileno=int(arguments[0]))
    limits = Limits(**orjson.loads(arguments[1]))
    die_with_parent(int(arguments[2]))
    renounce()
    is_isolated = cut_network()
    preload()
    _silence()
    is_isolated = hide_files(readable_places()) and is_isolated
    # Ended workers need no burial: nobody asks how they died.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    own = os.getpid()
    while True:
        said, descriptors, _, _ = socket.recv_fds(control, 1, 1)
        if not said:
            return
        channel = socket.socket(fileno=descriptors[0])
        if os.fork() == 0:
            control.close()
            die_with_parent(own)
            work(channel, limits, is_isolated=is_isolated)
        channel.close()


def preload() -> None:
    """What every worker needs, loaded once and shared by all of them."""
    # pyarrow works without numpy, which would cost each of us 30 MB: who needs it loads it later.
    sys.modules["numpy"] = cast("ModuleType", None)
    extractors_found()
    import_module(MIRRORING)
    del sys.modules["numpy"]


def _silence() -> None:
    """What libraries print about broken files is nobody's business."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard)
    os.close(nowhere)


def work(channel: socket.socket, limits: Limits, *, is_isolated: bool) -> NoReturn:
    """Answer messages until the other side closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    confine(limits)
    channel.sendall(frame({"pid": os.getpid(), "is_isolated": is_isolated}))
    file, task, mirror = SparseFile("", 0), "", import_module(MIRRORING).Mirror()
    while (message := receive(channel)) is not None:
        header, raw = message
        if "name" in header:
            file, task = SparseFile(header["name"], header["size"]), header["task"]
        _take(file, header, raw)
        # The default action of SIGALRM ends the process, also inside a library's loop.
        signal.setitimer(signal.ITIMER_REAL, limits.parse_seconds)
        is_mirror = MIRROR in header
        reply = frame(mirror.step(header[MIRROR], raw)) if is_mirror else attempt(file, task)
        signal.setitimer(signal.ITIMER_REAL, 0)
        channel.sendall(reply)
    os._exit(0)


def _take(file: SparseFile, header: dict[str, Any], raw: bytes) -> None:
    """Which files are beside it, spans of any of them, and whether that is all."""
    for name, size in header.get("files", {}).items():
        file.others[name] = None if size is None else SparseFile(name, size)
    all_files = {name: other for name, other in file.others.items() if other} | {file.name: file}
    place = 0
    for name, start, length in header.get("spans", ()):
        all_files[name].add(start, raw[place : place + length])
        place += length
    for one in all_files.values():
        one.is_final = header.get("is_final", False)


def attempt(file: SparseFile, task: str) -> bytes:
    """One run of the extractor, as a message: what was asked for, what is missing, or why not."""
    try:
        return frame({task: preview(file) if task == PREVIEW else extract(file)})
    except NeedBytes as need:
        return frame({"need": [need.name, need.start, need.end]})
    except NeedFiles as need:
        return frame({"files": need.names})
    except (Malformed, OutOfBytes, MemoryError, TypeError) as refusal:
        return frame(_refused(refusal))


def _refused(error: Exception) -> dict[str, Any]:
    match error:
        case Malformed():
            return {"failed": str(error).encode("utf-8", "replace").decode()}
        case OutOfBytes():
            return {"is_out": True}
        case MemoryError():
            return {"failed": "It takes more memory to read than a file may."}
        case _:
            return {"failed": "It is nested too deeply, or holds text that is not valid Unicode."}


if __name__ == "__main__":
    main(sys.argv[1:])
