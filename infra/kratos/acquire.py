"""Where the Kratos binary comes from; the first that works is taken, and said.

The setting, a `kratos` on PATH, the user's cache, the official archive, a Go build. The cache lies
outside the checkout, named by version and platform, so that a fresh clone starts at once.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from infra.kratos.archive import ArchiveError, fetch_archive
from infra.kratos.build import BuildError, build_from_source, missing_tools
from infra.kratos.release import CHECKSUMS, VERSION, this_platform

Say = Callable[[str], None]


class KratosMissing(Exception):
    """No source of Kratos worked; the text says in one sentence what to install."""


def find_kratos(setting: str, cache: Path, say: Say) -> Path:
    """The binary to run. May take minutes where it has to be built; raises KratosMissing."""
    if setting:
        return _from_setting(setting)
    if on_path := shutil.which("kratos"):
        say(f"Kratos: the one on PATH, {on_path}")
        return Path(on_path)
    cached = cache / f"kratos-{VERSION}-{this_platform()}"
    if cached.exists():
        say(f"Kratos: {VERSION} from the cache, {cached}")
        return cached
    return _fetch(cached, say) or _build(cached, say)


def _from_setting(setting: str) -> Path:
    binary = shutil.which(setting)
    if binary is None:
        raise KratosMissing(f"COOP_KRATOS__BINARY={setting} is not a program that can be run.")
    return Path(binary)


def _fetch(cached: Path, say: Say) -> Path | None:
    target = this_platform()
    if target not in CHECKSUMS:
        say(f"Kratos: no release archive with a verified checksum for {target}; building it")
        return None
    say(f"Kratos: downloading the official archive of {VERSION}")
    try:
        fetch_archive(target, cached)
    except ArchiveError as error:
        say(f"Kratos: {error}; building it")
        return None
    return cached


def _build(cached: Path, say: Say) -> Path:
    if missing := missing_tools():
        raise KratosMissing(
            f"Kratos {VERSION} is neither here nor can it be built: {missing}. Install what is "
            "missing, or name a kratos binary with SQLite in COOP_KRATOS__BINARY."
        )
    say(f"Kratos: building {VERSION} with Go; this takes about three minutes, once")
    try:
        build_from_source(cached)
    except BuildError as error:
        raise KratosMissing(
            f"Kratos {VERSION} could not be built ({error}); name a kratos binary with SQLite in "
            "COOP_KRATOS__BINARY."
        ) from error
    return cached
