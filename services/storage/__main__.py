"""`python -m services.storage` runs one process of storage; with words it is an operator's."""

import asyncio
import sys

from services.storage.app import create_app
from services.storage.commands import command
from services.storage.settings import ServiceSettings
from shared.log import configure
from shared.runtime import run


def main(words: list[str]) -> int:
    """The exit code."""
    if not words:
        return run(create_app())
    settings = ServiceSettings()
    configure(settings.log, service="storage command")
    try:
        code, told = asyncio.run(command(words, settings))
    except KeyboardInterrupt:
        code, told = 130, "Stopped; nothing that was there before is lost."
    (sys.stderr if code else sys.stdout).write(f"{told}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
