"""Programs of others, as people type them."""

import json
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

from tests.door import ACCOUNT
from tests.foreign.client import Client
from tests.foreign_clients import installed, program, python_version, run

S3 = "{http://s3.amazonaws.com/doc/2006-03-01/}"


class AwsCli(Client):
    """The AWS CLI sends in parts what is larger than 8 MiB."""

    def version(self) -> str:
        return python_version("awscli")

    def aws(self, *words: str | Path) -> str:
        """`aws ...`"""
        return run(program("aws"), *words, **self.settings)

    def upload(self, path: Path, key: str) -> None:
        self.aws("s3", "cp", path, self.root + key)

    def download(self, key: str, path: Path) -> None:
        self.aws("s3", "cp", self.root + key, path)

    def keys(self) -> set[str]:
        lines = self.aws("s3", "ls", "--recursive", self.root).splitlines()
        return {line.split(None, 3)[3].removeprefix(f"{self.repository}/") for line in lines}

    def _place(self, key: str) -> list[str]:
        return ["--bucket", ACCOUNT, "--key", f"{self.repository}/{key}"]

    def part(self, key: str, start: int, end: int, path: Path) -> None:
        wanted = f"bytes={start}-{end - 1}"
        self.aws("s3api", "get-object", *self._place(key), "--range", wanted, path)

    def copy(self, source: str, target: str) -> None:
        self.aws("s3", "cp", self.root + source, self.root + target)

    def delete(self, keys: list[str]) -> None:
        objects = [{"Key": f"{self.repository}/{key}"} for key in keys]
        wanted = json.dumps({"Objects": objects})
        answer = self.aws("s3api", "delete-objects", "--bucket", ACCOUNT, "--delete", wanted)
        assert "Errors" not in answer, answer

    def sync(self, folder: Path, prefix: str) -> None:
        self.aws("s3", "sync", folder, self.root + prefix)


class S5cmd(Client):
    """s5cmd, told to send parts of 5 MiB."""

    def version(self) -> str:
        return run(program("s5cmd"), "version").split("-")[0].strip().removeprefix("v")

    def s5cmd(self, *words: str | Path) -> str:
        """`s5cmd ...`"""
        return run(program("s5cmd"), *words, **self.settings, S3_ENDPOINT_URL=self.door.url)

    def upload(self, path: Path, key: str) -> None:
        self.s5cmd("cp", "--part-size", "5", path, self.root + key)

    def download(self, key: str, path: Path) -> None:
        self.s5cmd("cp", "--part-size", "5", self.root + key, path)

    def keys(self) -> set[str]:
        lines = self.s5cmd("--json", "ls", f"{self.root}*").splitlines()
        return {json.loads(line)["key"].removeprefix(self.root) for line in lines}

    def copy(self, source: str, target: str) -> None:
        self.s5cmd("cp", self.root + source, self.root + target)

    def delete(self, keys: list[str]) -> None:
        self.s5cmd("rm", *(self.root + key for key in keys))

    def sync(self, folder: Path, prefix: str) -> None:
        self.s5cmd("sync", f"{folder}/", self.root + prefix)


class S3cmd(Client):
    """s3cmd, told to send parts of 5 MiB."""

    is_locked = False

    def version(self) -> str:
        return run(installed("s3cmd"), "--version").split()[-1]

    def s3cmd(self, *words: str | Path) -> str:
        """`s3cmd ...`"""
        host = self.door.url.removeprefix("http://")
        place = ["--config=/dev/null", "--no-ssl", f"--host={host}", f"--host-bucket={host}"]
        return run(installed("s3cmd"), *place, *words, **self.settings, LC_ALL="C.UTF-8")

    def upload(self, path: Path, key: str) -> None:
        self.s3cmd("--multipart-chunk-size-mb=5", "put", path, self.root + key)

    def download(self, key: str, path: Path) -> None:
        self.s3cmd("get", "--force", self.root + key, path)

    def keys(self) -> set[str]:
        lines = self.s3cmd("ls", "--recursive", self.root).splitlines()
        return {line.partition(self.root)[2] for line in lines}

    def copy(self, source: str, target: str) -> None:
        self.s3cmd("cp", self.root + source, self.root + target)

    def delete(self, keys: list[str]) -> None:
        self.s3cmd("del", *(self.root + key for key in keys))

    def sync(self, folder: Path, prefix: str) -> None:
        self.s3cmd("sync", f"{folder}/", self.root + prefix)


