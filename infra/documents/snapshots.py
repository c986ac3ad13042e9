"""The schema of each message as it was when it was last looked at, one file each."""

import json
from pathlib import Path
from typing import Any

from infra.documents.evolution import breaches
from infra.documents.messages import all_events, all_requests

FOLDER = Path("tests/contract/schemas")


def snapshots() -> dict[str, dict[str, Any]]:
    """By file name: what a reader of today demands of a message (pydantic's validation schema)."""
    found: dict[str, dict[str, Any]] = {}
    for event in all_events():
        found[f"{event.type_name()}.json"] = {
            "root": event.root,
            "data": event.model_json_schema(),
        }
    for request in all_requests():
        found[f"{request.nats_subject()}.json"] = {
            "request": request.model_json_schema(),
            "reply": request.reply_type().model_json_schema(),
        }
    return found


def as_text(document: dict[str, Any]) -> str:
    """As it is committed."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def committed(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """The snapshots of the last look, by file name."""
    return {path.name: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def all_breaches(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What an old release could not live with, over all messages."""
    said = [f"{name.removesuffix('.json')} is gone" for name in before if name not in after]
    for name in before.keys() & after.keys():
        for part in before[name].keys() & after[name].keys() - {"root"}:
            found = breaches(before[name][part], after[name][part])
            said += [f"{name.removesuffix('.json')}, {part}: {one}" for one in found]
    return sorted(said)


def write_snapshots(folder: Path = FOLDER) -> None:
    """Renew them all, and remove those of messages that are no more."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = snapshots()
    for path in folder.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, schema in wanted.items():
        (folder / name).write_text(as_text(schema))
