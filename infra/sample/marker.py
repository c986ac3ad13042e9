"""Remembers in the data folder that the sample was published: what people delete stays deleted."""

import json
from datetime import UTC, datetime
from pathlib import Path


def is_published(home: Path) -> bool:
    """Whether a start has published the sample here."""
    return _marker(home).exists()


def mark_published(home: Path) -> None:
    """Never publish it here again."""
    _marker(home).write_text(json.dumps({"published_at": datetime.now(UTC).isoformat()}))


def _marker(home: Path) -> Path:
    return home / "sample.json"
