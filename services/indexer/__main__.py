"""`python -m services.indexer` runs one process; with `rebuild` it makes everything anew."""

import asyncio
import sys

from services.indexer.app import create_app
from services.indexer.rebuild import rebuild
from services.indexer.settings import ServiceSettings
from shared.runtime import run

USAGE = "usage: python -m services.indexer [rebuild]\n"


def main(words: list[str]) -> int:
    """The exit code."""
    match words:
        case []:
            return run(create_app())
        case ["rebuild"]:
            return asyncio.run(rebuild(ServiceSettings(), sys.stdout))
        case _:
            sys.stderr.write(USAGE)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
