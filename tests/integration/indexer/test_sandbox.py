"""The sandbox with real processes, and files that do their worst."""

import asyncio
import os
import random
import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from services.indexer.models.superseded import Superseded
from services.indexer.sandbox.pool import Outcome, Sandbox
from services.indexer.sandbox.reading import Fetch, Find, Source
from services.indexer.sandbox.worker import CHILD, Nursery
from services.indexer.settings import SandboxSettings
from shared.confinement.limits import Limits
from shared.contracts.indexer import FilePreview
from shared.errors import NotFound, Unavailable
from tests.extraction import EXPECTED, SAMPLE, sample_beside
from tests.mutations import mutated
from tests.waiting import eventually

HOSTILE = "tests.integration.indexer.hostile_child"
SETTINGS = SandboxSettings(parse_seconds=0.5, seconds=5, max_requests=4, max_bytes=1024 * 1024)


@asynccontextmanager
async def opened(settings: SandboxSettings, child: str = CHILD) -> AsyncIterator[Sandbox]:
    """With a nursery of its own."""
    limits = Limits(settings.memory_bytes, settings.parse_seconds)
    async with Nursery(limits, child) as nursery, Sandbox(settings, nursery) as sandbox:
        yield sandbox


def fetching(data: bytes) -> Fetch:
    """These bytes, as the data door would give them."""

    async def fetch(start: int, end: int) -> bytes:
        return data[start:end]

    return fetch


async def parse(sandbox: Sandbox, name: str, data: bytes = b"x" * 100) -> Outcome:
    """What becomes of these bytes."""
    return await sandbox.parse(name, len(data), fetching(data))


@pytest.fixture
async def hostile() -> AsyncIterator[Sandbox]:
    async with opened(SETTINGS, HOSTILE) as sandbox:
        yield sandbox


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with opened(SandboxSettings()) as sandbox:
        yield sandbox


@pytest.mark.parametrize("place", EXPECTED)
async def test_sample(sandbox: Sandbox, place: str) -> None:
    outcome = await parse(sandbox, place, (SAMPLE / place).read_bytes())
    assert outcome.status == "read"
    # The tables of a database lie anywhere in it.
    assert outcome.requests == (2 if place.endswith(".gpkg") else 1)
    assert outcome.facts.summary


async def test_first_rows_come_through_whole(sandbox: Sandbox) -> None:
    for name in ("countries.parquet", "countries.gpkg"):
        data = (SAMPLE / "natural-earth/countries" / name).read_bytes()
        *_, part = (await sandbox.preview(name, len(data), fetching(data))).parts
        assert part.note == "the first 20 rows of 177"
        assert "Fiji" in part.rows[0]


async def test_facts_come_through_whole(sandbox: Sandbox) -> None:
    data = (SAMPLE / "noaa/globe-land-mask/europe.tif").read_bytes()
    facts = (await parse(sandbox, "europe.tif", data)).facts
    assert facts.summary == "COG, 5,040 × 3,000, EPSG:4326"
    assert facts.place is not None
    assert facts.place.bbox == pytest.approx((-12.0042, 35.0042, 29.9958, 60.0042), abs=1e-3)
    assert facts.bands[0].nodata == 255
    assert facts.groups[0].lines[0] == ("Dimensions", "5,040 × 3,000, 1 band")


def finding(files: dict[str, bytes]) -> Find:
    """These files, of which the names are whole."""

    async def find(names: Sequence[str]) -> list[Source | None]:
        return [
            Source(name, len(files[name]), fetching(files[name])) if name in files else None
            for name in names
        ]

    return find


async def test_what_is_beside_a_file_is_read_with_it(sandbox: Sandbox) -> None:
    place = "natural-earth/countries/shapefile/countries.shp"
    data, find = (SAMPLE / place).read_bytes(), finding(sample_beside(place))
    outcome = await sandbox.parse(place, len(data), fetching(data), find)
    assert outcome.facts.summary == "Shapefile, 177 features"
    assert outcome.facts.place is not None
    assert (outcome.status, outcome.requests) == ("read", 4)


async def test_a_file_beside_it_that_is_another_by_now(sandbox: Sandbox) -> None:
    place = "natural-earth/countries/shapefile/countries.shp"
    data = (SAMPLE / place).read_bytes()

    async def gone(_start: int, _end: int) -> bytes:
        raise Superseded

    async def find(names: Sequence[str]) -> list[Source]:
        return [Source(name, 10, gone) for name in names]

    outcome = await sandbox.parse(place, len(data), fetching(data), find)
    assert outcome.status == "failed"
    assert "countries.cpg is being replaced" in outcome.reason


