"""One start from the command line to its end: checks, start, table, wait, ordered stop."""

import asyncio
import contextlib
import re
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from infra.kratos.acquire import KratosMissing, find_kratos
from infra.sample.credentials import SampleAccount
from infra.settings import PlatformSettings, cache_folder, given_names
from services.supervisor import sample
from services.supervisor.addresses import choose_addresses, needs_kratos
from services.supervisor.backup import backup_or_restore
from services.supervisor.folder import own_folder
from services.supervisor.platform import Platform
from services.supervisor.ready import remove_ready, table, write_ready
from services.supervisor.refusal import StartRefused
from services.supervisor.spelling import check_names
from services.supervisor.terminal import own_terminal
from shared.certificates import CertificateError, door_tls
from shared.keyfile import KeyFileError, load_key_file
from shared.log import configure


def main(words: Sequence[str] = ()) -> int:
    """The exit code: 0 after an ordered stop, 1 when the start was refused; or a command's."""
    try:
        for name in check_names(given_names()):
            _say(f"Nothing reads the setting {name}; docs/operations.md has all there are.")
        settings = PlatformSettings()
        configure(settings.log, service="supervisor")
        if words:
            return backup_or_restore(settings.home, words)
        sample.refuse_on_open_address(settings)
        door_tls(settings.storage)
        with own_folder(settings.home), own_terminal():
            return _run(settings)
    except (StartRefused, KratosMissing, KeyFileError, CertificateError) as refusal:
        sys.stderr.write(f"{refusal}\n")
    except ValidationError as error:
        sys.stderr.writelines(
            f"{_setting(one['loc'])}: {one['msg'].removeprefix('Value error, ')}.\n"
            for one in error.errors()
        )
    except SettingsError as error:
        (section,) = re.findall(r'field "(\w+)"', str(error)) or ("",)
        sys.stderr.write(f"A setting of {_setting((section,))} is not valid JSON.\n")
    except KeyboardInterrupt:
        sys.stderr.write("Stopped before everything was started.\n")
    return 1


def _run(settings: PlatformSettings) -> int:
    remove_ready(settings.home)
    key = load_key_file(settings.home)
    addresses = choose_addresses(settings)
    kratos = None
    if needs_kratos(settings):
        kratos = find_kratos(settings.kratos.binary, cache_folder(), _say)
    return asyncio.run(_supervise(settings, Platform(settings.home, addresses, key), kratos))


async def _supervise(settings: PlatformSettings, platform: Platform, kratos: Path | None) -> int:
    stop = _stop_on_signals(platform)
    starting = asyncio.create_task(_start(settings, platform, kratos))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await stopping
    finally:
        await _end(platform, starting)
    return 0


async def _end(platform: Platform, starting: asyncio.Task[None]) -> None:
    platform.changed = lambda: None
    remove_ready(platform.home)
    if starting.cancel():
        await asyncio.wait({starting})
    _say("Stopping")
    await platform.stop()


async def _start(settings: PlatformSettings, platform: Platform, kratos: Path | None) -> None:
    await platform.start(kratos, _say)
    people: Sequence[SampleAccount] = ()
    if sample.is_wanted(settings):
        people, said = await sample.publish(platform.home, platform.addresses, platform.key)
        _say(said)

    def tell() -> None:
        write_ready(platform.home, platform.addresses, platform.key, people, platform.running())

    platform.changed = tell
    tell()
    _say(table(platform.addresses, people, platform.home))


def _stop_on_signals(platform: Platform) -> asyncio.Event:
    """The first signal stops in order, a second one at once."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            platform.kill()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


def _setting(place: tuple[int | str, ...]) -> str:
    return "COOP_" + "__".join(str(part).upper() for part in place)


def _say(line: str) -> None:
    # Who reads us may have gone; we go on, and stop in order.
    with contextlib.suppress(OSError):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
