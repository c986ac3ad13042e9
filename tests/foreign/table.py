"""The table of clients in docs/s3-compatibility.md: what `Tour` saw, a line for each client."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "s3-compatibility.md"
COLUMNS = ("small", "large", "read", "list", "range", "copy", "sync", "delete")
HEAD = f"| client | version | {' | '.join(COLUMNS)} |\n|{' --- |' * (len(COLUMNS) + 2)}\n"
TABLE = re.compile(re.escape(HEAD) + r"((?:\|.*\n)*)")


def line(name: str, version: str, seen: dict[str, str]) -> str:
    """What one client was seen to do."""
    return f"| {' | '.join([name, version, *(seen[column] for column in COLUMNS)])} |"


def lines_of_the_page() -> dict[str, str]:
    """Each line by the name of its client."""
    match = TABLE.search(PAGE.read_text())
    assert match is not None, f"{PAGE} has no table of clients"
    return {line.split("|")[1].strip(): line for line in match[1].splitlines()}


def write(lines: dict[str, str]) -> None:
    """The page with these lines in the place of those that it had."""
    body = "".join(f"{line}\n" for line in lines.values())
    PAGE.write_text(TABLE.sub(lambda _: HEAD + body, PAGE.read_text()))
