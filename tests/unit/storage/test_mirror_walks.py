"""Random lives of a few keys: mirrors that follow now and then, die of it, and are promoted."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.storage.operations import keeping_mirrored, mirroring
from services.storage.operations.keeping_mirrored import follow
from services.storage.operations.objects import delete_object
from services.storage.operations.promoting import Promotion, missing_in, promote
from services.storage.operations.removing import delete_version
from services.storage.operations.resources import Resources, folder_of
from services.storage.store import mirrors
from services.storage.store.copies import all_copies
from services.storage.store.objects import objects_in
from services.storage.store.recent import Recent
from services.storage.store.versions import all_versions
from shared.contracts.repositories import Repository, Versioning
from shared.tables import Action
from tests.backups import everything, know
from tests.mirrored import (
    SECOND,
    Seen,
    followed,
    in_memory,
    in_mirror,
    keys_in_mirror,
    mirror_on,
)
from tests.storage_room import ADA, opened_resources, put
from tests.storage_room import REPOSITORY as PLAIN

KEPT = PLAIN.model_copy(update={"versioning": Versioning.ENABLED})
SUSPENDED = PLAIN.model_copy(update={"versioning": Versioning.SUSPENDED})
UID = PLAIN.repository_uid
KEYS = ["a", "hashed//a", "a/b"]
SEEDS = [1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 40))]


@pytest.fixture(params=["files to files", "files to a bucket", "a bucket to files"])
async def resources(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Resources]:
    """Storage with one mirror."""
    blobs = in_memory() if request.param == "a bucket to files" else None
    where = in_memory() if request.param == "files to a bucket" else tmp_path / "mirror"
    mirror = mirror_on(where)
    async with opened_resources(tmp_path, blobs=blobs, mirrors=(mirror,)) as resources:
        await know(resources, KEPT)
        yield resources
        await mirror.close()


class DeathError(Exception):
    """The process was killed here."""


async def dies(resources: Resources, chance: random.Random, patch: pytest.MonkeyPatch) -> None:
    """The mirror follows, and its process is killed before one of the next writes."""
    left, genuine = chance.randrange(4), mirroring.Mirroring.write

    async def write(self: mirroring.Mirroring, *actions: Action) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise DeathError
        await genuine(self, *actions)

    with patch.context() as context:
        context.setattr(mirroring.Mirroring, "write", write)
        try:
            await follow(resources, resources.mirrors[0])
        except DeathError:
            return


async def step(resources: Resources, chance: random.Random, repository: Repository) -> None:
    """Something happens to a key."""
    key, what = chance.choice(KEYS), chance.randrange(6)
    if what < 4:
        body = b"%d" % chance.randrange(10**6) * chance.randrange(1, 100)
        await put(resources, key, body, repository=repository)
    elif what < 5:
        await delete_object(resources, repository, key, actor=ADA)
    else:
        ids = [(one.key, one.shown_version) async for one in all_versions(resources.outbox, UID)]
        if ids:
            await delete_version(resources, KEPT, *chance.choice(ids), actor=ADA)


async def live(resources: Resources, seed: int, patch: pytest.MonkeyPatch) -> None:
    """At first without versions, then with them, and now and then followed."""
    # Who is cancelled beside one that dies would go on in a thread, as no dead process does.
    patch.setattr(keeping_mirrored, "AT_ONCE", 1)
    chance = random.Random(seed)
    switched_at = chance.randrange(15)
    for number in range(chance.randrange(10, 30)):
        repository = PLAIN if number < switched_at else chance.choice([KEPT, SUSPENDED])
        await step(resources, chance, repository)
        if chance.random() < 0.2:
            await followed(resources)
        elif chance.random() < 0.2:
            await dies(resources, chance, patch)


async def bytes_in(resources: Resources) -> Seen:
    """Of all objects and versions, as the primary has them."""
    found = await everything(resources, KEPT)
    return {place: body for place, (record, body) in found.items() if not record.is_marker}


async def keys_of_objects(resources: Resources) -> list[str]:
    """Those that are not deleted."""
    batches = [batch async for batch in objects_in(resources.outbox, UID)]
    return sorted(one.key for batch in batches for one in batch)


async def is_laid_out(resources: Resources, wanted: Seen) -> None:
    """There are bytes of what there is, and of nothing else."""
    keys, blobs = await keys_in_mirror(resources, PLAIN), await resources.mirrors[0].reach()
    if blobs.lingers is None:
        assert keys == await keys_of_objects(resources)
    else:
        assert len(keys) == len(wanted)
    copies = [one async for batch in all_copies(resources.outbox, SECOND, UID) for one in batch]
    assert len(copies) == len(wanted)


@pytest.mark.parametrize("seed", SEEDS)
async def test_a_mirror_that_has_followed_is_the_same(
    resources: Resources, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(resources, seed, monkeypatch)
    # What a kill has left is found by the next comparison.
    monkeypatch.setattr(mirrors, "ALONE_MS", -(10**9))
    await followed(resources)
    wanted = await bytes_in(resources)
    assert await in_mirror(resources, KEPT) == wanted
    await is_laid_out(resources, wanted)
    before = await everything(resources, KEPT)
    heir, missing = await promoted(resources)
    assert missing == []
    assert await everything(heir, KEPT) == before
    await is_all_that_lies(heir)


@pytest.mark.parametrize("seed", SEEDS)
async def test_one_that_lags_has_what_is_not_named(
    resources: Resources, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await live(resources, seed, monkeypatch)
    before = await bytes_in(resources)
    heir, missing = await promoted(resources)
    after = await bytes_in(heir)
    assert len(after) == len(before) - len(missing)
    assert {place: before.get(place) for place in after} == after
    await is_all_that_lies(heir)


async def promoted(resources: Resources) -> tuple[Resources, list[str]]:
    """What the mirror is as the primary, and what it lacked."""
    blobs = await resources.mirrors[0].reach()
    heir = Resources(resources.outbox, blobs, resources.bursts, Recent(0))
    promotion = Promotion(heir, "main", SECOND)
    missing = await missing_in(promotion)
    await promote(promotion)
    return heir, missing


async def is_all_that_lies(heir: Resources) -> None:
    """Where a key has one place, nothing lies there that is no object."""
    if heir.blobs.lingers is None:
        walked = [one async for batch in heir.blobs.walk(folder_of(PLAIN)) for one in batch]
        assert sorted(one.key for one in walked) == await keys_of_objects(heir)
