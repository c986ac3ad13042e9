"""What people read: PDF, notebooks, archives, Markdown and plain text, each from little of it."""

import io
import random
import struct
import zipfile
import zlib
from typing import Any

import orjson
import pytest

from services.indexer.extractors.facts import Facts, Malformed
from services.indexer.extractors.sparse_file import OutOfBytes
from tests.extraction import extracted, facts_of, line
from tests.mutations import mutated

PAGES = b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 12 >>\nendobj\n"
INFO = b"9 0 obj\n<< /Title (Ice \\(sea\\) \\351t\\351) >>\nendobj\n"
END = b"trailer << /Root 1 0 R /Info 9 0 R >>\nstartxref\n0\n%%EOF"


def archive(*names: str, comment: bytes = b"", size: int = 1000) -> bytes:
    """Files of so many zeros."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names:
            made.writestr(name, b"" if name.endswith("/") else bytes(size))
        made.comment = comment
    return buffer.getvalue()


def notebook(**changes: Any) -> bytes:
    """Of two cells."""
    cells = [
        {"cell_type": "markdown", "source": ["# Sea ice\n", "text"], "metadata": {}},
        {"cell_type": "code", "source": "1 + 1", "outputs": [{"data": {"type": "Feature"}}]},
    ]
    said = {"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}
    return orjson.dumps({**said, **changes})


def test_pdf_of_plain_objects() -> None:
    found = extracted("a.pdf", b"%PDF-1.4\n" + PAGES + bytes(300_000) + INFO + END)
    assert (found.requests, found.bytes_read) == (2, 2 * 64 * 1024)
    assert found.facts.summary == "PDF, 12 pages"
    assert line(found.facts, "Title") == "Ice (sea) été"
    assert line(found.facts, "Version") == "1.4"


def test_pdf_of_packed_objects() -> None:
    packed = zlib.compress(b"2 0 3 50 << /Count 7 /Type /Pages >>")
    stream = b"5 0 obj << /Type /ObjStm /N 2 >>\nstream\n" + packed + b"\nendstream"
    xmp = b"<dc:title>\n<rdf:Alt><rdf:li xml:lang='x-default'>A &amp; B</rdf:li></rdf:Alt>"
    facts = facts_of("a.pdf", b"%PDF-1.7\n" + stream + xmp)
    assert (facts.summary, line(facts, "Title")) == ("PDF, 7 pages", "A & B")


def test_pdf_that_is_encrypted_or_laid_out_for_the_web() -> None:
    hidden = facts_of("a.pdf", b"%PDF-1.4\n" + PAGES + INFO + b"/Encrypt 4 0 R " + END)
    assert (line(hidden, "Title"), line(hidden, "Encrypted")) == ("", "yes")
    fast = facts_of("a.pdf", b"%PDF-1.5\n1 0 obj << /Linearized 1 /L 9 /N 345 /T 8 >>")
    assert fast.summary == "PDF, 345 pages"


def test_a_pdf_of_which_nothing_is_found_is_still_one() -> None:
    assert facts_of("a", b"%PDF-1.7").summary == "PDF"


def test_a_bomb_in_a_pdf_is_unpacked_to_its_limit() -> None:
    packed = zlib.compress(bytes(50_000_000))
    stream = b"<< /Type /ObjStm >>stream\n" + packed[:1000]
    assert facts_of("a.pdf", b"%PDF-1.7\n" + stream * 100).summary == "PDF"


def test_a_notebook() -> None:
    facts = facts_of("a.ipynb", notebook())
    assert (facts.format, facts.summary) == ("Jupyter notebook", "Jupyter notebook, 2 cells")
    assert line(facts, "Title") == "Sea ice"
    assert line(facts, "Language") == "python"
    assert (line(facts, "Code cells"), line(facts, "Markdown cells")) == ("1", "1")


def test_notebooks_of_odd_forms() -> None:
    old = notebook(cells=None, nbformat=3, worksheets=[{"cells": [{"cell_type": "code"}]}])
    assert facts_of("a.ipynb", old).summary == "Jupyter notebook, 1 cell"
    assert facts_of("a.ipynb", notebook(metadata=[], cells=[1, None])).summary.endswith("0 cells")
    large = facts_of("a.ipynb", notebook(more="x" * 9_000_000))
    assert "larger than 8 MB" in large.partial
    with pytest.raises(Malformed, match="no nbformat"):
        facts_of("a.ipynb", b'{"cells": []}')
    with pytest.raises(Malformed, match="not JSON"):
        facts_of("a.ipynb", b'{"cells": ')


def test_an_archive_by_its_directory() -> None:
    facts = facts_of("a.zip", archive("b/", "b/ü.txt", "c.csv", comment=b"x" * 60_000))
    assert facts.summary == "ZIP archive, 2 files, 2.0 KB unpacked"
    assert facts.groups[0].lines == [("b/ü.txt", "1.0 KB"), ("c.csv", "1.0 KB")]
    assert facts_of("a", archive("c.csv")).format == "ZIP archive"
    assert facts_of("a.docx", archive("c.csv")).summary == "ZIP archive"


def test_a_large_archive_costs_two_requests() -> None:
    data = archive("c.bin")
    data = data[:30] + bytes(1_000_000) + data[30:]
    found = extracted("a.zip", data)
    assert found.requests == 2
    many = facts_of("a.zip", archive(*(f"{number}.txt" for number in range(300)), size=1))
    assert many.groups[0].lines[-1] == ("…", "200 more")


def enlarged(data: bytes) -> bytes:
    """The same archive, ended as one of more than 65,535 files is."""
    many, length, place = struct.unpack("<10xHII2x", data[-22:])
    end = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, many, many, length, place)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(data) - 22, 1)
    return data[:-22] + end + locator + data[-22:-14] + b"\xff" * 12 + b"\0\0"


def test_an_archive_of_very_many_files() -> None:
    data = enlarged(archive("a", "b/c"))
    assert zipfile.ZipFile(io.BytesIO(data)).namelist() == ["a", "b/c"]
    assert facts_of("a.zip", data).summary == "ZIP archive, 2 files, 2.0 KB unpacked"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (archive("a")[:-10], "no directory"),
        (archive("a")[:-10] + b"\xff" * 10, "longer than it is"),
        (archive("a", "b").replace(b"PK\x01\x02", b"PK\x01\x03"), "directory is broken"),
    ],
)
def test_broken_archives(data: bytes, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        facts_of("a.zip", data)


@pytest.mark.parametrize(
    ("name", "data", "title", "begins", "lines"),
    [
        ("a.md", b"\n<!-- x -->\n\n## Land mask ##\ntext\n", "Land mask", "<!-- x -->", "5"),
        ("a.md", b"text", "", "text", "1"),
        ("a.txt", "\n é\n".encode("latin-1"), "", "é", "2"),
        ("a.py", b"# not a title", "", "# not a title", "1"),
    ],
)
def test_text_by_how_it_begins(name: str, data: bytes, title: str, begins: str, lines: str) -> None:
    facts = facts_of(name, data)
    assert [line(facts, one) for one in ("Title", "Begins with", "Lines")] == [
        title, begins, lines,
    ]  # fmt: skip


def test_lines_of_a_long_text_are_not_counted() -> None:
    facts = facts_of("a.txt", b"line\n" * 50_000)
    assert (line(facts, "Begins with"), line(facts, "Lines")) == ("line", "")


SEEDS = {
    "a.pdf": b"%PDF-1.4\n" + PAGES + INFO + END,
    "a.ipynb": notebook(),
    "a.zip": archive("a", "b/c"),
    "a.md": b"# Title\n\ntext " * 20,
}


@pytest.mark.parametrize("name", SEEDS)
def test_mutations(name: str) -> None:
    randomness = random.Random(name)
    for _ in range(100):
        try:
            found = extracted(name, mutated(SEEDS[name], randomness), most=8)
        except (Malformed, OutOfBytes):
            continue
        assert isinstance(found.facts, Facts)
