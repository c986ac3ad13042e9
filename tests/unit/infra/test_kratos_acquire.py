import io
import tarfile
from pathlib import Path

import pytest

from infra.kratos import acquire, archive
from infra.kratos.acquire import KratosMissing, find_kratos
from infra.kratos.archive import ArchiveError
from infra.kratos.build import find_go
from infra.kratos.release import ARCHIVES, VERSION, archive_url, this_platform


@pytest.fixture
def nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache and an empty PATH."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_setting_comes_first(nothing_here: Path) -> None:
    program(nothing_here / "bin" / "kratos")
    mine = program(nothing_here / "mine")

    assert find_kratos(str(mine), nothing_here, lambda _: None) == mine


def test_a_setting_that_is_no_program_is_named(nothing_here: Path) -> None:
    with pytest.raises(KratosMissing, match="COOP_KRATOS__BINARY=/nowhere"):
        find_kratos("/nowhere", nothing_here, lambda _: None)


def test_path_comes_before_the_cache(nothing_here: Path) -> None:
    on_path = program(nothing_here / "bin" / "kratos")
    program(nothing_here / f"kratos-{VERSION}-{this_platform()}")
    said: list[str] = []

    assert find_kratos("", nothing_here, said.append) == on_path
    assert said == [f"Kratos: the one on PATH, {on_path}"]


def test_the_cache_is_named_by_version_and_platform(nothing_here: Path) -> None:
    cached = program(nothing_here / f"kratos-{VERSION}-{this_platform()}")

    assert find_kratos("", nothing_here, lambda _: None) == cached


def test_without_a_compiler_one_sentence_says_what_to_install(nothing_here: Path) -> None:
    with pytest.raises(KratosMissing) as missing:
        find_kratos("", nothing_here, lambda _: None)

    assert "a C compiler (gcc)" in str(missing.value)
    assert "COOP_KRATOS__BINARY" in str(missing.value)


def test_in_the_place_of_an_old_go_stands_the_one_of_the_wheel(nothing_here: Path) -> None:
    go = program(nothing_here / "bin" / "go")
    go.write_text("#!/bin/sh\necho go version go1.19.8 linux/amd64\n")
    wheel = program(nothing_here / "go-toolchain" / "go" / "bin" / "go")

    assert find_go(nothing_here) == str(wheel)


def test_a_build_that_fails_says_the_compilers_last_word(nothing_here: Path) -> None:
    go = program(nothing_here / "bin" / "go")
    go.write_text(
        '#!/bin/sh\n[ "$1" = version ] && echo go version go1.26 && exit\n'
        "echo first >&2; echo no network >&2; exit 1\n"
    )
    program(nothing_here / "bin" / "gcc")

    with pytest.raises(KratosMissing, match=r"could not be built \(no network\)"):
        find_kratos("", nothing_here, lambda _: None)


def test_an_archive_is_taken_only_with_the_pinned_checksum(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = bundle(b"binary")
    monkeypatch.setattr(archive, "_download", lambda _: packed)
    monkeypatch.setitem(
        archive.CHECKSUMS, "linux-amd64", archive.hashlib.sha256(packed).hexdigest()
    )

    archive.fetch_archive("linux-amd64", tmp_path / "cache" / "kratos")

    assert (tmp_path / "cache" / "kratos").read_bytes() == b"binary"
    assert (tmp_path / "cache" / "kratos").stat().st_mode & 0o111


def test_an_altered_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "_download", lambda _: bundle(b"altered"))
    monkeypatch.setitem(archive.CHECKSUMS, "linux-amd64", "0" * 64)

    with pytest.raises(ArchiveError, match="not the pinned one"):
        archive.fetch_archive("linux-amd64", tmp_path / "kratos")
    assert list(tmp_path.iterdir()) == []


def test_no_archive_is_asked_for_without_a_checksum(
    nothing_here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquire, "CHECKSUMS", {})
    said: list[str] = []

    with pytest.raises(KratosMissing):
        find_kratos("", nothing_here, said.append)
    assert said[0].startswith("Kratos: no release archive with a verified checksum")


def test_every_known_platform_has_an_address() -> None:
    for target in ARCHIVES:
        assert archive_url(target).endswith(".tar.gz")


def bundle(content: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as into:
        member = tarfile.TarInfo("kratos")
        member.size = len(content)
        into.addfile(member, io.BytesIO(content))
    return packed.getvalue()
