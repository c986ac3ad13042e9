"""The AWS CLI, unmodified."""

import os
from pathlib import Path

import pytest

from tests.door import ACCOUNT, HIDDEN, Door, keys_of
from tests.foreign_clients import program, run, signing

MIB = 1024**2


def aws(door: Door, *words: str | Path, who: str = "owner", endpoint: str = "", **more: str) -> str:
    """`aws s3 ...` as one of the people; `more` goes into its environment."""
    settings = signing(door, who) | more
    return run(program("aws"), "s3", *words, "--endpoint-url", door.url + endpoint, **settings)


@pytest.fixture
def name(door: Door) -> str:
    return door.repository().repository_id


@pytest.mark.slow
@pytest.mark.parametrize("form", ["account", "endpoint", "alias"])
def test_a_folder_there_and_back(door: Door, name: str, tmp_path: Path, form: str) -> None:
    endpoint, place = {
        "account": ("", f"s3://{ACCOUNT}/{name}"),
        "endpoint": (f"/{ACCOUNT}", f"s3://{name}"),
        "alias": ("", f"s3://{ACCOUNT}--{name}"),
    }[form]
    source, target = tmp_path / "source", tmp_path / "target"
    for key in ("a b/é+%.csv", "deep/er/x.bin", "top"):
        (source / key).parent.mkdir(parents=True, exist_ok=True)
        (source / key).write_bytes(os.urandom(1000))
    (source / "big.bin").write_bytes(os.urandom(20 * MIB))
    aws(door, "sync", source, f"{place}/data", endpoint=endpoint)
    aws(door, "sync", f"{place}/data", target, endpoint=endpoint)
    files = {path.relative_to(source) for path in source.rglob("*") if path.is_file()}
    assert files == {path.relative_to(target) for path in target.rglob("*") if path.is_file()}
    for path in files:
        assert (source / path).read_bytes() == (target / path).read_bytes()
    assert "top" not in aws(door, "sync", source, f"{place}/data", endpoint=endpoint)
    aws(door, "rm", "--recursive", f"{place}/data", endpoint=endpoint)
    assert keys_of(door.client(), f"{ACCOUNT}--{name}") == []


@pytest.mark.slow
def test_move_and_presign(door: Door, name: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    aws(door, "cp", path, f"s3://{ACCOUNT}/{name}/a", "--metadata", "n=1")
    aws(door, "mv", f"s3://{ACCOUNT}/{name}/a", f"s3://{ACCOUNT}/{name}/b")
    assert keys_of(door.client(), f"{ACCOUNT}--{name}") == ["b"]
    head = door.client().head_object(Bucket=ACCOUNT, Key=f"{name}/b")
    assert head["Metadata"] == {"n": "1"}
    # Left to itself it presigns as of old for an endpoint that is not Amazon's.
    config = tmp_path / "config"
    config.write_text("[default]\ns3 =\n  signature_version = s3v4\n")
    place = f"s3://{ACCOUNT}/{name}/b"
    url = aws(door, "presign", place, AWS_CONFIG_FILE=str(config)).strip()
    assert run("curl", "--silent", "--fail", url) == "x"


@pytest.mark.slow
def test_refusals_are_told(door: Door, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x")
    for who, place, words in (
        ("owner", f"s3://{ACCOUNT}/never-was/a", "NoSuchBucket"),
        ("stranger", f"s3://{ACCOUNT}/{HIDDEN}/a", "NoSuchBucket"),
        ("reader", f"s3://{ACCOUNT}/{HIDDEN}/a", "AccessDenied"),
    ):
        with pytest.raises(pytest.fail.Exception, match=words):
            aws(door, "cp", path, place, who=who)