async def test_files_above_have_no_bytes(hostile: Sandbox) -> None:
    find = finding({"secret.csv": b"secret"})
    outcome = await hostile.parse("a/pry", 100, fetching(b"x" * 100), find)
    assert (outcome.status, outcome.requests) == ("failed", 1)
    assert "crashed" in outcome.reason


async def test_budget_of_files(hostile: Sandbox) -> None:
    outcome = await parse(hostile, "crowd")
    assert outcome.reason == "It would be read together with more than 16 files."


async def test_an_empty_file_is_not_fetched(sandbox: Sandbox) -> None:
    outcome = await parse(sandbox, "a.tif", b"")
    assert (outcome.status, outcome.facts.format, outcome.requests) == ("read", "Empty file", 0)


async def test_broken_files_fail_with_a_reason_and_a_kind(sandbox: Sandbox) -> None:
    data = (SAMPLE / "noaa/globe-land-mask/fiji.tif").read_bytes()
    outcome = await parse(sandbox, "fiji.tif", data[:100])
    assert outcome.status == "failed"
    assert "ends too early" in outcome.reason
    assert outcome.facts.media_type == "image/tiff"
    disguised = await parse(sandbox, "a.tif", b"<VRTDataset/>")
    assert disguised.reason == "Its name says TIFF, but its content is: XML."


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("segfault", "crashed"),
        ("abort", "crashed"),
        ("hang", "longer than 0.5 s"),
        ("hang_in_c", "longer than 0.5 s"),
        ("eat", "more memory"),
        ("insist", "crashed"),
        ("flood", "crashed"),
        ("surrogate", "not valid Unicode"),
    ],
)
async def test_what_a_hostile_file_does_ends_there(hostile: Sandbox, act: str, said: str) -> None:
    started = time.monotonic()
    outcome = await parse(hostile, act)
    assert outcome.status == "failed"
    assert said in outcome.reason
    assert outcome.facts.media_type == "text/plain"
    assert time.monotonic() - started < 10
    after = await parse(hostile, "swallow")
    assert (after.status, after.facts.summary) == ("read", "100 bytes")


@pytest.mark.parametrize(("act", "said"), [("segfault", "crashed"), ("hang", "longer than 0.5 s")])
async def test_a_hostile_file_shows_a_reason_and_no_more(
    hostile: Sandbox, act: str, said: str
) -> None:
    found = await hostile.preview(act, 100, fetching(b"x" * 100))
    assert found.parts == []
    assert said in found.reason
    (part,) = (await hostile.preview("swallow", 100, fetching(b"x" * 100))).parts
    assert part.text == "100 bytes"


@pytest.mark.parametrize("act", ["crowd_of_parts", "other"])
async def test_what_is_shown_fits_on_a_page(hostile: Sandbox, act: str) -> None:
    found = await hostile.preview(act, 100, fetching(b"x" * 100))
    assert found == FilePreview(reason="Reading it gave nothing sensible.")


async def test_budget_of_requests(hostile: Sandbox) -> None:
    outcome = await parse(hostile, "scatter", bytes(16 * 1024 * 1024))
    assert outcome.status == "failed"
    assert outcome.reason == "Its header is scattered over more than 4 places."
    assert outcome.requests == 4


async def test_budget_of_bytes(hostile: Sandbox) -> None:
    outcome = await parse(hostile, "swallow", bytes(16 * 1024 * 1024))
    assert outcome.status == "failed"
    assert "More than 1,048,576 bytes" in outcome.reason
    assert outcome.bytes_read < 1024 * 1024


async def test_budget_of_time(hostile: Sandbox) -> None:
    async def fetch(start: int, end: int) -> bytes:
        await asyncio.sleep(60)
        return bytes(end - start)

    hostile.settings = SETTINGS.model_copy(update={"seconds": 0.2})
    outcome = await hostile.parse("swallow", 100, fetch)
    assert (outcome.status, outcome.reason) == ("failed", "Reading it took longer than 0.2 s.")
    # Who looks at it comes again: that says nothing about the file.
    with pytest.raises(Unavailable, match="longer than"):
        await hostile.preview("swallow", 100, fetch)


async def test_fewer_bytes_than_were_asked_for(hostile: Sandbox) -> None:
    outcome = await hostile.parse("swallow", 1000, fetching(b"x" * 10))
    assert outcome.status == "failed"
    assert "Only 10 of 1,000 bytes" in outcome.reason


async def test_what_fetch_raises_is_the_caller_s(hostile: Sandbox) -> None:
    async def fetch(start: int, end: int) -> bytes:
        if start:
            raise NotFound("gone")
        return bytes(end)

    with pytest.raises(NotFound):
        await hostile.parse("swallow", 500_000, fetch)
    assert (await parse(hostile, "swallow")).facts.summary == "100 bytes"


