"""Where access keys are kept, and what the environment says: the only file that reads it.

Profiles are in `credentials.json` of the person's own configuration folder, at mode 600. The
environment goes before the file: COOP_SERVER, COOP_ACCESS_KEY_ID, COOP_SECRET_ACCESS_KEY and
COOP_SESSION_TOKEN; COOP_CONFIG_FOLDER moves the folder, and AWS_CA_BUNDLE says who vouches for a
server.
"""

import json
import os
import secrets
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from coop.errors import Invalid, Refused
from coop.models import Profile


def folder() -> Path:
    """The person's own folder for `coop`; it may not exist yet."""
    chosen = os.environ.get("COOP_CONFIG_FOLDER")  # noqa: TID251 (this is the settings file)
    return Path(chosen) if chosen else Path(click.get_app_dir("coop"))


def ca_bundle() -> str | None:
    """A file with the certificates of who may vouch for servers; None: who this machine trusts.

    By the name that the AWS CLI and botocore, which moves the bytes, know it by.
    """
    return os.environ.get("AWS_CA_BUNDLE") or None  # noqa: TID251 (this is the settings file)


def load_profile(name: str = "default") -> Profile:
    """What is to be used: the environment first, then the file. Refused where both are silent."""
    kept = _read().get(name)
    if kept is None and name != "default":
        raise Refused(f"There is no profile {name!r}; sign in with: coop --profile {name} sign-in")
    profile = _from_environment(Profile(**kept) if kept else Profile(""))
    if not profile.server:
        raise Refused("Nobody is signed in; use: coop sign-in, or set COOP_SERVER to read only")
    return profile


def save_profile(name: str, profile: Profile) -> Path:
    """Keep it; the file that it is kept in."""
    return _write(_read() | {name: asdict(profile)})


def forget_profile(name: str) -> bool:
    """Whether there was one."""
    profiles = _read()
    if profiles.pop(name, None) is None:
        return False
    _write(profiles)
    return True


def _from_environment(profile: Profile) -> Profile:
    get = os.environ.get  # noqa: TID251 (this is the settings file)
    profile = replace(profile, server=get("COOP_SERVER") or profile.server)
    if not get("COOP_ACCESS_KEY_ID"):
        return profile
    # A key is taken whole: half of one and half of another is none.
    return Profile(
        profile.server,
        get("COOP_ACCESS_KEY_ID", ""),
        get("COOP_SECRET_ACCESS_KEY", ""),
        get("COOP_SESSION_TOKEN", ""),
    )


def _path() -> Path:
    return folder() / "credentials.json"


def _read() -> dict[str, dict[str, str]]:
    path = _path()
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise Invalid(f"{path} can be read by others; run: chmod 600 {path}")
        found: Any = json.loads(path.read_text())
        return {name: asdict(Profile(**profile)) for name, profile in found.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError, AttributeError) as error:
        raise Invalid(f"{path} is not what coop wrote; remove it and sign in again.") from error
    except OSError as error:
        raise Invalid(f"{path} cannot be read: {error.strerror}.") from error


def _write(profiles: dict[str, dict[str, str]]) -> Path:
    path = _path()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(profiles, file, indent=2)
        draft.replace(path)
    except OSError as error:
        raise Invalid(f"{path} cannot be written: {error.strerror}.") from error
    return path
