"""What the documents say of the code is so: files they name, examples they give."""

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pydantic import BaseModel

from infra.settings import PlatformSettings
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


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_what_is_linked_and_named_is_there(document: Path) -> None:
    text = document.read_text()
    lost = [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    lost += [name for name in NAMED.findall(text) if not Path(name).exists()]
    assert not lost, f"{document} names {', '.join(lost)}"


def test_the_example_of_an_extractor_is_one_of_ours() -> None:
    (code,) = CODE.findall(Path("docs/extractors.md").read_text())
    assert code == Path("services/indexer/extractors/mbtiles.py").read_text()


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
