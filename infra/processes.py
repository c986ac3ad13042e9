"""How every child process is started: tied to our life, in its own session, output to a file."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from infra.settings import child_environment
from shared.lifeline import tied_to_this_process


async def spawn(
    command: Sequence[str],
    log: Path,
    *,
    environment: Mapping[str, str],
    folder: Path | None = None,
    pass_fds: Sequence[int] = (),
) -> asyncio.subprocess.Process:
    """Start it. Its own session keeps a terminal's Ctrl-C from it: we stop it, in our order."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=child_environment(dict(environment)),
            cwd=folder,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=tied_to_this_process(),
        )


def last_lines(log: Path, count: int = 5) -> str:
    """The end of a log, for people who must know why something does not start."""
    if not log.exists():
        return ""
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"  {line[:500]}" for line in lines)