class Rclone(Client):
    """rclone, told to send parts of 5 MiB and to take NFC and NFD for two names."""

    is_locked = False

    def version(self) -> str:
        return run(installed("rclone"), "version").split()[1].removeprefix("v")

    @property
    def settings(self) -> dict[str, str]:
        given = super().settings
        remote = {
            "TYPE": "s3",
            "PROVIDER": "Other",
            "ACCESS_KEY_ID": given["AWS_ACCESS_KEY_ID"],
            "SECRET_ACCESS_KEY": given["AWS_SECRET_ACCESS_KEY"],
            "ENDPOINT": self.door.url,
        }
        named = {f"RCLONE_CONFIG_COOP_{name}": value for name, value in remote.items()}
        # Of other roots of trust it knows nothing.
        return given | named | {"RCLONE_CONFIG": "/dev/null", "AWS_CA_BUNDLE": ""}

    @property
    def root(self) -> str:
        return f"coop:{ACCOUNT}/{self.repository}/"

    def rclone(self, *words: str | Path) -> str:
        """`rclone ...`"""
        parts = ["--s3-upload-cutoff", "5M", "--s3-chunk-size", "5M"]
        return run(installed("rclone"), *parts, *words, **self.settings)

    def upload(self, path: Path, key: str) -> None:
        self.rclone("copyto", path, self.root + key)

    def download(self, key: str, path: Path) -> None:
        self.rclone("copyto", self.root + key, path)

    def keys(self) -> set[str]:
        return set(self.rclone("lsf", "--recursive", "--files-only", self.root).splitlines())

    def part(self, key: str, start: int, end: int, path: Path) -> None:
        wanted = ["--offset", str(start), "--count", str(end - start)]
        run(installed("rclone"), "cat", *wanted, self.root + key, into=path, **self.settings)

    def copy(self, source: str, target: str) -> None:
        self.rclone("copyto", self.root + source, self.root + target)

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            self.rclone("deletefile", self.root + key)

    def sync(self, folder: Path, prefix: str) -> None:
        self.rclone("sync", "--no-unicode-normalization", folder, self.root + prefix)


class Curl(Client):
    """curl, which signs by itself; keys are encoded as in any URL."""

    is_locked = False

    def version(self) -> str:
        return run("curl", "--version").split()[1]

    def curl(self, place: str, *words: str | Path) -> str:
        """`curl ...` at a place below the account, which says all that is an error."""
        settings = self.settings
        key = f"{settings['AWS_ACCESS_KEY_ID']}:{settings['AWS_SECRET_ACCESS_KEY']}"
        signed = ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", key]
        unsigned = ["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
        url = f"{self.door.url}/{ACCOUNT}{place}"
        return run("curl", "-sS", "--fail", "--path-as-is", *signed, *unsigned, *words, url)

    def _path(self, key: str) -> str:
        return quote(f"/{self.repository}/{key}", safe="/~")

    def upload(self, path: Path, key: str) -> None:
        self.curl(self._path(key), "--upload-file", path)

    def download(self, key: str, path: Path) -> None:
        self.curl(self._path(key), "--output", path)

    def keys(self) -> set[str]:
        answer = self.curl(f"?list-type=2&prefix={self.repository}%2F")
        root = ET.fromstring(answer)  # noqa: S314  # our own document
        keys = [str(key.text) for key in root.iterfind(f"{S3}Contents/{S3}Key")]
        return {key.removeprefix(f"{self.repository}/") for key in keys}

    def part(self, key: str, start: int, end: int, path: Path) -> None:
        self.curl(self._path(key), "--range", f"{start}-{end - 1}", "--output", path)

    def copy(self, source: str, target: str) -> None:
        place = f"x-amz-copy-source: /{ACCOUNT}{self._path(source)}"
        self.curl(self._path(target), "--request", "PUT", "--header", place)

    def delete(self, keys: list[str]) -> None:
        for key in keys:
            self.curl(self._path(key), "--request", "DELETE")