async def test_a_caller_who_gives_up_leaves_no_answer_for_the_next(hostile: Sandbox) -> None:
    for _ in range(3):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await parse(hostile, "slow")
    assert (await parse(hostile, "swallow")).facts.summary == "100 bytes"


async def test_workers_have_limits(hostile: Sandbox) -> None:
    said = (await parse(hostile, "limits")).facts.summary
    assert said == f"{2 * 1024**3} 32 0 0"


async def test_nothing_is_within_reach(hostile: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COOP_SECRET", "x")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1]).encode()
        said = (await parse(hostile, "outside", port)).facts.summary
    # A kernel may refuse a network of our own, or have no Landlock; then the sandbox says so.
    reached = set() if said == "nothing" else set(said.split(","))
    assert reached <= (set() if hostile.is_isolated else {"network", "reading", "listing"})


async def test_several_at_once(hostile: Sandbox) -> None:
    await asyncio.gather(parse(hostile, "slow"), parse(hostile, "slow"))
    outcomes = await asyncio.gather(*(parse(hostile, "slow") for _ in range(4)))
    assert {outcome.status for outcome in outcomes} == {"read"}
    spans = [tuple(map(float, outcome.facts.summary.split())) for outcome in outcomes]
    at_work = [sum(began <= moment < ended for began, ended in spans) for moment, _ in spans]
    assert max(at_work) == 2, "as many as there are workers"


async def test_crashes_among_good_files(hostile: Sandbox) -> None:
    acts = ["swallow", "segfault", "swallow", "eat", "swallow", "insist", "swallow"] * 3
    outcomes = await asyncio.gather(*(parse(hostile, act) for act in acts))
    for act, outcome in zip(acts, outcomes, strict=True):
        assert outcome.status == ("read" if act == "swallow" else "failed")


async def test_a_killed_nursery_is_replaced(hostile: Sandbox) -> None:
    worker, nursery = map(int, (await parse(hostile, "process")).facts.summary.split())
    os.kill(nursery, 9)
    await eventually(partial(_is_gone, worker))
    again, other = map(int, (await parse(hostile, "process")).facts.summary.split())
    assert other != nursery
    assert again != worker


async def test_a_worker_is_replaced_after_its_share_of_files() -> None:
    settings = SETTINGS.model_copy(update={"parses_per_worker": 2, "workers": 1})
    async with opened(settings, HOSTILE) as sandbox:
        pids = [(await parse(sandbox, "process")).facts.summary.split()[0] for _ in range(4)]
    assert pids[0] == pids[1] != pids[2] == pids[3]


async def test_nothing_is_left_behind() -> None:
    async with opened(SETTINGS, HOSTILE) as sandbox:
        worker, nursery = map(int, (await parse(sandbox, "process")).facts.summary.split())
    await eventually(partial(_is_gone, worker))
    await eventually(partial(_is_gone, nursery))


def _is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.parametrize(
    ("place", "rounds"),
    [
        ("natural-earth/countries/countries.parquet", 150),
        ("natural-earth/countries/countries.gpkg", 30),
        ("scripps/mauna-loa-co2/weekly.nc", 150),
        ("noaa/globe-land-mask/fiji.tif", 150),
    ],
)
async def test_mutations(sandbox: Sandbox, place: str, rounds: int) -> None:
    await _mutate(sandbox, place, rounds=rounds)


@pytest.mark.slow
@pytest.mark.parametrize(
    "place", ["natural-earth/countries/countries.parquet", "scripps/mauna-loa-co2/weekly.nc"]
)
async def test_many_mutations(sandbox: Sandbox, place: str) -> None:
    await _mutate(sandbox, place, rounds=5000)


async def _mutate(sandbox: Sandbox, place: str, *, rounds: int) -> None:
    data, randomness = (SAMPLE / place).read_bytes(), random.Random(place)
    if place.endswith("parquet"):
        # What is read of it is at its end: turned about, its footer is where mutations go.
        turned = data[::-1]
        files = [mutated(turned, randomness)[::-1] for _ in range(rounds)]
    else:
        files = [mutated(data, randomness) for _ in range(rounds)]
    outcomes = [await parse(sandbox, place, file) for file in files]
    for file in files[: rounds // 15]:
        assert await sandbox.preview(place, len(file), fetching(file))
    assert {outcome.status for outcome in outcomes} <= {"read", "partial", "failed"}
    assert all(outcome.reason for outcome in outcomes if outcome.status == "failed")
    assert any(outcome.status == "failed" for outcome in outcomes)
