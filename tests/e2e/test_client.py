"""`coop` as people use it: installed alone, run in a shell, against the whole platform."""

import hashlib
import json
import os
import re
import signal
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.client_program import CLIENT, Terminal, environment
from tests.foreign_clients import program, run
from tests.waiting import until

Ready = dict[str, Any]
MIB = 1024**2
PUBLIC = "noaa/globe-land-mask"


@pytest.fixture
def terminal(ready: Ready, tmp_path: Path) -> Terminal:
    """Somebody who reads only."""
    home = tmp_path / "home"
    home.mkdir()
    return Terminal(home, {"COOP_SERVER": ready["web"]})


@pytest.fixture
def demo(ready: Ready, terminal: Terminal) -> Terminal:
    """`demo`, by the environment."""
    (person,) = ready["accounts"]
    terminal.more["COOP_ACCESS_KEY_ID"] = person["access_key_id"]
    terminal.more["COOP_SECRET_ACCESS_KEY"] = person["secret_access_key"]
    return terminal


@pytest.fixture
def place(demo: Terminal, request: pytest.FixtureRequest) -> str:
    """A repository of this test alone."""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    demo.does("create", f"demo/of-{name}", "--title", request.node.name)
    return f"demo/of-{name}"


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def plant(folder: Path, files: dict[str, bytes]) -> None:
    """Files with their folders."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def test_signing_in_and_out(ready: Ready, terminal: Terminal) -> None:
    (person,) = ready["accounts"]
    key = ("sign-in", "--server", ready["web"], "--access-key-id", person["access_key_id"])
    assert "not known" in terminal.fails(3, *key, "--secret", "wrong")
    assert "Nobody" in terminal.fails(3, "credential-process")
    assert "as demo" in terminal.does(*key, typed=person["secret_access_key"] + "\n")
    (kept,) = (terminal.home / ".config" / "coop").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    del terminal.more["COOP_SERVER"]
    assert terminal.does("whoami") == f"demo (Demo) at {ready['web']}\n"
    assert json.loads(terminal.does("credential-process")) == {
        "Version": 1,
        "AccessKeyId": person["access_key_id"],
        "SecretAccessKey": person["secret_access_key"],
    }
    terminal.does("sign-out")
    assert "coop sign-in" in terminal.fails(3, "whoami")


def test_a_server_that_is_none(ready: Ready, terminal: Terminal) -> None:
    for server, code in (
        ("http://127.0.0.1:1", 7),
        ("localhost", 2),
        ("file:///etc", 2),
        (ready["s3"], 4),
    ):
        terminal.more["COOP_SERVER"] = server
        assert terminal.fails(code, "list", "noaa").count("\n") == 1


def test_reading_without_a_key(terminal: Terminal) -> None:
    assert PUBLIC.replace("/", "\t") in terminal.does("list", "noaa")
    listed = terminal.tells("list", f"{PUBLIC}/")
    assert "europe.tif" in [one["key"] for one in listed]
    terminal.does("download", f"{PUBLIC}/README.md", "here.md")
    assert (terminal.home / "here.md").read_text().startswith("#")
    assert "No access key is set" in terminal.fails(3, "upload", "here.md", f"{PUBLIC}/")
    assert "No access key is set" in terminal.fails(3, "whoami")


def test_making_a_repository(demo: Terminal, place: str) -> None:
    assert "taken" in demo.fails(6, "create", place)
    assert "repository_id" in demo.fails(2, "create", "demo/Not A Name")
    assert "names no repository" in demo.fails(2, "create", "demo")
    assert "--visibility" in demo.fails(2, "create", "demo/other", "--visibility", "secret")
    wanted = ("--license", "CC0-1.0", "--tag", "a", "--tag", "b", "--visibility", "unlisted")
    (made,) = demo.tells("create", f"{place}-two", "--description", "Long", *wanted)
    assert (made["license"], made["tags"], made["visibility"]) == (
        "CC0-1.0",
        ["a", "b"],
        "unlisted",
    )
    assert f"{place}-two".partition("/")[2] in demo.does("list")


def test_errors_for_programs(demo: Terminal) -> None:
    error = json.loads(demo.fails(4, "list", "never-was/x", "--json"))["error"]
    assert error == {"code": "not-found", "message": "There is no never-was/x/ for you."}


def test_members(demo: Terminal) -> None:
    assert {"account_id": "demo", "name": "Demo", "role": "owner"} in demo.tells(
        "members", "list", "noaa"
    )
    assert "needs an owner" in demo.fails(6, "members", "grant", "noaa", "demo", "reader")
    assert demo.fails(4, "members", "grant", "noaa", "never-was", "reader")


def test_a_link_that_anyone_may_use(demo: Terminal, place: str) -> None:
    (demo.home / "a").write_text("x")
    demo.does("upload", "a", f"{place}/")
    (told,) = demo.tells("link", f"{place}/a")
    assert run("curl", "--silent", "--fail", told["url"]) == "x"


def test_a_folder_there_and_back(demo: Terminal, place: str) -> None:
    files = {
        "a b/é+%&=?#.csv": b"n\n1\n",
        "deep/er/☃": b"",
        "-dash": b"-",
        "big.bin": os.urandom(17 * MIB + 5),
    }
    plant(demo.home / "source", files)
    sent = demo.tells("upload", "source", f"{place}/data/")
    assert {one["target"] for one in sent} == {f"{place}/data/{name}" for name in files}
    got = demo.tells("download", f"{place}/data/", "target")
    assert {one["size"] for one in got} == {len(content) for content in files.values()}
    assert tree(demo.home / "target") == files


def test_one_file_under_another_name(demo: Terminal, place: str, s3: Any) -> None:
    (demo.home / "a.csv").write_bytes(b"n\n")
    demo.does("upload", "a.csv", f"{place}/b.csv")
    head = s3.head_object(Bucket="demo", Key=f"{place.partition('/')[2]}/b.csv")
    assert head["ContentType"] == "text/csv"
    (demo.home / "folder").mkdir()
    demo.does("download", f"{place}/b.csv", "folder")
    assert tree(demo.home / "folder") == {"b.csv": b"n\n"}


def test_what_is_not_there(demo: Terminal, place: str) -> None:
    for words in (
        ("download", f"{place}/never"),
        ("download", f"{place}/never/"),
        ("download", "never-was/at-all/"),
        ("upload", "never", f"{place}/"),
        ("upload", ".", "never-was/at-all/"),
        ("sync", f"coop://{place}/never", "here", "--delete"),
        ("sync", "never", f"coop://{place}"),
    ):
        (demo.home / "kept").write_text("x")
        assert demo.fails(4, *words).count("\n") == 1
    assert tree(demo.home) == {"kept": b"x"}
    assert "begins with coop://" in demo.fails(2, "sync", "a", "b")


def puts(ready: Ready) -> int:
    """How many PUT requests the data door has answered well so far."""
    return requests(ready, "PUT", "200")


def requests(ready: Ready, method: str, status: str) -> int:
    """How many requests of this kind all storage processes have answered."""
    total = 0
    for process in ready["processes"]:
        if process["service"] == "storage":
            text = run("curl", "--silent", f"{process['ops']}/metrics")
            labels = rf'door="s3",method="{method}",status="{status}"'
            total += sum(int(float(n)) for n in re.findall(rf"\{{{labels}\}} ([\d.e+]+)", text))
    return total


def killed_after(process: "subprocess.Popen[str]", condition: Any) -> None:
    """Kill it as soon as something is so."""
    until(condition)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_an_upload_goes_on_where_it_was_killed(
    ready: Ready, demo: Terminal, place: str, s3: Any
) -> None:
    content = os.urandom(80 * MIB)
    (demo.home / "big.bin").write_bytes(content)
    before = puts(ready)
    upload = ("upload", "big.bin", f"{place}/", "--parallel", "1")
    killed_after(demo.start(*upload), lambda: puts(ready) - before >= 2)
    bucket = place.replace("/", "--")
    (unfinished,) = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    listed = s3.list_parts(Bucket=bucket, Key="big.bin", UploadId=unfinished["UploadId"])
    assert 2 <= len(listed["Parts"]) < 10
    demo.does(*upload)
    # Each part was taken once, also the one that was under way when its sender died.
    assert puts(ready) - before == 10
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="big.bin")["Body"].read() == content


@pytest.mark.slow
def test_a_file_that_changed_meanwhile_begins_anew(
    ready: Ready, demo: Terminal, place: str, s3: Any
) -> None:
    path = demo.home / "big.bin"
    path.write_bytes(os.urandom(80 * MIB))
    before = puts(ready)
    upload = ("upload", "big.bin", f"{place}/", "--parallel", "1")
    killed_after(demo.start(*upload), lambda: puts(ready) - before >= 1)
    content = os.urandom(20 * MIB)
    path.write_bytes(content)
    demo.does(*upload)
    bucket = place.replace("/", "--")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)
    assert s3.get_object(Bucket=bucket, Key="big.bin")["Body"].read() == content


@pytest.mark.slow
def test_a_file_that_changes_while_it_is_sent(ready: Ready, demo: Terminal, place: str) -> None:
    path = demo.home / "big.bin"
    path.write_bytes(os.urandom(80 * MIB))
    before = puts(ready)
    process = demo.start("upload", "big.bin", f"{place}/", "--parallel", "1")
    until(lambda: puts(ready) - before >= 1)
    with path.open("r+b") as file:
        file.write(b"changed")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 6, err
    assert "changed while it was read" in err
    assert demo.does("list", f"{place}/") == ""


def test_a_download_goes_on_and_is_compared(
    ready: Ready, demo: Terminal, place: str, s3: Any
) -> None:
    content = os.urandom(80 * MIB)
    bucket = place.replace("/", "--")
    s3.put_object(Bucket=bucket, Key="big.bin", Body=content)
    target = demo.home / "big.bin"
    before = requests(ready, "GET", "206")
    download = ("download", f"{place}/big.bin", "big.bin", "--parallel", "1")
    killed_after(demo.start(*download), lambda: requests(ready, "GET", "206") - before >= 3)
    assert not target.exists()
    (lines,) = demo.home.glob(".coop-*.lines")
    there = len(lines.read_text().splitlines())
    before = requests(ready, "GET", "206")
    demo.does(*download)
    assert requests(ready, "GET", "206") - before == 10 - there
    assert tree(demo.home) == {"big.bin": content}


def test_a_draft_that_was_spoilt_is_no_download(
    ready: Ready, demo: Terminal, place: str, s3: Any
) -> None:
    content = os.urandom(40 * MIB)
    s3.put_object(Bucket=place.replace("/", "--"), Key="big.bin", Body=content)
    before = requests(ready, "GET", "206")
    download = ("download", f"{place}/big.bin", "big.bin", "--parallel", "1")
    killed_after(demo.start(*download), lambda: requests(ready, "GET", "206") - before >= 2)
    (draft,) = demo.home.glob(".coop-*.part")
    with draft.open("r+b") as file:
        file.write(b"spoilt")
    assert "other bytes" in demo.fails(8, *download)
    assert tree(demo.home) == {}
    demo.does(*download)
    assert tree(demo.home) == {"big.bin": content}


def test_sync_both_ways(demo: Terminal, place: str) -> None:
    files = {"a": b"1", "b/c": b"22", "big": os.urandom(17 * MIB)}
    source, remote = demo.home / "source", f"coop://{place}/data"
    plant(source, files)
    planned = demo.tells("sync", "source", remote, "--dry-run")
    assert [(one["action"], one["name"]) for one in planned] == [
        ("upload", "a"),
        ("upload", "b/c"),
        ("upload", "big"),
    ]
    assert demo.does("list", f"{place}/") == ""
    assert demo.tells("sync", "source", remote) == planned
    assert demo.tells("sync", "source", remote) == []

    assert len(demo.tells("sync", remote, "target")) == 3
    assert tree(demo.home / "target") == files
    assert demo.tells("sync", remote, "target", "--delete") == []

    plant(source, {"a": b"2", "new": b""})
    (source / "b" / "c").unlink()
    assert demo.tells("sync", "source", remote, "--size-only") == [
        {"action": "upload", "name": "new", "size": 0}
    ]
    assert demo.tells("sync", "source", remote, "--delete") == [
        {"action": "upload", "name": "a", "size": 1},
        {"action": "delete", "name": "b/c", "size": 2},
    ]
    assert {one["action"] for one in demo.tells("sync", remote, "target", "--delete")} == {
        "download",
        "delete",
    }
    assert tree(demo.home / "target") == tree(source)
    assert not (demo.home / "target" / "b").exists()


def test_parts_of_any_size_are_compared(demo: Terminal, place: str, s3: Any) -> None:
    """Objects that others put together, each part of its own size."""
    bucket, parts = place.replace("/", "--"), [os.urandom(size * MIB) for size in (6, 5, 7, 1)]
    upload = {"Bucket": bucket, "Key": "odd"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etags = [
        {"PartNumber": at, "ETag": s3.upload_part(**upload, PartNumber=at, Body=part)["ETag"]}
        for at, part in enumerate(parts, start=1)
    ]
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": etags})
    demo.does("download", f"{place}/odd")
    assert tree(demo.home) == {"odd": b"".join(parts)}


def test_keys_that_would_leave_the_folder(demo: Terminal, place: str, s3: Any) -> None:
    bucket = place.replace("/", "--")
    for key in ("fine", "../../evil", "a/../../evil", "//evil", "./evil", "marker/"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"x")
    for words in (("download", f"{place}/", "deep/er"), ("sync", f"coop://{place}", "deep/er")):
        done = demo.coop(*words)
        assert done.returncode == 1
        assert done.stderr.count("cannot be the name of a file here") == 4
        assert "files failed" in done.stderr
        assert tree(demo.home) == {"deep/er/fine": b"x"}


def test_names_that_would_move_the_cursor(demo: Terminal, place: str, s3: Any) -> None:
    s3.put_object(Bucket=place.replace("/", "--"), Key="\x1b[2Jred", Body=b"x")
    assert "\\x1b[2Jred" in demo.does("list", f"{place}/")


@pytest.mark.slow
def test_interrupted_by_a_person(ready: Ready, demo: Terminal, place: str) -> None:
    (demo.home / "big.bin").write_bytes(os.urandom(80 * MIB))
    before = puts(ready)
    process = demo.start("upload", "big.bin", f"{place}/", "--parallel", "1")
    until(lambda: puts(ready) - before >= 1)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 1
    assert err.strip() == "Aborted!"


def test_the_example_in_python(demo: Terminal, place: str) -> None:
    """What the package's own README shows, run where only the package is installed."""
    (code,) = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(), re.DOTALL)
    plant(demo.home / "tiles", {"a.tif": b"x"})
    script = demo.home / "example.py"
    script.write_text(code.replace("noaa/globe-land-mask", f"{place}-py"))
    done = subprocess.run(
        [environment() / "python", "-I", script],
        cwd=demo.home,
        env={"HOME": str(demo.home), **demo.more},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("tiles/a.tif 1 "), done.stderr
    assert tree(demo.home / "copy") == {"tiles/a.tif": b"x"}


@pytest.mark.slow
def test_credentials_for_the_aws_cli(ready: Ready, demo: Terminal, place: str) -> None:
    (demo.home / "a").write_text("x")
    demo.does("upload", "a", f"{place}/")
    config = demo.home / "config"
    config.write_text(
        "[profile coop]\n"
        f"credential_process = {environment() / 'coop'} credential-process\n"
        f"endpoint_url = {ready['s3']}\nregion = us-east-1\n"
    )
    words = (program("aws"), "--profile", "coop", "s3", "ls", f"s3://{place}/")
    listed = run(*words, AWS_CONFIG_FILE=str(config), HOME=str(demo.home), **demo.more)
    assert listed.split()[-1] == "a"
