"""python -m infra.sample: publish the sample to the platform of the settings, once."""

import asyncio
import sys

import httpx

from infra.sample.accounts import NameTaken, ensure_organization, ensure_person, ensure_repository
from infra.sample.content import ORGANIZATIONS, REPOSITORIES
from infra.sample.credentials import sample_account
from infra.sample.identity import ensure_identity
from infra.sample.indexed import wait_until_indexed
from infra.sample.marker import is_published, mark_published
from infra.sample.upload import upload
from shared.bus import Bus
from shared.errors import Problem
from shared.keyfile import load_key_file, nats_seed
from shared.log import configure, logger
from shared.settings import Settings
from shared.topology import ADMIN

log = logger("sample")


async def publish(settings: Settings) -> None:
    """Make what is missing, in the order in which it depends on each other."""
    key = load_key_file(settings.home)
    person = sample_account(key)
    identity_id = await ensure_identity(settings.kratos_admin_url, person)
    bus = Bus(settings.nats_url, service=ADMIN, seed=nats_seed(key, ADMIN))
    bus.start()
    await bus.started.wait()
    try:
        owner = await ensure_person(bus, person, identity_id)
        for organization in ORGANIZATIONS:
            await ensure_organization(bus, owner, organization)
        for repository in REPOSITORIES:
            await ensure_repository(bus, owner, repository)
    finally:
        await bus.stop()
    stored = sum([await upload(settings.storage_url, person, one) for one in REPOSITORIES])
    mark_published(settings.home)
    indexed = await wait_until_indexed(settings.nats_url, key, stored)
    log.info("published", objects=stored, indexed=indexed)


def main() -> int:
    """0 when the sample is there, 1 when something stood in the way; the log says what."""
    settings = Settings()
    configure(settings.log, service="sample")
    if is_published(settings.home):
        return 0
    try:
        asyncio.run(publish(settings))
    except (NameTaken, Problem, httpx.HTTPError) as error:
        log.error("not published", reason=f"{type(error).__name__}: {error}")  # noqa: TRY400 -- one line
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
