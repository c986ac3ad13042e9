"""What others read of a repository's metadata with their own tools."""

from pathlib import Path

import orjson
import pytest

from services.web.render.catalogues import FORMS
from services.web.render.catalogues.dataset import Dataset
from tests.datasets import BARE, FULL, PAGE
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


# That all there is is a resource follows from RDF itself, which shapes ask for by its name.
SHAPES = """
import sys
from pyshacl import validate
said, shapes = sys.argv[1:]
form = {"data_graph_format": "json-ld", "shacl_graph_format": "json-ld"}
conforms, _, report = validate(said, shacl_graph=shapes, inference="rdfs", **form)
print("" if conforms else report)
"""
OFFICIAL = Path(__file__).parents[1] / "data" / "dcat-ap-3.0.0-shacl.jsonld"


@pytest.mark.slow
@pytest.mark.parametrize("dataset", [FULL, BARE], ids=["full", "bare"])
def test_dcat_conforms_to_the_shapes_of_dcat_ap(tmp_path: Path, dataset: Dataset) -> None:
    path = tmp_path / "dcat.jsonld"
    path.write_bytes(FORMS["dcat.jsonld"].write(dataset))
    assert run(environment() / "python", "-c", SHAPES, path, OFFICIAL).strip() == ""


@pytest.mark.slow
def test_shapes_of_dcat_ap_find_what_is_missing(tmp_path: Path) -> None:
    said = orjson.loads(FORMS["dcat.jsonld"].write(FULL))
    del said["@graph"][0]["dct:title"], said["@graph"][0]["dcat:landingPage"]["@type"]
    path = tmp_path / "dcat.jsonld"
    path.write_bytes(orjson.dumps(said))
    report = run(environment() / "python", "-c", SHAPES, path, OFFICIAL)
    assert "Results (2)" in report
    assert "dcterms:title" in report or "dct:title" in report


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
