"""Repositories of Icechunk, as icechunk 2.2.2 wrote them in both versions of its format.

Four arrays, committed to `main` and tagged `v1.0`; a branch `draft` has another title.
"""

from pathlib import Path

WRITTEN = Path(__file__).parent / "data" / "icechunk"


def files_of(version: str, folder: str) -> dict[str, bytes]:
    """Of `v1` or `v2`, by whole names."""
    root = WRITTEN / version
    return {
        f"{folder}/{path.relative_to(root)}": path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
