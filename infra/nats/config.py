"""The server's configuration file, written anew at every start; it holds public keys only."""

import json
from pathlib import Path
from typing import Any

from infra.nats.permissions import EVERYTHING, Permissions, of_operator, of_service
from shared.keyfile import nats_public_key
from shared.topology import ADMIN, OPERATOR, SERVICES

RESPONSE_WINDOW = "60s"


def render_config(key: bytes, home: Path, listen: str, port: int) -> str:
    """The configuration as text. NATS reads JSON, a subset of its own syntax."""
    return json.dumps(
        {
            "server_name": "coop",
            "host": listen,
            "port": port,
            "max_payload": 1024 * 1024,
            # Every acknowledged event is on the disk: the default would lose two minutes
            # of them with the power.
            "jetstream": {"store_dir": str(home / "nats"), "sync_interval": "always"},
            "accounts": {"SYS": {"users": []}, "COOP": {"jetstream": True, "users": _users(key)}},
            "system_account": "SYS",
        },
        indent=1,
    )


def write_config(key: bytes, home: Path, listen: str, port: int) -> Path:
    """Write it under `home/nats` and tell where."""
    path = home / "nats" / "server.conf"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_config(key, home.resolve(), listen, port))
    return path


def _users(key: bytes) -> list[dict[str, Any]]:
    roles = {name: of_service(name) for name in SERVICES}
    roles |= {ADMIN: EVERYTHING, OPERATOR: of_operator()}
    return [
        {"nkey": nats_public_key(key, name), "permissions": _as_config(role)}
        for name, role in roles.items()
    ]


def _as_config(role: Permissions) -> dict[str, Any]:
    config: dict[str, Any] = {
        "publish": {"allow": list(role.publish), "deny": list(role.deny_publish)},
        "subscribe": {"allow": list(role.subscribe)},
    }
    if role.responses:
        config["allow_responses"] = {"max": 1, "expires": RESPONSE_WINDOW}
    return config
