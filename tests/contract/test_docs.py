"""What the documents say of the code is so: files they name, examples they give."""

import re
import struct
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from pydantic import BaseModel

from infra.settings import PlatformSettings
from services.indexer.extractors.facts import Malformed
from services.indexer.extractors.sparse_file import SparseFile
from shared.settings import Settings

DOCUMENTS = sorted(
    [
        *Path("docs").rglob("*.md"),
        Path("README.md"),
        Path("CONTRIBUTING.md"),
        Path("client/README.md"),
    ]
)
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
# `services/indexer/stac/items.py`, `docs/decisions/`; not `coop.v1…`, `{web}/…` or a URL's path.
NAMED = re.compile(r"`((?:services|shared|infra|tests|docs|client)/[\w./-]*[\w/])`")
CODE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"^\| `(COOP_\w+)` \| (`[^`]+`|–) \|", re.MULTILINE)
# The example of a file that does not exist yet.
EXAMPLES = {"services/indexer/extractors/pmtiles.py"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_is_linked_and_named_is_there(document: Path) -> None:
    text = document.read_text()
    lost = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    lost += [
        name for name in NAMED.findall(text) if name not in EXAMPLES and not Path(name).exists()
    ]
    assert not lost, f"{document} names {', '.join(lost)}"


def example(document: str) -> ModuleType:
    """The one Python module that a document shows."""
    (code,) = CODE.findall(Path(document).read_text())
    module = ModuleType("example")
    exec(compile(code, document, "exec"), module.__dict__)  # noqa: S102 (our own text)
    return module


def tiles(*, version: int = 3, kind: int = 1) -> SparseFile:
    """A PMTiles header of Florence, as the specification lays it out."""
    header = bytearray(127)
    header[:8] = b"PMTiles" + bytes([version])
    struct.pack_into("<Q", header, 72, 108)
    header[99:102] = bytes([kind, 0, 14])
    struct.pack_into("<4i", header, 102, 111_545_280, 437_270_125, 113_289_395, 438_325_455)
    file = SparseFile("florence.pmtiles", len(header))
    file.add(0, bytes(header))
    return file


def test_the_example_of_an_extractor_works() -> None:
    extractor = example("docs/extractors.md")
    file = tiles()
    assert extractor.recognises(file)
    facts = extractor.parse(file)
    assert facts.summary == "PMTiles, vector, zoom 0 to 14"
    assert facts.place.bbox == (11.154528, 43.7270125, 11.3289395, 43.8325455)
    assert facts.groups[0].lines[-1] == ("Tiles", "108 tiles")
    with pytest.raises(Malformed, match="version 2"):
        extractor.parse(tiles(version=2))
    assert not extractor.recognises(SparseFile("empty.pmtiles", 0))


def settings_of(model: type[BaseModel], prefix: str = "COOP_") -> Iterator[tuple[str, str]]:
    """Every environment variable that a model reads, with its default as text."""
    for name, field in model.model_fields.items():
        variable, kind = f"{prefix}{name.upper()}", field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from settings_of(kind, f"{variable}__")
        else:
            default = field.get_default(call_default_factory=True)
            yield variable, "–" if default is None or default == "" else f"`{default}`"


def test_the_settings_that_are_listed_are_the_settings_there_are() -> None:
    services = [path.parent.name for path in Path("services").glob("*/settings.py")]
    own = [import_module(f"services.{name}.settings").ServiceSettings for name in services]
    models = [Settings, PlatformSettings, *own]
    there_are = {found for model in models for found in settings_of(model)}
    listed = set(SETTING.findall(Path("docs/operations.md").read_text()))
    assert listed == there_are


def test_decisions_are_short_and_of_one_form() -> None:
    headings = re.findall(r"^## .+$", Path("docs/decisions/template.md").read_text(), re.MULTILINE)
    decisions = sorted(Path("docs/decisions").glob("[0-9]*.md"))
    for number, path in enumerate(decisions, start=1):
        text = path.read_text()
        assert text.startswith(f"# {number:04}. ")
        assert path.name.startswith(f"{number:04}-")
        assert re.findall(r"^## .+$", text, re.MULTILINE) == headings
        assert text.count("\n") <= 40


def test_decisions_name_contracts_that_are_there() -> None:
    """Quoted after the word contract: the beginning or the end of a contract's name."""
    linter = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"]
    names = " | ".join(contract["name"] for contract in linter["contracts"]).lower()
    for path in Path("docs/decisions").glob("[0-9]*.md"):
        _, _, held = path.read_text().partition("## Held by")
        for quoted in re.findall(r'"([^"]+)"', held):
            assert " ".join(quoted.split()).lower() in names, f"{path}: {quoted}"
