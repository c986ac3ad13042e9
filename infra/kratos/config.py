"""Kratos' configuration, written anew at every start; its secrets go by environment.

All but those in lists, which Kratos reads from files alone: what it shows web when it calls, and
what it shows other providers of sign-in. The file is its owner's alone.
"""

import base64
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.kratos.mails import write_mails
from infra.kratos.providers import MAPPER, render_provider
from infra.kratos.release import VERSION
from infra.settings import Provider
from shared.keyfile import HOOK_HEADER, derive_text
from shared.settings import LOOPBACK, LOOPBACK_NAMES

CIPHER_CHARACTERS = 32
SCHEMA = Path(__file__).parent / "person.schema.json"
NAME = "Coop"
MAILS = "mails"
CODES_LIVE = "15m"
# How long after signing in a password or a second factor may be changed without signing in again.
FRESH = "15m"
# Who is not known is made to wait about as long as a password takes to compare (bcrypt, cost 12).
COMPARING, COMPARING_SPREAD = "250ms", "20ms"
HOOK_BODY = "function(ctx) { identity_id: ctx.identity.id }"

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
    """Where Kratos keeps its records, listens, and is seen by browsers.

    `hook_url` is where web hears that an identity changed, if it does, and `hook_secret` what it
    wants to be shown; `sender` stands in From of every mail.
    """

    home: Path
    public_port: int
    admin_port: int
    web_url: str
    hook_url: str = ""
    hook_secret: str = ""
    sender: str = "coop@localhost"
    providers: tuple[Provider, ...] = ()

    @property
    def folder(self) -> Path:
        """Its own folder under the data folder."""
        return self.home.resolve() / "kratos"

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "kratos.json"


def write_config(place: KratosPlace) -> Path:
    """Write the configuration, for its owner alone, and what it names beside it."""
    place.folder.mkdir(parents=True, exist_ok=True)
    for source in (SCHEMA, MAPPER):
        shutil.copyfile(source, place.folder / source.name)
    write_mails(place.folder / MAILS, NAME, place.web_url.rstrip("/"))
    place.config.touch(mode=0o600)
    place.config.chmod(0o600)
    place.config.write_text(json.dumps(render_config(place), indent=1))
    return place.config


def kratos_environment(place: KratosPlace, key: bytes, smtp_url: str) -> dict[str, str]:
    """The database and the secrets. A cipher secret has exactly 32 characters."""
    return {
        "DSN": f"sqlite://{place.folder / 'kratos.db'}?_fk=true&_journal_mode=WAL",
        "SECRETS_COOKIE": derive_text(key, "kratos/cookie"),
        "SECRETS_CIPHER": derive_text(key, "kratos/cipher", 24)[:CIPHER_CHARACTERS],
        "COURIER_SMTP_CONNECTION_URI": smtp_url,
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
            "methods": _methods(place, web),
            "flows": _flows(place),
        },
        "identity": {
            "default_schema_id": "person",
            "schemas": [{"id": "person", "url": f"file://{place.folder / SCHEMA.name}"}],
        },
        "courier": {
            "smtp": {"from_address": place.sender, "from_name": NAME},
            "template_override_path": str(place.folder / MAILS),
        },
        "security": {"account_enumeration": {"mitigate": True}},
        "hashers": {
            "argon2": {"expected_duration": COMPARING, "expected_deviation": COMPARING_SPREAD}
        },
        "session": {
            "cookie": {"same_site": "Lax"},
            "whoami": {"required_aal": "highest_available"},
        },
        "log": {"level": "warning", "format": "json"},
    }


def _listener(port: int, base_url: str) -> dict[str, Any]:
    return {"host": LOOPBACK, "port": port, "base_url": base_url}


def _methods(place: KratosPlace, web: str) -> dict[str, Any]:
    providers = [render_provider(one, place.folder) for one in place.providers]
    party = {"display_name": NAME, "id": urlsplit(web).hostname, "origins": [web]}
    return {
        # Asking haveibeenpwned about each password hangs where there is no internet.
        "password": {"enabled": True, "config": {"haveibeenpwned_enabled": False}},
        "totp": {"enabled": True, "config": {"issuer": NAME}},
        "lookup_secret": {"enabled": True},
        # Registering by a code asks nobody whether the address is known before it is proven.
        "code": {"enabled": True, "passwordless_enabled": True, "config": {"lifespan": CODES_LIVE}},
        "webauthn": {"enabled": True, "config": {"passwordless": False, "rp": party}},
        "oidc": {"enabled": bool(providers), "config": {"providers": providers}},
        "passkey": {"enabled": True, "config": {"rp": party}},
    }


def _flows(place: KratosPlace) -> dict[str, Any]:
    web, tell = place.web_url.rstrip("/"), _hooks(place)
    flows: dict[str, Any] = {name: {"ui_url": f"{web}{page}"} for name, page in PAGES.items()}
    flows["registration"] |= {
        "enable_legacy_one_step": True,
        "after": {method: {"hooks": [{"hook": "session"}]} for method in ("code", "oidc")},
    }
    for name in ("recovery", "verification"):
        flows[name] |= {"enabled": True, "use": "code", "lifespan": CODES_LIVE}
    # Whoever recovers may have lost the password to somebody who is signed in.
    flows["recovery"]["after"] = {"hooks": [{"hook": "revoke_active_sessions"}, *tell]}
    flows["verification"]["after"] = {"hooks": tell}
    flows["settings"] |= {
        "required_aal": "highest_available",
        "privileged_session_max_age": FRESH,
        "after": {"hooks": tell},
    }
    return flows


def _hooks(place: KratosPlace) -> list[dict[str, Any]]:
    """Tells web whose identity changed, and waits for no answer."""
    shown = {"name": HOOK_HEADER, "value": place.hook_secret, "in": "header"}
    config = {
        "url": place.hook_url,
        "method": "POST",
        "body": f"base64://{base64.b64encode(HOOK_BODY.encode()).decode()}",
        "response": {"ignore": True},
        "auth": {"type": "api_key", "config": shown},
    }
    return [{"hook": "web_hook", "config": config}] if place.hook_url else []


def _is_plain_loopback(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in LOOPBACK_NAMES
