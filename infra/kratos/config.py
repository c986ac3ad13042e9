"""Kratos' configuration, written anew at every start; its secrets go by environment alone."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.kratos.release import VERSION
from shared.keyfile import derive_text
from shared.settings import LOOPBACK, LOOPBACK_NAMES

CIPHER_CHARACTERS = 32
MAIL_CATCHER = f"smtp://{LOOPBACK}:1025/?disable_starttls=true"
SCHEMA = Path(__file__).parent / "person.schema.json"

# Where web shows each of Kratos' flows.
PAGES = {
    "registration": "/-/register",
    "login": "/-/sign-in",
    "recovery": "/-/recover",
    "verification": "/-/verify",
    "settings": "/-/credentials",
    "error": "/-/error",
}


@dataclass(frozen=True)
class KratosPlace:
    """Where Kratos keeps its records, listens, and is seen by browsers."""

    home: Path
    public_port: int
    admin_port: int
    web_url: str

    @property
    def folder(self) -> Path:
        """Its own folder under the data folder."""
        return self.home.resolve() / "kratos"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "kratos.json"


def write_config(place: KratosPlace) -> Path:
    """Write the configuration and the identity schema beside it."""
    place.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SCHEMA, place.folder / SCHEMA.name)
    place.config.write_text(json.dumps(render_config(place), indent=1))
    return place.config


def kratos_environment(place: KratosPlace, key: bytes) -> dict[str, str]:
    """The database and the secrets. A cipher secret has exactly 32 characters."""
    return {
        "DSN": f"sqlite://{place.folder / 'kratos.db'}?_fk=true&_journal_mode=WAL",
        "SECRETS_COOKIE": derive_text(key, "kratos/cookie"),
        "SECRETS_CIPHER": derive_text(key, "kratos/cipher", 24)[:CIPHER_CHARACTERS],
    }


def serve_command(binary: Path, place: KratosPlace) -> list[str]:
    """`--dev` turns Secure off for cookies: right for http on loopback, wrong everywhere else."""
    command = [str(binary), "serve", "--watch-courier", "--sqa-opt-out", "-c", str(place.config)]
    return [*command, "--dev"] if _is_plain_loopback(place.web_url) else command


def migrate_command(binary: Path, place: KratosPlace) -> list[str]:
    """Make or update the database; quick when there is nothing to do."""
    return [str(binary), "migrate", "sql", "-e", "--yes", "-c", str(place.config)]


def render_config(place: KratosPlace) -> dict[str, Any]:
    """Browsers see one origin: web stands before Kratos at `/.kratos/`."""
    web = place.web_url.rstrip("/")
    return {
        "version": VERSION,
        "serve": {
            "public": _listener(place.public_port, f"{web}/.kratos/"),
            "admin": _listener(place.admin_port, f"http://{LOOPBACK}:{place.admin_port}/"),
        },
        "selfservice": {
            "default_browser_return_url": f"{web}/",
            "allowed_return_urls": [web],
            "methods": _methods(),
            "flows": _flows(web),
        },
        "identity": {
            "default_schema_id": "person",
            "schemas": [{"id": "person", "url": f"file://{place.folder / SCHEMA.name}"}],
        },
        "courier": {"smtp": {"connection_uri": MAIL_CATCHER}},
        "session": {"cookie": {"same_site": "Lax"}},
        "log": {"level": "warning", "format": "json"},
    }


def _listener(port: int, base_url: str) -> dict[str, Any]:
    return {"host": LOOPBACK, "port": port, "base_url": base_url}


def _methods() -> dict[str, Any]:
    return {
        # Asking haveibeenpwned about each password hangs where there is no internet.
        "password": {"enabled": True, "config": {"haveibeenpwned_enabled": False}},
        "totp": {"enabled": True, "config": {"issuer": "coop"}},
        "lookup_secret": {"enabled": True},
        "code": {"enabled": True},
    }


def _flows(web: str) -> dict[str, Any]:
    flows: dict[str, Any] = {name: {"ui_url": f"{web}{page}"} for name, page in PAGES.items()}
    flows["registration"]["after"] = {"password": {"hooks": [{"hook": "session"}]}}
    for name in ("recovery", "verification"):
        flows[name]["enabled"] = True
    return flows


def _is_plain_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES
