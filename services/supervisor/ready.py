"""What a finished start tells: `ready.json` for programs, a table for people."""

import json
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from infra.sample.credentials import SampleAccount
from services.supervisor.addresses import Addresses
from shared.keyfile import nats_seed
from shared.topology import OPERATOR, inbox_prefix


@dataclass(frozen=True)
class Running:
    """A process of a service that answers."""

    service: str
    pid: int
    ops: str


def write_ready(
    home: Path,
    addresses: Addresses,
    key: bytes,
    people: Sequence[SampleAccount],
    processes: Sequence[Running],
) -> None:
    """Write it in one step, readable by its owner alone: it holds credentials."""
    body: dict[str, Any] = {
        "web": addresses.web_url,
        "s3": addresses.storage_url,
        "nats": addresses.nats_url,
        "nats_credentials": nats_credentials(key),
        "accounts": [asdict(person) for person in people],
        "processes": [asdict(process) for process in processes],
    }
    draft = home / ".ready.json.part"
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(body, file, indent=1)
    draft.replace(home / "ready.json")


def remove_ready(home: Path) -> None:
    """From here on nobody should count on us."""
    (home / "ready.json").unlink(missing_ok=True)


def nats_credentials(key: bytes) -> dict[str, str]:
    """The operator's, named as `nats.connect` of nats-py names its arguments."""
    return {"nkeys_seed_str": nats_seed(key, OPERATOR), "inbox_prefix": inbox_prefix(OPERATOR)}


def table(addresses: Addresses, people: Sequence[SampleAccount], home: Path) -> str:
    """Addresses, sample accounts, and three lines to try."""
    rows = [("web", addresses.web_url)] if addresses.web_port else []
    rows += [("s3", addresses.storage_url)] if addresses.storage_port else []
    rows += [("mail", addresses.mail_url)] if addresses.mail_url else []
    rows += [
        ("events", f"{addresses.nats_url} (credentials in {home / 'ready.json'})"),
        ("logs", str(home / "logs")),
    ]
    for person in people:
        rows += [
            ("account", f"{person.account_id} ({person.email})"),
            ("password", person.password),
            ("access key", person.access_key_id),
            ("secret", person.secret_access_key),
        ]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name.ljust(width)}  {value}" for name, value in rows]
    return "\n".join(["", *lines, "", *_to_try(addresses, people), "", "Ctrl-C stops it."])


def _to_try(addresses: Addresses, people: Sequence[SampleAccount]) -> list[str]:
    if not people:
        return [f"  Open {addresses.web_url} and register."] if addresses.web_port else []
    person, web, s3 = people[0], addresses.web_url, addresses.storage_url
    return [
        "Try",
        f"  AWS_ACCESS_KEY_ID={person.access_key_id} "
        f"AWS_SECRET_ACCESS_KEY={person.secret_access_key} AWS_DEFAULT_REGION=us-east-1 \\",
        f"    aws s3 cp README.md s3://noaa/globe-land-mask/try/README.md --endpoint-url {s3}",
        f"  curl {web}/stac/collections/noaa--globe-land-mask/items",
        f"  {web}/noaa/globe-land-mask",
    ]
