"""`python -m infra.documents` writes the generated documents anew.

It refuses where a message changed its meaning, unless `--breaking` says that this is wanted: then
no release, no waiting event and no stranger's program may know the old form.
"""

import sys
from pathlib import Path

from infra.documents.asyncapi import asyncapi
from infra.documents.openapi import openapi
from infra.documents.permissions import permissions
from infra.documents.snapshots import (
    all_breaches,
    as_text,
    committed,
    snapshots,
    write_snapshots,
)

PERMISSIONS = Path("docs/permissions.md")
DOCUMENTS = {Path("docs/asyncapi.json"): asyncapi, Path("docs/openapi.json"): openapi}


def main(words: list[str]) -> int:
    """Write them all; the exit code."""
    said = all_breaches(committed(), snapshots())
    if said and "--breaking" not in words:
        sys.stderr.writelines(f"{one}\n" for one in said)
        sys.stderr.write("Nothing is written. Make a new message or version, or say --breaking.\n")
        return 1
    written = {path: as_text(document()) for path, document in DOCUMENTS.items()}
    written[PERMISSIONS] = permissions()
    write_snapshots()
    for path, text in written.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
