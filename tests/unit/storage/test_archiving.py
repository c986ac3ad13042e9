"""Archives of real rows and files: what is promised is sent, in whole and in ranges."""

import io
import os
import shutil
import tarfile
import zipfile
from pathlib import Path
from unicodedata import is_normalized

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.storage.archives.form import Form
from services.storage.archives.names import name_of, still_above
from services.storage.archives.tar import TAR
from services.storage.archives.zip64 import ZIP
from services.storage.models import ObjectRecord
from services.storage.operations.archiving import (
    ChangedError,
    Part,
    Window,
    parts_of,
    pieces,
)
from services.storage.operations.healing import heal_object
from services.storage.operations.objects import delete_object
from services.storage.operations.resources import Resources
from services.storage.s3.errors import S3Error
from services.storage.store.objects import find_object, keep_crc32, object_row
from shared.tables import Put
from tests.archives import archive_of, sent, unpacked
from tests.blob_writes import ODD_KEYS
from tests.missing import give_up
from tests.storage_room import ADA, FOLDER, REPOSITORY, put

FORMS = pytest.mark.parametrize("form", [ZIP, TAR], ids=lambda form: form.suffix)
PROGRAMS = pytest.mark.parametrize(
    ("program", "form"), [("unzip", ZIP), ("bsdtar", ZIP), ("bsdtar", TAR), ("tar", TAR)]
)
KEYS = ("2024/a.csv", "2024/b/c.csv", "2024/b/d.csv", "2025/a.csv", "README.md", "empty")


def body_of(key: str) -> bytes:
    return b"" if key == "empty" else key.encode() * 9


async def fill(resources: Resources, keys: tuple[str, ...] = KEYS) -> None:
    for key in keys:
        await put(resources, key, body_of(key))


async def declare(resources: Resources, records: list[ObjectRecord]) -> None:
    """Rows of objects whose bytes nobody ever sent."""
    for start in range(0, len(records), 100):
        rows = (Put(object_row(record)) for record in records[start : start + 100])
        await resources.outbox.table.write(*rows)


def names_in(form: Form, body: bytes) -> dict[str, bytes]:
    """The files, as Python reads them."""
    if form is ZIP:
        archive = zipfile.ZipFile(io.BytesIO(body))
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}
    with tarfile.open(fileobj=io.BytesIO(body)) as members:
        return {one.name: found.read() for one in members if (found := members.extractfile(one))}


@FORMS
async def test_all_of_it(resources: Resources, form: Form) -> None:
    await fill(resources)
    archive = await archive_of(resources, form=form)
    body = await sent(archive)
    assert len(body) == archive.layout.size
    assert names_in(form, body) == {key: body_of(key) for key in KEYS}


@FORMS
async def test_every_range_is_a_piece_of_the_whole(resources: Resources, form: Form) -> None:
    await fill(resources)
    whole = await sent(await archive_of(resources, form=form))
    again = await archive_of(resources, form=form)
    for start in range(0, len(whole), 61):
        assert await sent(again, start) == whole[start:]
        assert await sent(again, start, start + 17) == whole[start : start + 17]


async def test_a_rest_alone_knows_the_sums_of_what_came_before(resources: Resources) -> None:
    await fill(resources)
    archive = await archive_of(resources)
    rest = await sent(archive, archive.layout.totals.directory_offset)
    assert rest == (await sent(await archive_of(resources)))[-len(rest) :]


async def test_a_sum_is_found_once(resources: Resources, home: Path) -> None:
    record = await put(resources, "a", b"123456789")
    whole = await sent(await archive_of(resources))
    kept = await find_object(resources.outbox, REPOSITORY.repository_uid, "a")
    assert kept is not None
    assert kept.crc32 == "y/Q5Jg=="
    assert (kept.version, kept.etag) == (record.version, record.etag)
    (home / FOLDER / "a").rename(home / "aside")
    head_and_end = await archive_of(resources)
    offset = head_and_end.layout.totals.directory_offset
    assert await sent(head_and_end, offset) == whole[offset:]


async def test_a_sum_is_kept_of_what_is_still_there_alone(resources: Resources) -> None:
    before, gone = await put(resources, "a", b"1"), await put(resources, "b", b"1")
    await put(resources, "a", b"2")
    await delete_object(resources, REPOSITORY, "b", actor=ADA)
    await keep_crc32(resources.outbox, [(before, "g9z9tw=="), (gone, "g9z9tw==")])
    after = await find_object(resources.outbox, REPOSITORY.repository_uid, "a")
    assert after is not None
    assert after.crc32 == ""
    assert await find_object(resources.outbox, REPOSITORY.repository_uid, "b") is None


async def test_a_checksum_of_checksums_is_not_the_sum(resources: Resources) -> None:
    # Of a release that did not keep the sum beside it.
    record = await put(resources, "a", b"123456789")
    record.checksums["crc32"] = "AAAAAA==-2"
    await resources.outbox.table.write(Put(object_row(record)))
    assert names_in(ZIP, await sent(await archive_of(resources))) == {"a": b"123456789"}


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_a_selection(resources: Resources, count: int) -> None:
    await fill(resources)
    parts = tuple(parts_of(["2024/b/", "2024/b/d"][:count], ["empty", "2024/b/c.csv"][:count]))
    found = names_in(ZIP, await sent(await archive_of(resources, parts=parts)))
    assert list(found) == ["2024/b/c.csv", "2024/b/d.csv", "empty"]


