"""Libraries of others, each in a process of its own, asked a line of JSON at a time."""

import json
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.foreign.client import Client
from tests.foreign_clients import environment_of, node, node_version, program, python_version

HERE = Path(__file__).parent


@dataclass
class Library(Client):
    """What its program answers; the program starts with the first question."""

    def words(self) -> list[str]:
        """How its program is started."""
        raise NotImplementedError

    @cached_property
    def _process(self) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            self.words(),
            env=environment_of(self.settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, verb: str, **more: Any) -> Any:
        """The answer to a verb."""
        given, told = self._process.stdin, self._process.stdout
        assert given is not None
        assert told is not None
        asked = {key: str(one) if isinstance(one, Path) else one for key, one in more.items()}
        given.write(json.dumps({"verb": verb, **asked}) + "\n")
        given.flush()
        answer = json.loads(told.readline() or '{"error": "it ended"}')
        if "lacks" in answer:
            raise NotImplementedError(verb)
        assert "error" not in answer, answer["error"]
        return answer["answer"]

    def upload(self, path: Path, key: str) -> None:
        self.ask("upload", path=path, key=key)

    def download(self, key: str, path: Path) -> None:
        self.ask("download", key=key, path=path)

    def keys(self) -> set[str]:
        return set(self.ask("list"))

    def part(self, key: str, start: int, end: int, path: Path) -> None:
        self.ask("range", key=key, start=start, end=end, path=path)

    def copy(self, source: str, target: str) -> None:
        self.ask("copy", source=source, target=target)

    def delete(self, keys: list[str]) -> None:
        self.ask("delete", keys=keys)

    def sync(self, folder: Path, prefix: str) -> None:
        self.ask("sync", folder=folder, prefix=prefix)

    def close(self) -> None:
        process = self.__dict__.pop("_process", None)
        if process is not None:
            process.communicate()


@dataclass
class PythonLibrary(Library):
    """One of Python, in the foreign environment."""

    package: str

    def version(self) -> str:
        return python_version(self.package)

    def words(self) -> list[str]:
        return [program("python"), "-m", f"tests.foreign.with_{self.package}"]


@dataclass
class Gdal(PythonLibrary):
    """GDAL sends rasters only."""

    package: str = "rasterio"

    def make(self, path: Path, content: bytes) -> None:
        raster = path.with_name(f"{path.name}.tif")
        self.ask("make", path=raster, size=len(content))
        raster.rename(path)


@dataclass
class GdalCurl(Gdal):
    """GDAL over plain HTTP."""

    def words(self) -> list[str]:
        return [*super().words(), "curl"]


@dataclass
class NodeSdk(Library):
    """Amazon's SDK for JavaScript."""

    def version(self) -> str:
        return node_version("@aws-sdk/client-s3")

    def words(self) -> list[str]:
        return [node(), str(HERE / "node" / "with_aws_sdk.cjs")]
