"""What others read of a repository's metadata with their own tools."""

from pathlib import Path

import pytest

from services.web.render.catalogues import FORMS
from tests.datasets import FULL, PAGE
from tests.foreign_clients import environment, run

CROISSANT = """
import sys
from mlcroissant import Dataset
issues = Dataset(jsonld=sys.argv[1]).metadata.ctx.issues
print(*issues.errors, *issues.warnings, sep="\\n")
"""
GRAPH = """
import sys
from rdflib import DCAT, Graph
graph = Graph().parse(sys.argv[1], format="json-ld")
print(*graph.subjects(predicate=DCAT.distribution, unique=True))
print(len(list(graph.objects(predicate=DCAT.bbox))))
"""


@pytest.mark.slow
def test_croissant_is_valid_by_its_own_validator(tmp_path: Path) -> None:
    path = tmp_path / "croissant.json"
    path.write_bytes(FORMS["croissant.json"].write(FULL))
    assert run(environment() / "python", "-c", CROISSANT, path).strip() == ""


@pytest.mark.slow
def test_dcat_is_read_as_a_graph(tmp_path: Path) -> None:
    path = tmp_path / "dcat.jsonld"
    path.write_bytes(FORMS["dcat.jsonld"].write(FULL))
    assert run(environment() / "python", "-c", GRAPH, path).split() == [PAGE, "2"]