def test_nothing_is_selected_twice() -> None:
    assert parts_of(["b/", "a/", "b/c/", "b/"], ["a", "b/x", "c"]) == [
        Part("a", is_key=True),
        Part("a/"),
        Part("b/"),
        Part("c", is_key=True),
    ]


@pytest.mark.parametrize("part", [Part("2023/"), Part("2024/a", is_key=True)])
async def test_what_is_not_there(resources: Resources, part: Part) -> None:
    await fill(resources)
    with pytest.raises(S3Error, match="NoSuchKey"):
        await archive_of(resources, parts=(Part("README.md", is_key=True), part))


async def test_more_than_an_archive_may_hold(resources: Resources) -> None:
    await fill(resources)
    await archive_of(resources, most=6)
    with pytest.raises(S3Error, match="An archive can hold 5 objects"):
        await archive_of(resources, most=5)


@FORMS
@pytest.mark.parametrize("change", ["other", "size", "gone", "new", "by hand"])
async def test_a_change_in_the_middle(
    resources: Resources, home: Path, form: Form, change: str
) -> None:
    await fill(resources)
    archive = await archive_of(resources, form=form)
    if change == "gone":
        await delete_object(resources, REPOSITORY, "README.md", actor=ADA)
    elif change == "by hand":
        (home / FOLDER / "README.md").write_bytes(body_of("2025.csvX"))
    else:
        key = "2025/b.csv" if change == "new" else "README.md"
        await put(resources, key, b"x" * (81 if change == "other" else 5))
    with pytest.raises(ChangedError):
        await sent(archive)


async def test_a_change_behind_what_was_sent_is_seen_by_the_directory(resources: Resources) -> None:
    await fill(resources)
    archive = await archive_of(resources)
    await delete_object(resources, REPOSITORY, "2024/a.csv", actor=ADA)
    with pytest.raises(ChangedError):
        await sent(archive, archive.layout.totals.directory_offset)


@FORMS
async def test_odd_keys(resources: Resources, form: Form) -> None:
    for number, key in enumerate(ODD_KEYS):
        await put(resources, key, b"%d" % number)
    found = names_in(form, await sent(await archive_of(resources, form=form)))
    assert sorted(found.values()) == sorted(b"%d" % number for number in range(len(ODD_KEYS)))


@PROGRAMS
async def test_programs_unpack_it(
    resources: Resources, tmp_path: Path, program: str, form: Form
) -> None:
    if shutil.which(program) is None:
        give_up(f"{program} is not installed")
    keys = [key for key in [*KEYS, *ODD_KEYS] if program != "bsdtar" or is_normalized("NFC", key)]
    for number, key in enumerate(keys):
        await put(resources, key, b"%d" % number)
    file = tmp_path / f"all{form.suffix}"
    file.write_bytes(await sent(await archive_of(resources, form=form)))
    found, expected, files = unpacked(program, file, tmp_path / "out"), {}, list[str]()
    bodies = {key: b"%d" % number for number, key in enumerate(keys)}
    for key in sorted(bodies):
        still_above(files, key)
        expected[name_of(key, files, is_empty=False)] = bodies[key]
        files.append(key)
    assert found == expected


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), form=st.sampled_from([ZIP, TAR]))
async def test_any_range(resources: Resources, data: st.DataObject, form: Form) -> None:
    await fill(resources)
    archive = await archive_of(resources, form=form)
    start = data.draw(st.integers(0, archive.layout.size - 1))
    end = data.draw(st.integers(start + 1, archive.layout.size))
    assert await sent(archive, start, end) == (await sent(archive))[start:end]


@pytest.mark.slow
async def test_more_entries_than_sixteen_bits_count(resources: Resources) -> None:
    records = [
        ObjectRecord(REPOSITORY.repository_uid, f"{n:06d}", 1, 0, "e", n, "", "plain", "m")
        for n in range(70_000)
    ]
    await declare(resources, records)
    archive = await archive_of(resources)
    body = await sent(archive)
    assert len(body) == archive.layout.size
    found = zipfile.ZipFile(io.BytesIO(body)).namelist()
    assert found == [record.key for record in records]
    assert len(archive.layout.chapters) == 70


@pytest.mark.slow
async def test_more_bytes_than_thirty_two_bits_count(resources: Resources, home: Path) -> None:
    size = 2**32 + 5
    await put(resources, "a", b"first")
    await put(resources, "b", b"x")
    await put(resources, "c", b"last")
    os.truncate(home / FOLDER / "b", size)
    await put(resources, "d", b"d")

    assert await heal_object(resources, REPOSITORY, "b")
    archive = await archive_of(resources)
    file = home / "all.zip"
    with file.open("wb") as out:
        async for piece in pieces(archive, Window(0, archive.layout.size)):
            if isinstance(piece, bytes):
                out.write(piece)
            elif piece.end > 2**20:
                out.write(bytes(await piece.blob.read(0, 4096)))
                out.seek(piece.end - 4096, os.SEEK_CUR)
            else:
                out.write(bytes(await piece.blob.read(piece.start, piece.end)))
    with zipfile.ZipFile(file) as found:
        assert found.getinfo("b").file_size == size
        assert found.getinfo("c").header_offset > 2**32
        assert found.read("c") == b"last"
        assert found.testzip() is None
