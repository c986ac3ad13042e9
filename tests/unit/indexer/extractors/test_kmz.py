"""KMZ: an archive is as its document is, and unpacked no further than a document may be long."""

import io
import struct
import zipfile

import pytest

from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import OutOfBytes
from tests.extraction import extracted, facts_of, line
from tests.formats import kml, kmz, placemark

SIZE_IN_DIRECTORY = 24


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """As Python packs it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def changed(data: bytes, place: int, value: int, form: str) -> bytes:
    """With another number in the first entry of its directory."""
    place += data.index(b"PK\x01\x02")
    return data[:place] + struct.pack(form, value) + data[place + struct.calcsize(form) :]


DOCUMENT = kml(placemark("7,47") + placemark("8,48"))
ONE = archive({"doc.kml": DOCUMENT})


@pytest.mark.parametrize("name", ["a.kmz", "A.KMZ", "a"])
def test_it_is_as_its_document_is(name: str) -> None:
    facts = facts_of(name, kmz(placemark("7,47") + placemark("8,48"), "files/a.png"))
    plain = facts_of("a.kml", DOCUMENT)
    assert (facts.format, facts.summary) == ("KMZ", "KMZ, 2 placemarks")
    assert facts.media_type == "application/vnd.google-earth.kmz"
    assert (facts.place, facts.table, facts.moment) == (plain.place, plain.table, plain.moment)
    assert (line(facts, "Document"), line(facts, "Other files")) == ("doc.kml", "1")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["a.kml", "doc.kml"], "doc.kml"),
        (["files/a.kml", "b.kml", "c.kml"], "b.kml"),
        (["a.png", "files/A.KML"], "files/A.KML"),
    ],
)
def test_which_document_is_meant(names: list[str], chosen: str) -> None:
    data = archive(dict.fromkeys(names, DOCUMENT))
    assert line(facts_of("a.kmz", data), "Document") == chosen


def test_what_is_stored_as_it_is() -> None:
    data = archive({"doc.kml": DOCUMENT}, zipfile.ZIP_STORED)
    assert facts_of("a.kmz", data).summary == "KMZ, 2 placemarks"


def test_of_pictures_in_it_nothing_is_read() -> None:
    data = archive({"a.png": bytes(range(256)) * 8_000, "doc.kml": DOCUMENT}, zipfile.ZIP_STORED)
    found = extracted("a.kmz", data)
    assert found.facts.summary == "KMZ, 2 placemarks"
    assert found.requests <= 3
    assert found.bytes_read < 300_000


@pytest.mark.parametrize("said", [len(DOCUMENT), 0, 0x7FFFFFFF])
def test_a_bomb_is_unpacked_to_its_limit_whatever_it_says(said: int) -> None:
    bomb = archive({"doc.kml": kml(placemark("7,47") * 9) + bytes(50_000_000)})
    facts = facts_of("a.kmz", changed(bomb, SIZE_IN_DIRECTORY, said, "<I"))
    assert facts.place is None
    assert facts.partial.startswith("Its document is larger than 8 MB")


def test_a_stream_of_nothing_is_given_up() -> None:
    nothing = struct.pack("<BHH", 0, 0, 0xFFFF) * 2_000_000
    header = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(nothing), 9, 7, 0)
    entry = struct.pack(
        "<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(nothing), 9, 7, 0, 0, 0, 0, 0, 0
    )
    directory, start = entry + b"doc.kml", len(header) + 7 + len(nothing)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), start, 0)
    with pytest.raises(OutOfBytes):
        facts_of("a.kmz", header + b"doc.kml" + nothing + directory + end)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive({"a.png": b"x"}), "without a KML document"),
        (archive({"a.kml/": b""}), "without a KML document"),
        (archive({"doc.kml": b"<html/>"}), "doc.kml is not KML"),
        (archive({"doc.kml": b"<kml><a"}), "not XML as it should be"),
        (archive({"doc.kml": kml(placemark("1,nan"))}), "no number"),
        (archive({"doc.kml": DOCUMENT}, zipfile.ZIP_BZIP2), "packed in an unusual way"),
        (changed(ONE, 8, 1, "<H"), "encrypted"),
        (changed(ONE, 16, 7, "<I"), "not what was packed"),
        (changed(ONE, 42, 5, "<I"), "no doc.kml where it is said to be"),
        (changed(ONE, 42, 0xFFFFFFF0, "<I"), "ends too early"),
        (changed(ONE, 20, 20, "<I"), "not what was packed"),
        (
            ONE[:60] + b"\xff" * 60 + ONE[120:],
            "unpack",
        ),
        (ONE[:-10], "no directory"),
        (b"<html>", "Its name says KMZ.*HTML"),
    ],
)
def test_broken(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.kmz", data)
