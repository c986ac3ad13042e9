"""Icechunk: a repository is one thing, told as its main branch is; as icechunk itself wrote it."""

import random
import struct
from pathlib import Path

import pytest

from services.indexer.extractors.content.names import known_by_name
from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.icechunk.files import name_of
from services.indexer.extractors.icechunk.flatbuffers import Table
from services.indexer.extractors.sparse_file import OutOfBytes
from tests.extraction import extracted, facts_of, line
from tests.icechunks import files_of
from tests.mutations import mutated

FOLDER = "a/b.icechunk"
ROOT, MAIN = f"{FOLDER}/repo", f"{FOLDER}/refs/branch.main/ref.json"
ONE, TWO = files_of("v1", FOLDER), files_of("v2", FOLDER)
# Half a step of 200 longitudes, and of 20 latitudes, beyond the outermost.
BOX = (99.9636, 30.25, 114.5364, 40.25)


def told(files: dict[str, bytes], part: str) -> list[Facts]:
    """Of all files whose names hold this."""
    return [facts_of(name, data, files) for name, data in files.items() if part in name]


def test_a_repository_is_told_as_its_main_branch_is() -> None:
    found = extracted(ROOT, TWO[ROOT], beside=TWO)
    facts = found.facts
    assert facts.place is not None
    assert facts.moment is not None
    assert facts.cube is not None
    assert (facts.format, facts.summary) == ("Icechunk", "Icechunk, 1 variable")
    assert (facts.is_folder, facts.partial) == (True, "")
    assert facts.media_type == "application/vnd.zarr+icechunk"
    assert facts.place.bbox == pytest.approx(BOX, abs=1e-4)
    assert facts.moment.end == "2020-01-10T00:00:00Z"
    assert [one.name for one in facts.cube.variables if one.is_data] == ["t2m"]
    assert line(facts, "Title") == "Warm days", "not that of the draft"
    assert line(facts, "Branches") == "draft, main"
    assert line(facts, "Tags") == "v1.0"
    assert line(facts, "Message") == "The first days"
    assert line(facts, "Written") == "2026-11-29T14:26:04Z"
    # The root, a snapshot, three manifests, and one chunk that is no part of its manifest.
    assert found.requests == 6


def test_all_else_leads_to_it() -> None:
    for part, label in (
        ("snapshots/", "Icechunk snapshot"),
        ("manifests/", "Icechunk manifest"),
        ("transactions/", "Icechunk transaction log"),
        ("overwritten/", "Icechunk repository as it was"),
    ):
        for facts in told(TWO, part):
            assert (facts.format, facts.part_of, facts.place) == (label, ROOT, None)


def test_of_version_1_the_main_branch_stands_for_it_and_snapshots_tell_of_arrays() -> None:
    facts = facts_of(MAIN, ONE[MAIN], ONE)
    assert (facts.format, facts.summary) == ("Icechunk", "Icechunk 1, branch main")
    assert (facts.place, facts.partial, facts.part_of) == (None, "", "")
    snapshot = line(facts, "Snapshot")
    (said,) = told(ONE, f"snapshots/{snapshot}")
    assert (said.summary, said.part_of) == ("Icechunk snapshot, 4 arrays", MAIN)
    assert line(said, "t2m") == "5 × 20 × 200, 2 in all, zstd"
    for part, label in (("draft", "Icechunk branch"), ("tag.", "Icechunk tag")):
        (facts,) = told(ONE, part)
        assert (facts.format, facts.part_of) == (label, MAIN)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        ("snapshots/W8X72WV5E23ND6Q1RW90", "The snapshot that it names is not there."),
        ("chunks/Y5V8D0G40SK831ASHQY0", "A chunk of lon is not there."),
    ],
)
def test_what_has_not_come_yet_is_told(gone: str, said: str) -> None:
    files = {name: data for name, data in TWO.items() if not name.endswith(gone)}
    facts = facts_of(ROOT, TWO[ROOT], files)
    assert (facts.place, facts.partial) == (None, said)


def test_what_takes_too_many_requests_is_told() -> None:
    facts = extracted(ROOT, TWO[ROOT], beside=TWO, most=4).facts
    assert facts.place is None
    assert facts.partial


def test_a_broken_manifest_is_told() -> None:
    (name,) = (one for one in TWO if "manifests/0M90" in one)
    for data in (TWO[name][:100], TWO[name][:38] + b"\x00" + b"\xff" * 100):
        facts = facts_of(ROOT, TWO[ROOT], TWO | {name: data})
        assert facts.place is None
        assert facts.partial.startswith("Where the chunks of ")


def test_what_is_not_packed_as_it_says_leaves_no_memory() -> None:
    broken = TWO | {ROOT: TWO[ROOT][:60] + bytes(len(TWO[ROOT]) - 60)}

    def taken() -> int:
        with pytest.raises(Malformed):
            extracted(ROOT, broken[ROOT], beside=broken)
        return int(Path("/proc/self/statm").read_text().split()[0]) * 4096

    first = taken()
    assert max(taken() for _ in range(40)) - first < 1024**3


def test_names_alone_make_no_repository() -> None:
    for name, data in ((ROOT, b"a plain file"), (MAIN, b'{"snapshot": "../../x"}')):
        assert not facts_of(name, data).format.startswith("Icechunk")


def test_chunks_are_known_by_name() -> None:
    chunk = known_by_name(f"{FOLDER}/chunks/Y5V8D0G40SK831ASHQY0")
    assert chunk is not None
    assert (chunk.format, chunk.part_of) == ("Icechunk chunk", ROOT)
    assert known_by_name(f"{FOLDER}/chunks/readme") is None
    assert known_by_name("a/b/chunks/Y5V8D0G40SK831ASHQY0") is None


def test_names_of_ids() -> None:
    assert name_of(bytes(12)) == "0" * 20
    assert name_of(b"\xff" * 12) == "Z" * 19 + "G"


@pytest.mark.parametrize("place", [8, 2**31, 2**32 - 1])
def test_tables_that_lead_out_of_the_file(place: int) -> None:
    with pytest.raises((struct.error, ValueError)):
        Table.root(struct.pack("<Ii", place, -4)).text(0)


@pytest.mark.parametrize("part", ["repo", "snapshots/W8X72WV5E23ND6Q1RW90", "manifests/0M90"])
def test_mutations(part: str) -> None:
    (name,) = (one for one in TWO if one.startswith(f"{FOLDER}/{part}"))
    randomness, outcomes = random.Random(part), set()
    for _ in range(150):
        wrong = TWO | {name: mutated(TWO[name], randomness)}
        try:
            found = extracted(ROOT, wrong[ROOT], beside=wrong, most=8)
        except (Malformed, OutOfBytes) as refused:
            outcomes.add(type(refused).__name__)
        else:
            outcomes.add(found.facts.format)
    # Without the head of its own files it is another file, of whatever its bytes look like.
    assert outcomes & {"Icechunk", "Malformed"}
    assert "" not in outcomes
