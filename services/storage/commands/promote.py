"""Which mirrors there are, and one of them made the primary."""

from argparse import Namespace

from services.storage.blobs.back_ends import names_of_back_ends
from services.storage.commands.records import opened_records
from services.storage.operations.keeping_mirrored import follow
from services.storage.operations.opening import resources_on
from services.storage.operations.promoting import Promotion, missing_in, promote
from services.storage.settings import MAIN, ServiceSettings
from services.storage.store.clock import now_ms
from services.storage.store.copies import COUNTED, waiting_changes
from services.storage.store.mirrors import (
    LEASE_MS,
    Primary,
    find_comparison,
    find_primary,
    is_served,
    leave_mirror,
    set_primary,
)
from shared.errors import Conflict, NotFound, Problem
from shared.keyfile import KeyFileError
from shared.outbox import Outbox

LEASE_SECONDS = LEASE_MS // 1000


async def list_mirrors(settings: ServiceSettings, _: Namespace) -> tuple[int, str]:
    """One line for each back end."""
    async with opened_records(settings) as outbox:
        primary = await find_primary(outbox)
        names = names_of_back_ends(settings)
        return 0, "\n".join([await _told(outbox, primary, name) for name in names])


async def promote_mirror(settings: ServiceSettings, said: Namespace) -> tuple[int, str]:
    """Make it the primary, or tell what would be missing; begun once it is to be ended."""
    async with opened_records(settings) as outbox:
        before = await find_primary(outbox)
        _refuse(settings, before, said.name)
        if await is_served(outbox):
            raise Conflict(
                f"Storage runs, or was killed less than {LEASE_SECONDS} seconds ago: "
                "stop all its processes."
            )
        away = "" if before.heir else await _catch_up(settings, outbox, before.name, said.name)
        async with resources_on(settings, outbox, said.name) as resources:
            promotion = Promotion(resources, before.name, said.name)
            missing = await missing_in(promotion)
            if missing and not said.lose:
                return 1, "\n".join([*away.splitlines(), *missing, _refusal(said.name, missing)])
            await _promote(promotion, before)
    lost = [f"{one}: it is lost." for one in missing]
    return 0, "\n".join([*away.splitlines(), *lost, f"{said.name} is the primary. Start storage."])


async def _promote(promotion: Promotion, before: Primary) -> None:
    """Nobody starts to serve from the first step to the last."""
    outbox, during = promotion.resources.outbox, Primary(before.name, promotion.heir)
    if before != during:
        await set_primary(outbox, before, during)
    if await is_served(outbox):
        await set_primary(outbox, during, before)
        raise Conflict("Storage was started meanwhile: stop all its processes.")
    await promote(promotion)
    await set_primary(outbox, during, Primary(promotion.heir))


def _refuse(settings: ServiceSettings, primary: Primary, name: str) -> None:
    if name not in names_of_back_ends(settings):
        raise NotFound(f"There is no mirror {name}; COOP_STORAGE__MIRRORS names them.")
    if name != MAIN and settings.storage.mirrors[name].only:
        raise Conflict(f"{name} has only what its settings name, and can be no primary.")
    if primary.heir and primary.heir != name:
        raise Conflict(
            f"{primary.heir} is half-way to be the primary: promote it to the end first."
        )
    if name == primary.name:
        raise Conflict(f"{name} is the primary already.")


async def _catch_up(settings: ServiceSettings, outbox: Outbox, old: str, name: str) -> str:
    """What can still be copied is; else why not."""
    try:
        async with resources_on(settings, outbox, old) as resources:
            (mirror,) = (one for one in resources.mirrors if one.name == name)
            try:
                is_ours = await follow(resources, mirror)
            finally:
                await leave_mirror(outbox, name, resources.blobs.process)
    except (Problem, KeyFileError, OSError) as reason:
        return f"Nothing more can be copied from {old}: {reason}"
    if not is_ours:
        raise Conflict(
            f"A process that was killed had {name}: try again in {LEASE_SECONDS} seconds."
        )
    return ""


def _refusal(name: str, missing: list[str]) -> str:
    return (
        f"{name} does not have these {len(missing)} objects and versions, which would be lost. "
        "Nothing is changed. Say --lose to go on without them."
    )


async def _told(outbox: Outbox, primary: Primary, name: str) -> str:
    if name == primary.name:
        return f"{name}: the primary."
    if name == primary.heir:
        return f"{name}: half-way to be the primary; promote it to the end."
    comparison, waiting = await find_comparison(outbox, name), await waiting_changes(outbox, name)
    if not comparison.ended_ms:
        return f"{name}: a mirror that does not have everything yet."
    if not waiting:
        return f"{name}: a mirror that has everything."
    seconds = (now_ms() - min(one.since for one in waiting)) // 1000
    count = f"{COUNTED} or more" if len(waiting) == COUNTED else str(len(waiting))
    return f"{name}: a mirror that lacks {count} changes, the oldest {seconds} s old."
