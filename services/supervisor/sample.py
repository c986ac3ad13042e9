"""The sample accounts and data: published at the first start, told at every start."""

import sys
from collections.abc import Sequence
from pathlib import Path

from infra.processes import spawn
from infra.sample.credentials import SampleAccount, sample_account
from infra.sample.marker import is_published
from infra.settings import PlatformSettings
from services.supervisor.addresses import Addresses
from services.supervisor.commands import addresses_environment, log_of
from services.supervisor.refusal import StartRefused
from shared.settings import LOOPBACK_NAMES
from shared.topology import SERVICES


def refuse_on_open_address(settings: PlatformSettings) -> None:
    """Sample accounts live on loopback alone: their credentials are printed at every start."""
    if settings.listen in LOOPBACK_NAMES:
        return
    if settings.sample:
        raise StartRefused(
            f"COOP_LISTEN={settings.listen} would open the sample accounts, whose credentials are "
            "printed, to others; set COOP_SAMPLE=false or listen on 127.0.0.1."
        )
    if is_published(settings.home):
        raise StartRefused(
            f"The data folder {settings.home} holds the sample accounts, which "
            f"COOP_LISTEN={settings.listen} would open to others; set COOP_HOME to another folder."
        )


def is_wanted(settings: PlatformSettings) -> bool:
    """A part of the platform cannot publish it."""
    return settings.sample and settings.chosen == SERVICES


async def publish(
    home: Path, addresses: Addresses, key: bytes
) -> tuple[Sequence[SampleAccount], str]:
    """The accounts to tell, and what to say of it; a failure does not end the start."""
    log = log_of(home, "sample")
    if not is_published(home):
        command = [sys.executable, "-m", "infra.sample"]
        environment = addresses_environment(home, addresses)
        process = await spawn(command, log, environment=environment)
        if await process.wait():
            return (), f"sample: not published, see {log}; the next start tries again"
    return (sample_account(key),), "sample: published"
