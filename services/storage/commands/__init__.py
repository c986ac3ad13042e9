"""What operators do at the machine: figures, bytes read again, backups, restores, mirrors, keys.

All of it works beside a platform that runs or not; a restore and a promotion do not.
"""

import argparse
import re
import sqlite3
from collections.abc import Awaitable, Sequence

from services.storage.backups.snapshots import PATH
from services.storage.blobs.port import NoRoomError
from services.storage.commands.backup import RECORDS, back_up, list_snapshots
from services.storage.commands.figures import reconcile_all
from services.storage.commands.promote import list_mirrors, promote_mirror
from services.storage.commands.restore import restore
from services.storage.commands.scrub import list_faults, scrub_copies, scrub_now
from services.storage.commands.sealing import rotate_sealing_key
from services.storage.settings import ServiceSettings
from shared.errors import Problem
from shared.keyfile import KeyFileError

TARGET = "a folder, or s3://bucket/prefix, gs://… or az://…"


def parser() -> argparse.ArgumentParser:
    """What can be said."""
    whole = argparse.ArgumentParser(prog="python -m services.storage", description=__doc__)
    commands = whole.add_subparsers(dest="command", required=True)
    one = commands.add_parser("reconcile", help="count objects and bytes anew, and mend figures")
    one.add_argument("repository", nargs="?", default="", help="account/repository; else all")
    one.set_defaults(run=reconcile_all)
    _add_backup(commands.add_parser("backup", help="copy records and bytes to somewhere else"))
    one = commands.add_parser("restore", help="bring a backup back into an empty data folder")
    one.add_argument("target", help=TARGET)
    one.add_argument("--snapshot", default="", help="which one; else the newest")
    _add_rate(one)
    one.set_defaults(run=restore)
    _add_scrub(commands.add_parser("scrub", help="read all bytes again, to find what rotted"))
    one = commands.add_parser("mirrors", help="tell which back ends there are, and what they lack")
    one.set_defaults(run=list_mirrors)
    one = commands.add_parser("promote", help="make a mirror the primary, while nothing runs")
    one.add_argument("name", help="the mirror, or main for what COOP_STORAGE__BLOBS names")
    one.add_argument("--lose", action="store_true", help="also what it does not have")
    one.set_defaults(run=promote_mirror)
    one = commands.add_parser("rotate-sealing-key", help="another key for what is sealed")
    one.set_defaults(run=rotate_sealing_key)
    return whole


def _add_backup(one: argparse.ArgumentParser) -> None:
    one.add_argument("target", help=TARGET)
    one.add_argument("--list", action="store_true", help="only tell which snapshots there are")
    one.add_argument("--keep", type=_count, default=0, help="so many snapshots; older ones go")
    one.add_argument(
        "--with",
        dest="paths",
        action="append",
        type=_path,
        metavar="PATH",
        help=f"a file of the data folder; in this order, {RECORDS} among them",
    )
    _add_rate(one)
    one.set_defaults(run=lambda *said: (list_snapshots if said[1].list else back_up)(*said))


def _add_scrub(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--list", action="store_true", help="only tell what was found, and how far it is"
    )
    one.add_argument("--mirror", default="", help="what this mirror has, and nothing else")
    _add_rate(one)
    one.set_defaults(run=_scrub)


def _scrub(settings: ServiceSettings, said: argparse.Namespace) -> Awaitable[tuple[int, str]]:
    if said.mirror:
        return scrub_copies(settings, said)
    return (list_faults if said.list else scrub_now)(settings, said)


def _add_rate(one: argparse.ArgumentParser) -> None:
    one.add_argument("--rate", type=_rate, default=0.0, help="megabytes a second at most")


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("must be a number from 1 on")
    return int(text)


def _rate(text: str) -> float:
    if not re.fullmatch(r"\d+(?:\.\d+)?", text) or not float(text):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return float(text)


def _path(text: str) -> str:
    if not PATH.fullmatch(text):
        raise argparse.ArgumentTypeError("must be a path within the data folder")
    return text


async def command(words: Sequence[str], settings: ServiceSettings | None = None) -> tuple[int, str]:
    """Do it: the exit code and what is to be told."""
    said = parser().parse_args(words)
    settings = settings or ServiceSettings()
    try:
        outcome: tuple[int, str] = await said.run(settings, said)
    except Problem as problem:
        return 1, problem.detail
    except KeyFileError as error:
        return 1, str(error)
    except NoRoomError:
        return 1, "There is no room left for it; nothing that was there before is lost."
    except (OSError, sqlite3.Error) as error:
        return 1, f"It stopped, and nothing that was there before is lost: {error}."
    return outcome
