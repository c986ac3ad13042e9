"""Drive every client, and write what was seen into docs/s3-compatibility.md."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.door import Door, opened
from tests.foreign import table
from tests.foreign.clients import CLIENTS
from tests.foreign.tour import Tour


def line_of(name: str, door: Door) -> str:
    """What a client did, as a line of the table."""
    client = CLIENTS[name](door, door.repository().repository_id)
    try:
        with TemporaryDirectory() as folder:
            seen = Tour(client, Path(folder)).take()
    finally:
        client.close()
    return table.line(name, client.version(), seen)


def main(names: list[str]) -> None:
    """All, or those that are named."""
    lines = dict.fromkeys(CLIENTS, "") | table.lines_of_the_page()
    with (
        TemporaryDirectory() as folder,
        opened(Path(folder) / "home", COOP_STORAGE__PROCESSES="2") as door,
    ):
        for name in names or CLIENTS:
            lines[name] = line_of(name, door)
            print(lines[name], flush=True)  # noqa: T201 -- a program
    table.write({name: lines[name] for name in CLIENTS})


if __name__ == "__main__":
    main(sys.argv[1:])
